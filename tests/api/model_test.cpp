// The public Model: what it says of itself, what it computes, how it refuses.
#include <groel/groel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <thread>

#include "checkpoints/load.h"
#include "engine/embed.h"

namespace groel {
namespace {

const std::string kFolder = GROEL_TEST_DATA "/esm2-tiny";

Error error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error(ErrorKind::internal, "none");
}

bool says(const Error& error, const std::string& text) {
  return std::string(error.what()).find(text) != std::string::npos;
}

TEST(Model, DescribesItself) {
  const Model model = Model::load(kFolder);
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

TEST(Model, GivesEveryKindInItsShape) {
  const Model model = Model::load(kFolder);
  const Embedding e = model.embed("MK<mask>L", {.layers = {0, -1},
                                                .mean = true,
                                                .max = true,
                                                .cls = true,
                                                .per_residue = true,
                                                .logits = true,
                                                .contacts = true,
                                                .attentions = true});
  using Shape = std::vector<std::int64_t>;
  for (const int layer : {0, 3}) {
    EXPECT_EQ(e.mean.at(layer).shape, Shape{64});
    EXPECT_EQ(e.max.at(layer).shape, Shape{64});
    EXPECT_EQ(e.cls.at(layer).shape, Shape{64});
    EXPECT_EQ(e.per_residue.at(layer).shape, (Shape{4, 64}));
    EXPECT_EQ(e.per_residue.at(layer).values.size(), 256U);
  }
  EXPECT_EQ(e.mean.size(), 2U);
  EXPECT_EQ(e.logits.shape, (Shape{4, 33}));
  EXPECT_EQ(e.contacts.shape, (Shape{4, 4}));
  EXPECT_EQ(e.attentions.at(3).shape, (Shape{4, 6, 6}));
}

// Golden cases are held against the engine.
TEST(Model, GivesTheBitsOfTheEngine) {
  const std::vector<std::vector<std::int32_t>> ids{{0, 20, 15, 32, 4, 3, 2}, {0, 5, 2}};
  const EmbedOptions all{.layers = {0, 1, 2, 3},
                         .mean = true,
                         .max = true,
                         .cls = true,
                         .per_residue = true,
                         .logits = true,
                         .contacts = true,
                         .attentions = true};
  const engine::EmbedRequest request{{0, 1, 2, 3}, true, true, true, true, true, true, true};
  const auto same = [](const Array& ours, const Tensor& theirs) {
    return std::ranges::equal(ours.shape, theirs.shape()) && std::ranges::equal(ours.values, theirs.values<float>());
  };
  for (const auto& [dtype, precision] :
       {std::pair{Dtype::f32, ops::Precision::f32}, std::pair{Dtype::bf16, ops::Precision::bf16}}) {
    const auto got = Model::load(kFolder, dtype).embed_tokens(ids, all);
    const auto expected = engine::embed_batch(*checkpoints::load_model(kFolder, precision).model, ids, request);
    ASSERT_EQ(got.size(), 2U);
    for (std::size_t s = 0; s < 2; ++s) {
      for (const int layer : all.layers) {
        EXPECT_TRUE(same(got[s].mean.at(layer), expected[s].mean.at(layer)));
        EXPECT_TRUE(same(got[s].max.at(layer), expected[s].max.at(layer)));
        EXPECT_TRUE(same(got[s].cls.at(layer), expected[s].cls.at(layer)));
        EXPECT_TRUE(same(got[s].per_residue.at(layer), expected[s].per_residue.at(layer)));
        if (layer > 0) {
          EXPECT_TRUE(same(got[s].attentions.at(layer), expected[s].attentions.at(layer)));
        }
      }
      EXPECT_TRUE(same(got[s].logits, expected[s].logits));
      EXPECT_TRUE(same(got[s].contacts, expected[s].contacts));
    }
  }
}

TEST(Model, LeavesOutWhatIsNotAskedFor) {
  const Embedding e = Model::load(kFolder).embed(std::string("MKL"));
  EXPECT_EQ(e.mean.size(), 1U);
  EXPECT_TRUE(e.max.empty() && e.cls.empty() && e.per_residue.empty() && e.attentions.empty());
  EXPECT_TRUE(e.logits.values.empty() && e.contacts.values.empty());
}

TEST(Model, ReadsSequencesAsTheCommandLineDoes) {
  const Model model = Model::load(kFolder);
  EXPECT_EQ(model.tokens("MkL*"), model.tokens("MKL"));
  EXPECT_EQ(model.tokens("MKL"), (std::vector<std::int32_t>{0, 20, 15, 4, 2}));
  EXPECT_EQ(model.tokens_as_transformers("MKL"), model.tokens("MKL"));
  EXPECT_TRUE(model.embed(std::span<const std::string>{}).empty());
}

TEST(Model, ErrorsNameTheSequence) {
  const Model model = Model::load(kFolder);
  const std::vector<std::string> sequences{"MKL", "MK1"};
  const Error bad = error_of([&] { model.embed(sequences); });
  EXPECT_EQ(bad.kind(), ErrorKind::bad_input);
  EXPECT_TRUE(says(bad, "sequence 1") && says(bad, "position 3")) << bad.what();
  EXPECT_EQ(error_of([&] { model.embed(std::string()); }).kind(), ErrorKind::bad_input);
}

TEST(Model, ErrorsOfCallersAreUsage) {
  EXPECT_EQ(error_of([] { Model::load("/no/such/model"); }).kind(), ErrorKind::not_found);
  const Model model = Model::load(kFolder);
  EXPECT_EQ(error_of([&] { model.embed("MKL", {.layers = {4}}); }).kind(), ErrorKind::usage);
  EXPECT_EQ(error_of([&] { model.embed("MKL", {.layers = {-5}}); }).kind(), ErrorKind::usage);
  EXPECT_EQ(error_of([] { set_threads(-1); }).kind(), ErrorKind::usage);
  const Error too_long = error_of([] { Model::load(GROEL_TEST_DATA "/esm1b-tiny").embed(std::string(5000, 'A')); });
  EXPECT_EQ(too_long.kind(), ErrorKind::bad_input) << too_long.what();
}

TEST(Model, TokensThatAreNoneOfTheModelsAreRefused) {
  const Model model = Model::load(kFolder);
  for (const std::vector<std::int32_t>& ids :
       std::vector<std::vector<std::int32_t>>{{}, {0}, {0, 2}, {0, 33, 2}, {0, -1, 2}, {0, 1 << 30, 2}}) {
    const std::vector<std::vector<std::int32_t>> sequences{{0, 5, 2}, ids};
    const Error error = error_of([&] { model.embed_tokens(sequences, {.mean = true, .per_residue = true}); });
    EXPECT_TRUE(error.kind() == ErrorKind::bad_input || error.kind() == ErrorKind::usage) << error.what();
  }
}

TEST(Model, ManyThreadsMayUseOne) {
  const Model model = Model::load(kFolder);
  const auto expected = model.embed(std::string("MKTAYIAKQR")).mean.at(3).values;
  std::vector<std::vector<float>> got(4);
  std::vector<std::thread> threads;
  for (auto& slot : got)
    threads.emplace_back([&slot, copy = model] { slot = copy.embed(std::string("MKTAYIAKQR")).mean.at(3).values; });
  for (std::thread& thread : threads) thread.join();
  for (const auto& values : got) EXPECT_EQ(values, expected);
}

}  // namespace
}  // namespace groel
