// The engine over tokenizers that are not like ESM's: without ends, and with two residues per token.
#include <gtest/gtest.h>

#include <cmath>

#include "engine/log_softmax.h"
#include "engine/masked_scan.h"
#include "engine/outputs.h"
#include "support/errors.h"
#include "support/other_tokenizers.h"
#include "support/table_model.h"

namespace groel::engine {
namespace {

using testing::error_of;

using testing::BareTokenizer;
using testing::PairTokenizer;
using testing::table_model;
using testing::table_value;
using Ids = std::vector<std::int32_t>;
using Sequences = std::vector<Ids>;

// Mean or maximum of these tokens' rows of the table.
std::vector<float> pooled(const models::Model& model, const Ids& ids, bool mean) {
  std::vector<float> out;
  for (std::int64_t column = 0; column < model.info().width; ++column) {
    double sum = 0;
    float most = -INFINITY;
    for (const std::int32_t id : ids) {
      sum += double{table_value(id, column)};
      most = std::max(most, table_value(id, column));
    }
    out.push_back(mean ? static_cast<float>(sum / static_cast<double>(ids.size())) : most);
  }
  return out;
}

std::vector<float> values(const Tensor& tensor) {
  const auto all = tensor.values<float>();
  return {all.begin(), all.end()};
}

TEST(WithoutEnds, EveryTokenIsAResidue) {
  const auto model = table_model<BareTokenizer>();
  const Sequences sequences{{3, 4, 5}, {7}, {1, 20, 2}};
  const OutputRequest request{.layers = {0, 1},
                              .outputs = {Output::mean, Output::max, Output::per_residue, Output::logits}};
  const auto out = outputs_of(*model, sequences, request);
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    const auto length = static_cast<std::int64_t>(sequences[s].size());
    EXPECT_EQ(values(out[s].at(Output::mean, 1)), pooled(*model, sequences[s], true));
    EXPECT_EQ(values(out[s].at(Output::max, 0)), pooled(*model, sequences[s], false));
    EXPECT_EQ(out[s].at(Output::per_residue, 1).shape(), (Shape{length, 21}));
    EXPECT_EQ(out[s].of(Output::logits).shape(), (Shape{length, 21}));
    EXPECT_EQ(out[s].of(Output::logits).values<float>()[2], table_value(sequences[s][0], 2)) << "of the first residue";
  }
}

TEST(WithoutEnds, NothingComesBeforeTheResidues) {
  const auto model = table_model<BareTokenizer>();
  const Sequences one{{3, 4}}, none{{}};
  EXPECT_EQ(error_of([&] { outputs_of(*model, one, {.layers = {1}, .outputs = {Output::cls}}); }).kind(),
            ErrorKind::unsupported);
  EXPECT_EQ(error_of([&] { outputs_of(*model, none, {.layers = {1}, .outputs = {Output::mean}}); }).kind(),
            ErrorKind::bad_input);
}

TEST(WithoutEnds, AScanMasksAndAnswersResidues) {
  const auto model = table_model<BareTokenizer>();
  const bio::Encoded sequence = model->tokenizer().encode("ACDEFG");
  const std::vector<ScanQuery> queries{{0, &sequence, {1}, {1}}, {1, &sequence, {}, {1, 6}}};
  std::size_t at = 0;
  std::vector<std::pair<std::int64_t, std::int32_t>> expected{{1, 20}, {1, 0}, {6, 5}};  // position, token
  MaskedScan(*model, {})
      .run([&](ScanQuery& query) { return at < queries.size() && (query = queries[at++], true); },
           [&](const ScanAnswer& answer) {
             ASSERT_FALSE(expected.empty());
             EXPECT_EQ(answer.position, expected.front().first);
             std::vector<float> row;
             for (std::int64_t c = 0; c < 21; ++c) row.push_back(table_value(expected.front().second, c));
             std::vector<double> logs(21);
             log_softmax(row, logs);
             for (std::size_t c = 0; c < 21; ++c) EXPECT_NEAR(answer.log_probabilities[c], logs[c], 1e-6);
             expected.erase(expected.begin());
           });
  EXPECT_TRUE(expected.empty());
}

TEST(WithoutEnds, AWindowLiesAroundTheResidue) {
  const auto model = table_model<BareTokenizer>();
  const bio::Encoded sequence = model->tokenizer().encode("ACDEFGHIKL");
  const auto seen = [&](std::int64_t position) {
    bool asked = false;
    ScanOptions options;
    options.window = 4;
    MaskedScan(*model, options)
        .run(
            [&](ScanQuery& query) {
              query = {0, &sequence, {position}, {position}};
              return !std::exchange(asked, true);
            },
            [](const ScanAnswer&) {});
    return model->seen();
  };
  EXPECT_EQ(seen(1), (Ids{20, 1, 2, 3}));
  EXPECT_EQ(seen(5), (Ids{2, 3, 20, 5}));
  EXPECT_EQ(seen(10), (Ids{6, 7, 8, 20}));
  ScanOptions least;
  least.window = 1;
  EXPECT_NO_THROW(MaskedScan(*model, least)) << "a token is a residue";
}

TEST(WithoutEnds, PlansCountTokens) {
  const auto model = table_model<BareTokenizer>();
  const OutputRequest request{.layers = {1}, .outputs = {Output::mean}};
  const MemoryPlan plan(*model, request, {});
  EXPECT_GT(plan.bytes_of(1), 0U) << "the shortest sequence is one token";
  EXPECT_TRUE(plan.too_large(100).parts().what.starts_with("100 residues need")) << plan.too_large(100).what();
}

TEST(TwoPerToken, PoolsOverTheTokensOfTheResidues) {
  const auto model = table_model<PairTokenizer>();
  const Sequences sequences{model->tokenizer().encode("ACDEF").ids, model->tokenizer().encode("KL").ids};
  const auto out = outputs_of(*model, sequences, {.layers = {1}, .outputs = {Output::mean, Output::max, Output::cls}});
  for (std::size_t s = 0; s < sequences.size(); ++s) {
    const Ids residues(sequences[s].begin() + 1, sequences[s].end());
    EXPECT_EQ(values(out[s].at(Output::mean, 1)), pooled(*model, residues, true));
    EXPECT_EQ(values(out[s].at(Output::max, 1)), pooled(*model, residues, false));
    EXPECT_EQ(values(out[s].at(Output::cls, 1)), pooled(*model, {0}, true));
  }
}

TEST(TwoPerToken, WhatIsOfSingleResiduesIsRefused) {
  const auto model = table_model<PairTokenizer>();
  const Sequences one{model->tokenizer().encode("ACDEF").ids};
  const auto refused = [&](const OutputRequest& request) {
    const Error error = error_of([&] { outputs_of(*model, one, request); });
    EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    return error.parts().what;
  };
  EXPECT_EQ(refused({.layers = {1}, .outputs = {Output::per_residue}}),
            "this table model has no vectors of residues: its tokens do not each stand for one residue");
  EXPECT_TRUE(refused({.outputs = {Output::logits}}).starts_with("this table model has no logits of residues"));
  EXPECT_EQ(error_of([&] { MaskedScan(*model, {}); }).kind(), ErrorKind::unsupported);
  const MemoryPlan plan(*model, {.layers = {1}, .outputs = {Output::mean}}, {});
  EXPECT_TRUE(plan.too_large(101).parts().what.starts_with("199 residues need"));
}

TEST(Batches, SayWhereTheResiduesAre) {
  const PairTokenizer pairs;
  const Sequences sequences{pairs.encode("ACDEF").ids, pairs.encode("K").ids};
  const auto batch = models::Batch::pack(sequences, pairs);
  const auto begin = batch.residues.begin.values<std::int32_t>(), end = batch.residues.end.values<std::int32_t>();
  EXPECT_EQ(Ids(begin.begin(), begin.end()), (Ids{1, 5}));
  EXPECT_EQ(Ids(end.begin(), end.end()), (Ids{4, 6}));
  EXPECT_EQ(batch.residue_tokens(), 4);
}

}  // namespace
}  // namespace groel::engine
