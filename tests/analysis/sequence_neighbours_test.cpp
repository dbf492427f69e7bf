// Words of sequences, local alignment against plain dynamic programming, and nearest sequences that are known.
#include "analysis/sequence_neighbours.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/kmers.h"
#include "analysis/local_alignment.h"
#include "base/threads.h"
#include "bio/blosum62.h"
#include "bio/residues.h"

namespace groel::analysis {
namespace {

using Strings = std::vector<std::string>;

class Draw {
 public:
  std::uint32_t below(std::uint32_t count) { return (state_ = state_ * 1664525U + 1013904223U) / 65536 % count; }
  std::string protein(std::size_t length) {
    std::string out;
    while (out.size() < length) out += bio::kResidues[below(20)];
    return out;
  }
  /// About `share` of a hundred residues become others.
  std::string mutated(std::string protein, std::uint32_t share) {
    for (char& residue : protein)
      if (below(100) < share) residue = bio::kResidues[below(20)];
    return protein;
  }

 private:
  std::uint32_t state_ = 11;
};

TEST(Kmers, AreTheWindowsInOrder) {
  EXPECT_EQ(kmers("ACDY", 2), (std::vector<std::int32_t>{1, 22, 59}));
  EXPECT_EQ(kmers("acXdy", 1), (std::vector<std::int32_t>{0, 1, kNoWord, 2, 19}));
  EXPECT_EQ(kmers("ACXDYA", 2), (std::vector<std::int32_t>{1, kNoWord, kNoWord, 59, 380}));
  EXPECT_TRUE(kmers("AC", 3).empty());
  EXPECT_EQ(kmer_count(3), 8000);
}

TEST(Kmers, CompositionHasRowsOfLengthOne) {
  const Strings proteins{"AAAAC", "GG", "XYX"};
  const SparseRows rows = kmer_composition(proteins, 3);
  EXPECT_EQ(rows.width, 8000);
  EXPECT_EQ(rows.starts, (std::vector<std::int64_t>{0, 2, 2, 2}));
  EXPECT_EQ(rows.columns, (std::vector<std::int32_t>{0, 1}));
  EXPECT_NEAR(rows.values[0], 2 / std::sqrt(5.0), 1e-15);
  EXPECT_NEAR(rows.values[1], 1 / std::sqrt(5.0), 1e-15);
}

// Smith–Waterman by its definition: every gap length is tried.
std::int64_t plain_score(const std::string& a, const std::string& b) {
  std::vector<std::vector<std::int64_t>> best(a.size() + 1, std::vector<std::int64_t>(b.size() + 1));
  std::int64_t most = 0;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      auto& cell = best[i][j];
      cell =
          best[i - 1][j - 1] + bio::kBlosum62[bio::kBlosumLetters.find(a[i - 1])][bio::kBlosumLetters.find(b[j - 1])];
      for (std::size_t gap = 1; gap <= i; ++gap)
        cell = std::max<std::int64_t>(cell, best[i - gap][j] - 11 - static_cast<int>(gap));
      for (std::size_t gap = 1; gap <= j; ++gap)
        cell = std::max<std::int64_t>(cell, best[i][j - gap] - 11 - static_cast<int>(gap));
      cell = std::max<std::int64_t>(cell, 0);
      most = std::max(most, cell);
    }
  return most;
}

TEST(LocalAlignment, HasTheScoreOfPlainDynamicProgramming) {
  Draw draw;
  for (int trial = 0; trial < 30; ++trial) {
    const std::string a = draw.protein(40 + draw.below(30));
    std::string b = draw.mutated(a, 30);
    b.erase(10 + draw.below(15), draw.below(9));
    b.insert(draw.below(20), draw.protein(draw.below(12)));
    const LocalAlignment found = align_locally(alignment_letters(a), alignment_letters(b), {0, 200});
    EXPECT_EQ(found.score, plain_score(a, b)) << a << ' ' << b;
  }
}

TEST(LocalAlignment, CountsIdenticalPairs) {
  const auto align = [](const char* a, const char* b, Band band) {
    return align_locally(alignment_letters(a), alignment_letters(b), band);
  };
  EXPECT_EQ(align("WWWW", "WWWW", {0, 5}).score, 44);
  EXPECT_EQ(align("WWWW", "wwww", {0, 5}).identical, 4);
  EXPECT_EQ(align("WWWXWWW", "WWWXWWW", {0, 5}).identical, 6);  // what is unknown is not known to be the same
  const LocalAlignment gapped = align("WWWWWWHHWWWWWW", "WWWWWWWWWWWW", {0, 5});
  EXPECT_EQ(gapped.score, 12 * 11 - 13);
  EXPECT_EQ(gapped.identical, 12);
  const LocalAlignment narrow = align("WWWWWWHHWWWWWW", "WWWWWWWWWWWW", {0, 1});  // starts one pair late
  EXPECT_EQ(narrow.score, 11 * 11 - 13);
  EXPECT_EQ(narrow.identical, 11);
  EXPECT_EQ(align("AAAAWWWW", "WWWW", {4, 0}).identical, 4);
  EXPECT_EQ(align("AAAAWWWW", "WWWW", {40, 3}).score, 0);
  EXPECT_EQ(align("", "WWWW", {0, 3}).score, 0);
}

TEST(SequenceNeighbours, FindsTheMostIdenticalOfARelatedFamily) {
  Draw draw;
  Strings among;
  for (int i = 0; i < 300; ++i) among.push_back(draw.protein(150 + draw.below(200)));
  Strings queries;
  for (const std::size_t i : {7U, 100U, 255U}) queries.push_back(draw.mutated(among[i], 50));
  among.push_back(draw.mutated(queries[1], 20));  // nearer than 100 is
  const auto found = nearest_sequences(among, queries);
  ASSERT_TRUE(found[0] && found[1] && found[2]);
  EXPECT_EQ(found[0]->index, 7);
  EXPECT_EQ(found[1]->index, 300);
  EXPECT_EQ(found[2]->index, 255);
  EXPECT_NEAR(found[0]->identity, 0.52, 0.1);
}

TEST(SequenceNeighbours, SaysWhenNothingIsNear) {
  Draw draw;
  Strings among, queries{"", "A", "XXXXXXXX"};
  for (int i = 0; i < 200; ++i) among.push_back(draw.protein(300));
  for (int i = 0; i < 20; ++i) queries.push_back(draw.protein(200));
  for (const auto& found : nearest_sequences(among, queries)) EXPECT_FALSE(found);
  EXPECT_FALSE(nearest_sequences({}, queries)[5]);
  EXPECT_TRUE(nearest_sequences(among, {}).empty());
}

TEST(SequenceNeighbours, PeptidesBelowTenResiduesHaveNeighbours) {
  const Strings among{"KLAKLAK", "GIGAVLK", "FFHHIFR", "KLAKLAKKLAKLAK"};
  const auto found = nearest_sequences(among, Strings{"KLAKLAK", "GIGAVLR", "KLAK", "DDEEDD"});
  ASSERT_TRUE(found[0] && found[1] && found[2]);
  EXPECT_EQ(found[0]->index, 0);
  EXPECT_EQ(found[0]->identity, 1);
  EXPECT_EQ(found[1]->index, 1);
  EXPECT_NEAR(found[1]->identity, 6.0 / 7, 0.15);
  EXPECT_EQ(found[2]->index, 0);  // 4 of 7, not 4 of 14
  EXPECT_NEAR(found[2]->identity, 4.0 / 7, 1e-12);
  EXPECT_FALSE(found[3]);
}

// Variants of one protein share nearly all words with all others: those of the mutations tell them apart.
TEST(SequenceNeighbours, AmongVariantsFindsTheOneWithTheSameMutations) {
  Draw draw;
  const std::string wild = draw.protein(237);
  Strings among;
  const auto variant = [&](std::size_t first, std::size_t second) {
    std::string out = wild;
    out[first] = out[first] == 'W' ? 'C' : 'W';
    out[second] = out[second] == 'W' ? 'C' : 'W';
    return out;
  };
  for (std::size_t i = 0; i < 200; ++i) among.push_back(variant(i, (i * 37 + 5) % 237));
  std::string query = variant(60, (60 * 37 + 5) % 237);
  query[230] = query[230] == 'W' ? 'C' : 'W';
  const auto found = nearest_sequences(among, Strings{query});
  ASSERT_TRUE(found[0]);
  EXPECT_EQ(found[0]->index, 60);
  EXPECT_NEAR(found[0]->identity, 236.0 / 237, 1e-12);
}

TEST(SequenceNeighbours, AreTheSameForAnyNumberOfThreads) {
  Draw draw;
  Strings among, queries;
  for (int i = 0; i < 150; ++i) among.push_back(draw.protein(20 + draw.below(250)));
  for (int i = 0; i < 60; ++i) queries.push_back(draw.mutated(among[static_cast<std::size_t>(2 * i)], 40));
  const auto digest = [&](int threads) {
    set_num_threads(threads);
    std::vector<std::pair<std::int64_t, double>> out;
    for (const auto& each : nearest_sequences(among, queries))
      out.emplace_back(each ? each->index : -1, each ? each->identity : -1);
    set_num_threads(0);
    return out;
  };
  EXPECT_EQ(digest(1), digest(3));
}

}  // namespace
}  // namespace groel::analysis
