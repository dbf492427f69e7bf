// Masked scans give what one forward pass over each masked copy gives, whatever the batches; windows are ProteinGym's.
#include "engine/masked_scan.h"

#include "checkpoints/load.h"
#include "engine/log_softmax.h"
#include "support/golden.h"

namespace groel::engine {
namespace {

using Answers = std::vector<std::vector<double>>;

class MaskedScanTest : public ::testing::TestWithParam<const char*> {
 protected:
  MaskedScanTest() : loaded_(checkpoints::load_model(testing::data(GetParam()))) {}

  bio::Encoded encode(const std::string& sequence) const { return loaded_.model->tokenizer().encode(sequence); }
  Answers scan(const std::vector<ScanQuery>& queries, const ScanOptions& options = {}) const {
    Answers out;
    std::size_t at = 0;
    MaskedScan(*loaded_.model, options)
        .run(
            [&](ScanQuery& query) {
              if (at == queries.size()) return false;
              query = queries[at++];
              return true;
            },
            [&](const ScanAnswer& answer) {
              out.emplace_back(answer.log_probabilities.begin(), answer.log_probabilities.end());
            });
    return out;
  }
  // Softmax of outputs_of's logits of residue `position` (1-based).
  std::vector<double> expected(std::vector<std::int32_t> tokens, std::int64_t position) const {
    Tensor logits =
        outputs_of(*loaded_.model, std::span(&tokens, 1), {.outputs = {Output::logits}}).front().of(Output::logits);
    const auto width = static_cast<std::size_t>(logits.size(1));
    std::vector<double> out(width);
    log_softmax(logits.values<float>().subspan(static_cast<std::size_t>(position - 1) * width, width), out);
    return out;
  }
  checkpoints::LoadedModel loaded_;
};

TEST_P(MaskedScanTest, EveryCopyIsItsOwnForwardPass) {
  const auto tokens = encode("MKTAYIAKQRQISFVKSHFSRQ");
  std::vector<ScanQuery> queries;
  for (std::int64_t p = 1; p <= 22; ++p) queries.push_back({p, &tokens, {p}, {p}});
  const Answers answers = scan(queries);
  ASSERT_EQ(answers.size(), 22U);
  for (std::int64_t p = 1; p <= 22; ++p) {
    auto masked = tokens.ids;
    masked[static_cast<std::size_t>(p)] = loaded_.model->tokenizer().mask();
    const auto alone = expected(masked, p);
    double sum = 0;
    for (std::size_t v = 0; v < alone.size(); ++v) {
      EXPECT_NEAR(answers[static_cast<std::size_t>(p - 1)][v], alone[v], 1e-5) << p;
      sum += std::exp(answers[static_cast<std::size_t>(p - 1)][v]);
    }
    EXPECT_NEAR(sum, 1, 1e-12);
  }
}

TEST_P(MaskedScanTest, BatchesChangeNothing) {
  const auto a = encode("MKTAYIAKQRQISFVKSHFSRQ");
  const auto b = encode("GAVLIMFW");
  std::vector<ScanQuery> queries;
  for (std::int64_t p = 1; p <= 8; ++p) {
    queries.push_back({p, &a, {p, p + 3}, {p, p + 3, 20}});
    queries.push_back({p, &b, {p}, {p}});
  }
  const Answers whole = scan(queries);
  EXPECT_EQ(whole.size(), 32U);
  for (const std::int64_t tokens : {1, 50, 100}) {
    ScanOptions options;
    options.plan.max_tokens = tokens;
    EXPECT_EQ(scan(queries, options), whole) << "bitwise, batches of " << tokens;
  }
}

TEST_P(MaskedScanTest, AWindowIsThatPartOfTheSequenceAlone) {
  const auto tokens = encode("MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQ");
  ScanOptions options;
  options.window = 10;
  const Answers seen = scan({{0, &tokens, {20}, {20}}}, options);
  const bio::Encoded part{{tokens.ids.begin() + 15, tokens.ids.begin() + 25}, {{0, 10}, 10}};
  const Answers cut = scan({{0, &part, {6}, {6}}});
  EXPECT_EQ(seen, cut);
}

TEST_P(MaskedScanTest, PositionsOfOneWindowShareAPass) {
  const auto tokens = encode("MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQ");
  const std::int64_t length = tokens.tokens();
  ScanOptions options;
  options.window = 40;
  const MaskedScan windowed(*loaded_.model, options);
  std::vector<ScanQuery> alone, together;
  std::vector<std::int64_t> positions;
  for (std::int64_t p = 1; p <= tokens.residues(); ++p) {
    alone.push_back({p, &tokens, {}, {p}});
    positions.push_back(p);
  }
  for (std::span<const std::int64_t> rest(positions); !rest.empty();) {
    const auto now = windowed.seen_together(rest, tokens.map);
    ASSERT_FALSE(now.empty());
    together.push_back({0, &tokens, {}, {now.begin(), now.end()}});
    rest = rest.subspan(now.size());
  }
  EXPECT_EQ(together.size(), static_cast<std::size_t>(length) - 40 + 1) << "one pass per place of the window";
  EXPECT_EQ(scan(together, options), scan(alone, options)) << "bitwise";
  EXPECT_EQ(MaskedScan(*loaded_.model, {}).seen_together(positions, tokens.map).size(), positions.size());
}

TEST_P(MaskedScanTest, PositionsOfSeveralWindowsAreADefect) {
  const auto tokens = encode("MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQ");
  ScanOptions options;
  options.window = 10;
  EXPECT_THROW(scan({{0, &tokens, {}, {1, 50}}}, options), Error);
}

INSTANTIATE_TEST_SUITE_P(Models, MaskedScanTest, ::testing::Values("esm2-tiny", "esm1b-tiny"),
                         [](const auto& tested) { return std::string(tested.param).substr(0, 4); });

TEST(OptimalWindow, IsProteinGyms) {
  const auto at = [](std::int64_t position, std::int64_t tokens) {
    const Window w = optimal_window(position, tokens, 1024);
    return std::pair(w.begin, w.end);
  };
  EXPECT_EQ(at(5, 1024), std::pair(std::int64_t{0}, std::int64_t{1024}));
  EXPECT_EQ(at(511, 2000), std::pair(std::int64_t{0}, std::int64_t{1024}));
  EXPECT_EQ(at(512, 2000), std::pair(std::int64_t{0}, std::int64_t{1024}));
  EXPECT_EQ(at(513, 2000), std::pair(std::int64_t{1}, std::int64_t{1025}));
  EXPECT_EQ(at(1487, 2000), std::pair(std::int64_t{975}, std::int64_t{1999}));
  EXPECT_EQ(at(1488, 2000), std::pair(std::int64_t{976}, std::int64_t{2000}));
  EXPECT_EQ(at(1999, 2000), std::pair(std::int64_t{976}, std::int64_t{2000}));
}

TEST(MaskedScanLimits, AModelsPositionsBoundTheWindow) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm1b-tiny"));
  const std::int64_t limit = *loaded.model->info().max_residues + 2;
  const MaskedScan scan(*loaded.model, {});
  EXPECT_FALSE(scan.is_windowed(limit));
  EXPECT_TRUE(scan.is_windowed(limit + 1));
  const checkpoints::LoadedModel free = checkpoints::load_model(testing::data("esm2-tiny"));
  EXPECT_FALSE(MaskedScan(*free.model, {}).is_windowed(100000));
}

TEST(MaskedScanLimits, WhatCannotFitIsRefused) {
  const checkpoints::LoadedModel loaded = checkpoints::load_model(testing::data("esm2-tiny"));
  ScanOptions options;
  options.plan.memory = loaded.model->weight_bytes() + (std::size_t{68} << 20);
  const MaskedScan scan(*loaded.model, options);
  scan.check_fits(100);
  try {
    scan.check_fits(1'000'000);
    FAIL() << "a million tokens do not fit four megabytes";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::memory);
  }
}

TEST(LogSoftmax, LargeLogitsStayFinite) {
  const std::vector<float> logits{1000.0F, 1000.0F, -1000.0F};
  std::vector<double> out(3);
  log_softmax(logits, out);
  EXPECT_NEAR(out[0], std::log(0.5), 1e-12);
  EXPECT_NEAR(out[2], -2000 + std::log(0.5), 1e-9);
  Tensor rows = Tensor::of<float>({2, 2}, {0.0F, 0.0F, 0.0F, std::log(3.0F)});
  log_softmax_rows(rows);
  EXPECT_NEAR(rows.values<float>()[0], std::log(0.5), 1e-6);
  EXPECT_NEAR(rows.values<float>()[3], std::log(0.75), 1e-6);
}

}  // namespace
}  // namespace groel::engine
