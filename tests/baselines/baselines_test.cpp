// Baselines on proteins whose labels follow from their sequences, by design or not at all.
#include "baselines/baselines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/threads.h"
#include "bio/residues.h"

namespace groel::baselines {
namespace {

using Strings = std::vector<std::string>;

struct Set {
  Kind kind;
  LabelledProteins train, judged;
};

class Maker {
 public:
  std::uint32_t below(std::uint32_t count) { return (state_ = state_ * 1664525U + 1013904223U) / 65536 % count; }

  // Of a class: more of some residues (so descriptors tell), and a motif of its own (so words do).
  std::string protein(std::int64_t group) {
    static const char* const kRich[] = {"KR", "DE", "LIVF"};
    static const char* const kMotifs[] = {"WHCWHC", "MNPMNP", "YGQYGQ"};
    const std::string rich = kRich[group];
    std::string out;
    while (out.size() < 50)
      out += below(3) == 0 ? rich[below(static_cast<std::uint32_t>(rich.size()))] : bio::kResidues[below(20)];
    return out + kMotifs[group] + out.substr(0, 10);
  }

  LabelledProteins proteins(Kind kind, int count) {
    LabelledProteins out;
    out.columns = kind == Kind::numbers ? 1 : 3;
    for (int i = 0; i < count; ++i) {
      const auto group = static_cast<std::int64_t>(std::min(2U, below(4)));  // the last twice as often
      out.sequences.push_back(protein(group));
      if (kind == Kind::one_class) out.classes.push_back(group);
      if (kind == Kind::numbers) out.values.push_back(10.0 * static_cast<double>(group) + 0.01 * below(100));
      if (kind == Kind::several_labels)
        for (std::int64_t k = 0; k < 3; ++k) out.values.push_back(group >= k ? 1 : 0);  // label 0: all of them
    }
    return out;
  }

  Set set(Kind kind) { return {kind, proteins(kind, 240), proteins(kind, 120)}; }

 private:
  std::uint32_t state_ = 23;
};

std::map<std::string, Baseline> run(const Set& set, const BaselineOptions& options = {}) {
  Sink sink;
  std::map<std::string, Baseline> out;
  for (Baseline& each : run_baselines(set.kind, set.train, set.judged.sequences, options, sink)) {
    EXPECT_FALSE(each.words.empty());
    EXPECT_EQ(each.scores.size(), set.judged.sequences.size() * static_cast<std::size_t>(set.train.columns));
    out.emplace(each.name, each);
  }
  return out;
}

double accuracy(const Set& set, const Baseline& said) {
  double right = 0;
  const auto columns = static_cast<std::ptrdiff_t>(set.train.columns);
  for (std::size_t row = 0; row < set.judged.classes.size(); ++row) {
    const auto begin = said.scores.begin() + static_cast<std::ptrdiff_t>(row) * columns;
    right += std::max_element(begin, begin + columns) - begin == set.judged.classes[row];
  }
  return right / static_cast<double>(set.judged.classes.size());
}

double mean_square(const Set& set, const Baseline& said) {
  double sum = 0;
  for (std::size_t i = 0; i < said.scores.size(); ++i) sum += std::pow(said.scores[i] - set.judged.values[i], 2);
  return sum / static_cast<double>(said.scores.size());
}

TEST(Baselines, OfOneClassLearnWhatTheySee) {
  const Set set = Maker().set(Kind::one_class);
  const auto all = run(set);
  ASSERT_EQ(all.size(), 5U);
  EXPECT_NEAR(accuracy(set, all.at("coin-flip")), 1.0 / 3, 0.12);
  const auto most = static_cast<double>(std::count(set.judged.classes.begin(), set.judged.classes.end(), 2));
  EXPECT_DOUBLE_EQ(accuracy(set, all.at("frequencies")), most / 120);
  EXPECT_GT(accuracy(set, all.at("descriptors")), 0.85);
  EXPECT_GT(accuracy(set, all.at("3-mers")), 0.9);
  for (const auto& [name, each] : all)
    for (std::size_t row = 0; row < 120; ++row) {
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        const double p = each.scores[3 * row + k];
        EXPECT_TRUE(p > 0 && p < 1) << name << p;
        sum += p;
      }
      EXPECT_NEAR(sum, 1, 1e-9) << name;
    }
}

TEST(Baselines, FrequenciesAreCountsWithHalfAProteinMore) {
  const Set set{Kind::one_class, {{"AAAA", "CCCC", "DDDD"}, 2, {1, 1, 0}, {}}, {{"AAAA"}, 2, {1}, {}}};
  const Baseline said = run(set, {0, {"frequencies"}}).at("frequencies");
  EXPECT_DOUBLE_EQ(said.scores[0], 1.5 / 4);
  EXPECT_DOUBLE_EQ(said.scores[1], 2.5 / 4);
  const Set labels{Kind::several_labels, {{"AAAA", "CCCC"}, 2, {}, {1, 0, 1, 1}}, {{"AAAA"}, 2, {}, {}}};
  EXPECT_EQ(run(labels, {0, {"frequencies"}}).at("frequencies").scores, (std::vector<double>{2.5 / 3, 1.5 / 3}));
}

TEST(Baselines, NeighbourWeighsByIdentityAndFallsBackToFrequencies) {
  Maker maker;
  const std::string known = maker.protein(0);
  const Set set{Kind::one_class, {{known, maker.protein(1)}, 2, {0, 1}, {}}, {{known, "XXXXXXXXXXXX"}, 2, {0, 0}, {}}};
  const Baseline said = run(set, {0, {"nearest-neighbour"}}).at("nearest-neighbour");
  EXPECT_DOUBLE_EQ(said.scores[0], 0.99 + 0.01 / 2);
  EXPECT_DOUBLE_EQ(said.scores[2], 0.5);
  EXPECT_EQ(said.note, "1 of 2 proteins have no training protein near them and got the frequencies");
}

TEST(Baselines, OfSeveralLabelsSurviveALabelThatAllHave) {
  const Set set = Maker().set(Kind::several_labels);
  for (const auto& [name, each] : run(set))
    for (std::size_t row = 0; row < 120; ++row) {
      for (std::size_t k = 0; k < 3; ++k) EXPECT_TRUE(each.scores[3 * row + k] > 0 && each.scores[3 * row + k] < 1);
      EXPECT_GT(each.scores[3 * row], name == "coin-flip" ? 0.49 : 0.99) << name;
    }
}

TEST(Baselines, OfNumbersComeNearer) {
  const Set set = Maker().set(Kind::numbers);
  const auto all = run(set);
  const double mean = mean_square(set, all.at("frequencies"));
  EXPECT_GT(mean_square(set, all.at("coin-flip")), mean);
  EXPECT_LT(mean_square(set, all.at("descriptors")), 0.7 * mean);
  EXPECT_LT(mean_square(set, all.at("3-mers")), 0.7 * mean);
  for (const double value : all.at("coin-flip").scores)
    EXPECT_NE(std::find(set.train.values.begin(), set.train.values.end(), value), set.train.values.end());
}

TEST(Baselines, OfTwoClassesAndOfManyAreProbabilitiesToo) {
  Maker maker;
  for (const std::int64_t columns : {2, 70}) {
    Set set{Kind::one_class, maker.proteins(Kind::one_class, 140), maker.proteins(Kind::one_class, 20)};
    set.train.columns = columns;
    for (std::size_t i = 0; i < 140; ++i) set.train.classes[i] = static_cast<std::int64_t>(i) % columns;
    const Baseline said = run(set, {0, {"descriptors"}}).at("descriptors");
    for (std::size_t row = 0; row < 20; ++row) {
      double sum = 0;
      for (std::int64_t k = 0; k < columns; ++k)
        sum += said.scores[row * static_cast<std::size_t>(columns) + static_cast<std::size_t>(k)];
      EXPECT_NEAR(sum, 1, 1e-9) << columns;
    }
  }
}

TEST(Baselines, ALimitOfWorkIsSaid) {
  const Set set = Maker().set(Kind::one_class);
  const auto all = run(set, {0, {"3-mers"}, 1});
  EXPECT_EQ(all.at("3-mers").note, "stopped after 8 iterations, before the fit had settled");
  EXPECT_EQ(run(set, {0, {"3-mers"}}).at("3-mers").note, "");
}

TEST(Baselines, DependOnTheSeedAndNotOnThreads) {
  const Set set = Maker().set(Kind::several_labels);
  set_num_threads(1);
  const auto one = run(set);
  set_num_threads(3);
  const auto three = run(set), other = run(set, {1, {}});
  set_num_threads(0);
  for (const auto& [name, each] : one) EXPECT_EQ(each.scores, three.at(name).scores) << name;
  EXPECT_NE(other.at("coin-flip").scores, one.at("coin-flip").scores);
  EXPECT_EQ(other.at("3-mers").scores, one.at("3-mers").scores);
}

TEST(Baselines, NameWhatIsWrong) {
  Set set = Maker().set(Kind::one_class);
  try {
    run(set, {0, {"4-mers"}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_NE(std::string(error.what()).find("coin-flip, frequencies, descriptors, 3-mers, nearest-neighbour"),
              std::string::npos);
  }
  set.train = {{}, 3, {}, {}};
  EXPECT_THROW(run(set), Error);
}

}  // namespace
}  // namespace groel::baselines
