// The public Model: what it says of itself, what it computes, how it refuses.
#include <groel/groel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <thread>

#include "bio/output.h"
#include "checkpoints/load.h"
#include "engine/outputs.h"
#include "support/errors.h"

namespace groel {
namespace {

using testing::error_of;

const std::string kModelFolder = GROEL_TEST_DATA "/esm2-tiny";

bool says(const Error& error, const std::string& text) {
  return std::string(error.what()).find(text) != std::string::npos;
}

TEST(Model, DescribesItself) {
  const Model model = Model::load(kModelFolder);
  const ModelDescription& d = model.description();
  EXPECT_EQ(d.layers, 3);
  EXPECT_EQ(d.width, 64);
  EXPECT_EQ(d.heads, 4);
  EXPECT_EQ(d.vocabulary, 33);
  EXPECT_GT(d.parameters, 100'000);
  EXPECT_FALSE(d.max_residues);
  EXPECT_EQ(d.capabilities, (std::vector<std::string>{"encoder", "masked_lm", "contacts"}));
  EXPECT_TRUE(Model::load(GROEL_TEST_DATA "/esm1b-tiny").description().max_residues);
}

const std::vector<Output> kAll(bio::all_outputs().begin(), bio::all_outputs().end());

bool same(const Array& a, const Array& b) {
  return a.shape() == b.shape() && std::ranges::equal(a.values(), b.values());
}

TEST(Model, GivesEveryOutputInItsShape) {
  const Model model = Model::load(kModelFolder);
  const Embedding e = model.embed("MK<mask>L", {.layers = {0, -1}, .outputs = kAll});
  using Shape = std::vector<std::int64_t>;
  for (const int layer : {0, 3}) {
    for (const Output pooled : {Output::mean, Output::max, Output::cls})
      EXPECT_EQ(e.at(pooled, layer).shape(), Shape{64}) << name(pooled);
    EXPECT_EQ(e.at(Output::per_residue, layer).shape(), (Shape{4, 64}));
    EXPECT_EQ(e.at(Output::per_residue, layer).values().size(), 256U);
  }
  EXPECT_EQ(e.at(Output::logits).shape(), (Shape{4, 33}));
  EXPECT_EQ(e.at(Output::contacts).shape(), (Shape{4, 4}));
  EXPECT_EQ(e.at(Output::attentions).shape(), (Shape{4, 6, 6}));
  EXPECT_EQ(e.values().size(), 2U * 4 + 3);  // the embeddings have no attention maps
}

// Golden cases are held against the engine.
TEST(Model, GivesTheBitsOfTheEngine) {
  const std::vector<std::vector<std::int32_t>> ids{{0, 20, 15, 32, 4, 3, 2}, {0, 5, 2}};
  for (const auto& [dtype, precision] :
       {std::pair{Dtype::f32, ops::Precision::f32}, std::pair{Dtype::bf16, ops::Precision::bf16}}) {
    const Model model = Model::load(kModelFolder, dtype);
    const auto got = Embedder(model, {.layers = {0, 1, 2, 3}, .outputs = kAll}).of_tokens(ids);
    const auto expected =
        engine::outputs_of(*checkpoints::load_model(kModelFolder, precision).model, ids, {{0, 1, 2, 3}, kAll});
    ASSERT_EQ(got.size(), 2U);
    for (std::size_t s = 0; s < 2; ++s) {
      ASSERT_EQ(got[s].values().size(), expected[s].values.size());
      for (const auto& [output, layer, tensor] : expected[s].values)
        EXPECT_TRUE(std::ranges::equal(got[s].at(output, layer).values(), tensor.values<float>()))
            << name(output) << " of layer " << layer;
    }
  }
}

TEST(Model, LeavesOutWhatIsNotAskedFor) {
  const Embedding e = Model::load(kModelFolder).embed(std::string("MKL"));
  ASSERT_EQ(e.values().size(), 1U);
  EXPECT_TRUE(e.has(Output::mean) && !e.has(Output::logits));
  EXPECT_EQ(e.values().front().layer, 3);
  const Error error = error_of([&] { e.at(Output::logits); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_TRUE(says(error, "logits was not asked for")) << error.what();
  EXPECT_EQ(error_of([&] { e.at(Output::mean, 1); }).kind(), ErrorKind::usage);
}

TEST(Model, ValuesOutliveTheirModel) {
  Array kept;
  std::vector<float> expected;
  {
    const Model model = Model::load(kModelFolder, Dtype::f32, Session({.threads = 1}));
    kept = model.embed(std::string("MKTAYIAKQR")).at(Output::mean);
    expected.assign(kept.values().begin(), kept.values().end());
  }
  const Array copy = kept;
  kept = Array();
  EXPECT_TRUE(std::ranges::equal(copy.values(), expected));
}

TEST(Model, ReadsSequencesAsTheCommandLineDoes) {
  const Model model = Model::load(kModelFolder);
  EXPECT_EQ(model.tokens("MkL*"), model.tokens("MKL"));
  EXPECT_EQ(model.tokens("MKL"), (std::vector<std::int32_t>{0, 20, 15, 4, 2}));
  EXPECT_EQ(model.tokens_as_transformers("MKL"), model.tokens("MKL"));
  EXPECT_TRUE(model.embed(std::span<const std::string>{}).empty());
}

TEST(Model, ErrorsNameTheSequence) {
  const Model model = Model::load(kModelFolder);
  const std::vector<std::string> sequences{"MKL", "MK1"};
  const Error bad = error_of([&] { model.embed(sequences); });
  EXPECT_EQ(bad.kind(), ErrorKind::bad_input);
  EXPECT_TRUE(says(bad, "sequence 1") && says(bad, "position 3")) << bad.what();
  EXPECT_EQ(error_of([&] { model.embed(std::string()); }).kind(), ErrorKind::bad_input);
}

TEST(Model, ErrorsOfCallersAreUsage) {
  EXPECT_EQ(error_of([] { Model::load("/no/such/model"); }).kind(), ErrorKind::not_found);
  const Model model = Model::load(kModelFolder);
  EXPECT_EQ(error_of([&] { model.embed("MKL", {.layers = {4}}); }).kind(), ErrorKind::usage);
  EXPECT_EQ(error_of([&] { model.embed("MKL", {.layers = {-5}}); }).kind(), ErrorKind::usage);
  EXPECT_EQ(error_of([] { Session({.threads = -1}); }).kind(), ErrorKind::usage);
  const Error too_long = error_of([] { Model::load(GROEL_TEST_DATA "/esm1b-tiny").embed(std::string(5000, 'A')); });
  EXPECT_EQ(too_long.kind(), ErrorKind::bad_input) << too_long.what();
}

TEST(Model, TokensThatAreNoneOfTheModelsAreRefused) {
  const Model model = Model::load(kModelFolder);
  for (const std::vector<std::int32_t>& ids :
       std::vector<std::vector<std::int32_t>>{{}, {0}, {0, 2}, {0, 33, 2}, {0, -1, 2}, {0, 1 << 30, 2}}) {
    const std::vector<std::vector<std::int32_t>> sequences{{0, 5, 2}, ids};
    const Error error = error_of([&] { Embedder(model).of_tokens(sequences); });
    EXPECT_TRUE(error.kind() == ErrorKind::bad_input || error.kind() == ErrorKind::usage) << error.what();
  }
}

TEST(Model, ManyThreadsMayUseOne) {
  const Model model = Model::load(kModelFolder);
  const Array expected = model.embed(std::string("MKTAYIAKQR")).at(Output::mean);
  std::vector<Array> got(4);
  std::vector<std::thread> threads;
  for (Array& slot : got)
    threads.emplace_back([&slot, copy = model] { slot = copy.embed(std::string("MKTAYIAKQR")).at(Output::mean); });
  for (std::thread& thread : threads) thread.join();
  for (const Array& values : got) EXPECT_TRUE(same(values, expected));
}

}  // namespace
}  // namespace groel
