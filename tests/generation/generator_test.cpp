// Generation over a small random model: independence of batch and threads, ends, limits, windows.
#include "generation/generator.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/threads.h"
#include "checkpoints/random_model.h"
#include "models/family.h"

namespace groel::generation {
namespace {

constexpr std::int64_t kVocabulary = 60, kContext = 48;

const models::Model& model() {
  static const checkpoints::LoadedModel loaded = [] {
    nlohmann::json config = models::family_named("gpt2").configure({2, 32, 4});
    config["vocab_size"] = kVocabulary;
    config["n_positions"] = kContext;
    return checkpoints::random_model(config, 3, ops::Precision::f32);
  }();
  return *loaded.model;
}

std::vector<Written> written(const GenerationSettings& settings, const std::vector<Request>& requests,
                             std::vector<std::int32_t> residues = {}) {
  const Generator generator(model(), settings, std::move(residues));
  std::vector<Written> out;
  std::size_t next = 0;
  generator.run(
      [&]() -> std::optional<Request> {
        if (next == requests.size()) return {};
        return requests[next++];
      },
      [&](const Written& one) { out.push_back(one); });
  return out;
}

std::vector<Request> requests(std::int64_t count) {
  std::vector<Request> out;
  for (std::int64_t i = 0; i < count; ++i)
    out.push_back(
        {i, std::vector<std::int32_t>(static_cast<std::size_t>(1 + i % 5), static_cast<std::int32_t>(i % 50 + 1))});
  return out;
}

TEST(Generator, WhatIsWrittenDependsOnNeitherBatchNorThreads) {
  for (const DType held : {DType::f32, DType::bf16, DType::i8}) {
    GenerationSettings settings;
    settings.held = held;
    settings.ends = {0};
    settings.seed = 5;
    settings.batch = 1;
    const auto alone = written(settings, requests(12));
    ASSERT_EQ(alone.size(), 12U);
    for (const std::int64_t batch : {3, 32}) {
      settings.batch = batch;
      const auto many = written(settings, requests(12));
      for (std::size_t i = 0; i < alone.size(); ++i) {
        EXPECT_EQ(many[i].request.index, static_cast<std::int64_t>(i));
        EXPECT_EQ(many[i].ids, alone[i].ids) << "batch " << batch << ", sequence " << i;
        EXPECT_EQ(many[i].log_probabilities, alone[i].log_probabilities);
        EXPECT_EQ(many[i].ending, alone[i].ending);
      }
    }
  }
}

TEST(Generator, SeedsAndIndicesDiffer) {
  GenerationSettings settings;
  settings.max_new_tokens = 20;
  const std::vector<Request> same{{0, {1}}, {1, {1}}};
  const auto first = written(settings, same);
  EXPECT_NE(first[0].ids, first[1].ids);
  settings.seed = 1;
  EXPECT_NE(written(settings, same)[0].ids, first[0].ids);
}

TEST(Generator, EndsWhereItIsTold) {
  GenerationSettings settings;
  const auto ending = [&](std::vector<std::int32_t> residues = {}) {
    return written(settings, {{0, {1, 2}}}, std::move(residues)).at(0);
  };
  EXPECT_EQ(ending().ending, Ending::full);
  EXPECT_EQ(ending().ids.size() + 2, kContext + 1U);  // the last token is not read
  settings.max_new_tokens = 4;
  EXPECT_EQ(ending().ending, Ending::max_new_tokens);
  EXPECT_EQ(ending().ids.size(), 4U);
  settings.max_residues = 7;
  EXPECT_EQ(ending(std::vector<std::int32_t>(kVocabulary, 2)).ending, Ending::max_residues);
  EXPECT_EQ(ending(std::vector<std::int32_t>(kVocabulary, 2)).ids.size(), 2U);  // 4 of the prompt, 2 each
  settings = {};
  for (std::int32_t id = 0; id < kVocabulary; ++id) settings.ends.push_back(id);
  EXPECT_EQ(ending().ending, Ending::end_token);
  EXPECT_EQ(ending().ids.size(), 1U);
}

TEST(Generator, DoesNotEndBeforeItsLeastLength) {
  GenerationSettings settings;
  settings.ends = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  settings.min_residues = 20;
  for (const Written& one : written(settings, requests(8), std::vector<std::int32_t>(kVocabulary, 1)))
    EXPECT_GE(one.ids.size() + one.request.prompt.size(), one.ending == Ending::full ? 1U : 21U);
}

TEST(Generator, WindowsGoOnBeyondTheContext) {
  GenerationSettings settings;
  settings.window = 16;
  settings.max_new_tokens = 100;
  settings.batch = 1;
  const auto alone = written(settings, requests(4));
  settings.batch = 4;
  const auto many = written(settings, requests(4));
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_EQ(alone[i].ids.size(), 100U);
    EXPECT_EQ(alone[i].ids, many[i].ids);
  }
  // Within the window it makes no difference.
  settings.window = {};
  settings.max_new_tokens = 11;
  const auto before = written(settings, {{0, {1, 2, 3}}});
  settings.window = 16;
  EXPECT_EQ(written(settings, {{0, {1, 2, 3}}})[0].ids, before[0].ids);
}

std::string said(const GenerationSettings& settings, const Request& request) {
  try {
    written(settings, {request});
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Generator, RefusesWhatCannotBe) {
  GenerationSettings settings;
  EXPECT_NE(said(settings, {0, {}}).find("no tokens"), std::string::npos);
  settings.max_new_tokens = 60;
  EXPECT_NE(said(settings, {0, {1}}).find("context of 48"), std::string::npos);
  settings.max_new_tokens = 48;
  EXPECT_EQ(said(settings, {0, {1}}), "");
  settings.max_new_tokens = 0;
  EXPECT_NE(said(settings, {0, {1}}).find("`max_new_tokens`"), std::string::npos);
  settings = {};
  settings.window = 49;
  EXPECT_NE(said(settings, {0, {1}}).find("`window`"), std::string::npos);
  settings = {};
  for (std::int32_t id = 0; id < kVocabulary; ++id) settings.rules.bad_words.push_back({id});
  EXPECT_NE(said(settings, {0, {1}}).find("no token is left"), std::string::npos);
}

}  // namespace
}  // namespace groel::generation
