// Networks of pairs in training: they learn, are the same in either order, and for any number of threads.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "ops/helpers.h"
#include "train/pair_fit.h"

namespace groel::train {
namespace {

constexpr std::int32_t kProteins = 60;

std::int32_t drawn(std::uint64_t seed, std::uint64_t at, std::uint32_t below) {
  return static_cast<std::int32_t>(index_below(philox(seed, at)[0], below));
}

// `says` gives the two labels of a pair.
template <class Says>
PairSet pairs_of(std::uint64_t seed, std::int64_t count, const Says& says) {
  PairSet out;
  std::vector<float> targets;
  for (std::int64_t i = 0; i < count; ++i) {
    out.first.push_back(drawn(seed, static_cast<std::uint64_t>(2 * i), kProteins));
    out.second.push_back(drawn(seed, static_cast<std::uint64_t>(2 * i + 1), kProteins));
    for (const bool label : says(out.first.back(), out.second.back())) targets.push_back(label ? 1.0F : 0.0F);
  }
  out.targets = Tensor::of<float>({count, 2}, std::span<const float>(targets));
  return out;
}

struct Problem {
  std::unique_ptr<VectorSource> proteins;
  ops::Neighbours links;
  PairSet train, valid, test;

  PairMaterial material() const { return {*proteins, links, train, valid, test}; }
};

ops::Neighbours ring() {
  std::vector<std::int32_t> bounds{0}, nodes;
  for (std::int32_t p = 0; p < kProteins; ++p) {
    nodes.insert(nodes.end(), {(p + 1) % kProteins, (p + kProteins - 1) % kProteins});
    bounds.push_back(static_cast<std::int32_t>(nodes.size()));
  }
  return {test::ints(bounds), test::ints(nodes)};
}

// The first numbers of both have one sign; the second ones are far apart.
Problem of_vectors() {
  const Tensor x = test::random({kProteins, 6}, 1);
  const auto says = [&](std::int32_t p, std::int32_t q) {
    const float *a = x.data<float>() + p * 6, *b = x.data<float>() + q * 6;
    return std::vector<bool>{a[0] * b[0] > 0, std::abs(a[1] - b[1]) > 1};
  };
  return {sequence_vectors(x), ring(), pairs_of(1, 600, says), pairs_of(2, 200, says), pairs_of(3, 200, says)};
}

// Both are rich in tryptophan; one at least is rich in lysine.
Problem of_residues() {
  std::vector<std::string> sequences;
  for (std::int32_t p = 0; p < kProteins; ++p) {
    std::string text;
    for (std::int32_t i = 0; i < 20 + p % 7; ++i)
      text += "ACDEFGHIKLMNPQRSTVWY"[drawn(5, static_cast<std::uint64_t>(100 * p + i), 20)];
    if (p % 2 == 0) text += "WWWWWWWW";
    if (p % 3 == 0) text += "KKKKKKKK";
    sequences.push_back(text);
  }
  const auto says = [](std::int32_t p, std::int32_t q) {
    return std::vector<bool>{p % 2 == 0 && q % 2 == 0, p % 3 == 0 || q % 3 == 0};
  };
  return {one_hot_residues(sequences), {}, pairs_of(1, 400, says), pairs_of(2, 100, says), pairs_of(3, 100, says)};
}

PairFitOptions options_for(const std::string& kind, const Problem& problem, std::int64_t epochs) {
  PairFitOptions out;
  out.shape = {kind, problem.proteins->width(), 2, 32, 0.1};
  out.epochs = epochs;
  out.batch = 32;
  out.rate = 5e-3;
  out.seed = 4;
  return out;
}

TEST(PairNetworks, LearnFromVectors) {
  const Problem problem = of_vectors();
  Sink sink;
  const PairFit fit = fit_pairs(problem.material(), options_for("mlp", problem, 30), sink);
  EXPECT_GT(fit.epochs[fit.best].test_f1, 0.9);
  EXPECT_EQ(fit.epochs.size(), 30U);
  EXPECT_DOUBLE_EQ(micro_f1(problem.test.targets.values<float>(), fit.test), fit.epochs[fit.best].test_f1);
  EXPECT_GE(fit.epochs[fit.best_on_test].test_f1, fit.epochs[fit.best].test_f1);
  for (const PairEpoch& epoch : fit.epochs) EXPECT_LE(epoch.valid_f1, fit.epochs[fit.best].valid_f1);
  EXPECT_EQ(pair_probabilities(*fit.network, *problem.proteins, {}, problem.test), fit.test);
}

TEST(PairNetworks, LearnFromResidues) {
  const Problem problem = of_residues();
  Sink sink;
  for (const char* kind : {"dnn-ppi", "pipr"}) {
    const PairFit fit = fit_pairs(problem.material(), options_for(kind, problem, 25), sink);
    EXPECT_GT(fit.epochs[fit.best].test_f1, 0.85) << kind;
  }
}

TEST(PairNetworks, LearnFromTheGraph) {
  const Problem problem = of_vectors();
  Sink sink;
  const PairFit fit = fit_pairs(problem.material(), options_for("gin", problem, 30), sink);
  EXPECT_GT(fit.epochs[fit.best].test_f1, 0.6);
  EXPECT_EQ(pair_probabilities(*fit.network, *problem.proteins, problem.links, problem.test), fit.test);
}

TEST(PairNetworks, SayTheSameInEitherOrderAndForAnyThreads) {
  for (const std::string kind : {"mlp", "gin", "dnn-ppi", "pipr"}) {
    const Problem problem = kind == "mlp" || kind == "gin" ? of_vectors() : of_residues();
    const auto said = [&] {
      Sink sink;
      const PairFit fit = fit_pairs(problem.material(), options_for(kind, problem, 2), sink);
      const PairSet turned{problem.test.second, problem.test.first, problem.test.targets};
      EXPECT_EQ(pair_probabilities(*fit.network, *problem.proteins, problem.links, turned), fit.test) << kind;
      return Tensor::of<double>({static_cast<std::int64_t>(fit.test.size())}, std::span<const double>(fit.test));
    };
    test::expect_same_for_any_threads(said);
  }
}

TEST(PairNetworks, StopWhereNothingGetsBetter) {
  const Problem problem = of_vectors();
  PairFitOptions options = options_for("mlp", problem, 200);
  options.patience = 3;
  Sink sink;
  const PairFit fit = fit_pairs(problem.material(), options, sink);
  EXPECT_LT(fit.epochs.size(), 200U);
  EXPECT_EQ(fit.epochs.size(), fit.best + 4);
}

TEST(PairNetworks, RefuseWhatTheyAreNot) {
  EXPECT_THROW(nn::make_pair_network({"oracle", 4, 2}), Error);
  EXPECT_THROW(nn::make_pair_network({"mlp", 0, 2}), Error);
}

TEST(MicroF1, CountsAllLabelsTogether) {
  const std::vector<float> truth{1, 0, 1, 1};
  EXPECT_DOUBLE_EQ(micro_f1(truth, std::vector<double>{0.9, 0.6, 0.5, 0.1}), 2.0 * 2 / (3 + 3));
  EXPECT_EQ(micro_f1(truth, std::vector<double>{0, 0, 0, 0}), 0);
}

}  // namespace
}  // namespace groel::train
