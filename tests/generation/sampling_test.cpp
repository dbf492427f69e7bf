// The rules of sampling by hand, and the draw against what it should be in 10^5 draws.
#include "generation/sampling.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"

namespace groel::generation {
namespace {

constexpr float kOut = -std::numeric_limits<float>::infinity();

std::vector<float> warped(std::vector<float> logits, const SamplingRules& rules) {
  warp_logits(logits, rules);
  return logits;
}

std::vector<float> processed(std::vector<float> logits, const std::vector<std::int32_t>& ids, std::size_t prompt,
                             const SamplingRules& rules) {
  const std::vector<std::int32_t> ends{0};
  process_logits(logits, {ids, prompt}, ends, rules);
  return logits;
}

TEST(Sampling, PenaltyCountsEachTokenOnceAndThePromptsToo) {
  EXPECT_EQ(processed({1, 2, -3, 4}, {1, 2, 2, 1}, 2, {.repetition_penalty = 2}), (std::vector<float>{1, 1, -6, 4}));
}

TEST(Sampling, RepeatedRunsAreOut) {
  // 5 6 has been before 7.
  EXPECT_EQ(processed({0, 0, 0, 0, 0, 0, 0, 0}, {5, 6, 7, 5, 6}, 0, {.no_repeat_ngram_size = 3}),
            (std::vector<float>{0, 0, 0, 0, 0, 0, 0, kOut}));
  EXPECT_EQ(processed({0, 0}, {1}, 0, {.no_repeat_ngram_size = 3}), (std::vector<float>{0, 0}));
}

TEST(Sampling, WordsAreOutOnceTheirBeginningIsThere) {
  const SamplingRules rules{.bad_words = {{3}, {1, 2}, {0}}};  // 0 ends: no word
  EXPECT_EQ(processed({0, 0, 0, 0}, {1}, 0, rules), (std::vector<float>{0, 0, kOut, kOut}));
  EXPECT_EQ(processed({0, 0, 0, 0}, {2}, 0, rules), (std::vector<float>{0, 0, 0, kOut}));
}

TEST(Sampling, ItDoesNotEndTooSoon) {
  EXPECT_EQ(processed({1, 1}, {1, 1}, 1, {.min_new_tokens = 2}), (std::vector<float>{kOut, 1}));
  EXPECT_EQ(processed({1, 1}, {1, 1, 1}, 1, {.min_new_tokens = 2}), (std::vector<float>{1, 1}));
  EXPECT_EQ(processed({1, 1}, {1, 1}, 1, {.min_length = 3}), (std::vector<float>{kOut, 1}));
}

TEST(Sampling, TopKKeepsWhatEqualsItsLast) {
  EXPECT_EQ(warped({3, 1, 2, 2}, {.top_k = 2}), (std::vector<float>{3, kOut, 2, 2}));
  EXPECT_EQ(warped({3, 1}, {.top_k = 5}), (std::vector<float>{3, 1}));
}

TEST(Sampling, TopPKeepsTheFewestThatReachIt) {
  const auto log = [](double p) { return static_cast<float>(std::log(p)); };
  const std::vector<float> logits{log(0.1), log(0.5), log(0.4)};
  EXPECT_EQ(warped(logits, {.top_p = 0.6}), (std::vector<float>{kOut, logits[1], logits[2]}));
  EXPECT_EQ(warped(logits, {.top_p = 0.45}), (std::vector<float>{kOut, logits[1], kOut}));
  EXPECT_EQ(warped(logits, {.top_p = 1e-6}), (std::vector<float>{kOut, logits[1], kOut}));
  EXPECT_EQ(warped(logits, {.min_p = 0.5}), (std::vector<float>{kOut, logits[1], logits[2]}));
}

// Pearson's statistic of 10^5 draws over 50 tokens, 49 degrees of freedom: 99.99 % of all lie below 95.
TEST(Sampling, DrawsFollowTheProbabilities) {
  constexpr int kTokens = 50, kDraws = 100'000;
  std::vector<float> logits;
  for (int i = 0; i < kTokens; ++i) logits.push_back(static_cast<float>(std::sin(i * 1.7) * 2));
  logits[7] = kOut;
  std::vector<int> counts(kTokens);
  for (int i = 0; i < kDraws; ++i) {
    const auto bits = philox(derive_key(11, 5, static_cast<std::uint64_t>(i)), 0);
    ++counts[static_cast<std::size_t>(draw_token(logits, unit_double(bits[0])))];
  }
  double statistic = 0;
  for (int i = 0; i < kTokens; ++i) {
    if (i == 7) continue;
    const double expected = kDraws * std::exp(log_probability(logits, i));
    statistic +=
        (counts[static_cast<std::size_t>(i)] - expected) * (counts[static_cast<std::size_t>(i)] - expected) / expected;
  }
  EXPECT_EQ(counts[7], 0);
  EXPECT_LT(statistic, 95);
  EXPECT_GT(statistic, 15);  // not too well, either
}

TEST(Sampling, DrawIsTheFirstWhoseSumExceeds) {
  const std::vector<float> logits{std::log(0.25F), kOut, std::log(0.5F), std::log(0.25F)};
  EXPECT_EQ(draw_token(logits, 0), 0);
  EXPECT_EQ(draw_token(logits, 0.249), 0);
  EXPECT_EQ(draw_token(logits, 0.26), 2);
  EXPECT_EQ(draw_token(logits, 0.76), 3);
  EXPECT_EQ(draw_token(logits, 1 - 1e-16), 3);
  EXPECT_THROW(draw_token(std::vector<float>{kOut, kOut}, 0.5), Error);
  EXPECT_EQ(likeliest_token(std::vector<float>{1, 3, 3}), 1);
}

TEST(Sampling, RulesOutOfTheirRangeAreRefused) {
  const auto said = [](const SamplingRules& rules) -> std::string {
    try {
      rules.check();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(said({}), "");
  EXPECT_NE(said({.temperature = -1}).find("`temperature`"), std::string::npos);
  EXPECT_NE(said({.temperature = 0}).find("greedy"), std::string::npos);
  EXPECT_NE(said({.top_p = 0}).find("`top_p`"), std::string::npos);
  EXPECT_NE(said({.top_p = 1.5}).find("`top_p`"), std::string::npos);
  EXPECT_NE(said({.top_p = NAN}).find("`top_p`"), std::string::npos);
  EXPECT_NE(said({.top_k = -1}).find("`top_k`"), std::string::npos);
  EXPECT_NE(said({.repetition_penalty = 0}).find("`repetition_penalty`"), std::string::npos);
}

}  // namespace
}  // namespace groel::generation
