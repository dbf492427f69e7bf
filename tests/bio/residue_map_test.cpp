// Which tokens represent which residues, for ESM's tokenizer and for others.
#include "bio/residue_map.h"

#include <gtest/gtest.h>

#include "bio/esm_tokenizer.h"
#include "support/errors.h"
#include "support/other_tokenizers.h"

namespace groel::bio {
namespace {

using Ids = std::vector<std::int32_t>;

Ids copy(std::span<const std::int32_t> ids) { return {ids.begin(), ids.end()}; }

TEST(ResidueMap, OfATokenForEachResidue) {
  const ResidueMap map(TokenSpan{1, 4}, 5);
  EXPECT_EQ(map.residues(), 3);
  EXPECT_EQ(map.tokens(), 5);
  EXPECT_TRUE(map.one_token_each());
  EXPECT_EQ(map.run(), (TokenSpan{1, 4}));
  EXPECT_EQ(map[0], (TokenSpan{1, 2}));
  EXPECT_EQ(map[2], (TokenSpan{3, 4}));
  EXPECT_EQ(map.residue_at(0), std::nullopt);
  EXPECT_EQ(map.residue_at(1), 0);
  EXPECT_EQ(map.residue_at(3), 2);
  EXPECT_EQ(map.residue_at(4), std::nullopt);
}

TEST(ResidueMap, OfSharedTokensAndOfSeveralForOne) {
  // Residues 0 and 1 share token 1; residue 2 has tokens 2 and 3; token 4 belongs to none.
  const ResidueMap map({{1, 2}, {1, 2}, {2, 4}, {5, 6}}, 7);
  EXPECT_EQ(map.residues(), 4);
  EXPECT_FALSE(map.one_token_each());
  EXPECT_EQ(map.run(), (TokenSpan{1, 6}));
  EXPECT_EQ(map[1], (TokenSpan{1, 2}));
  EXPECT_EQ(map[2], (TokenSpan{2, 4}));
  EXPECT_EQ(map.residue_at(0), std::nullopt);
  EXPECT_EQ(map.residue_at(1), 0);
  EXPECT_EQ(map.residue_at(3), 2);
  EXPECT_EQ(map.residue_at(4), std::nullopt);
  EXPECT_EQ(map.residue_at(5), 3);
}

TEST(ResidueMap, OfNothingAndOfNonsense) {
  EXPECT_EQ(ResidueMap().residues(), 0);
  EXPECT_EQ(ResidueMap().run(), (TokenSpan{0, 0}));
  EXPECT_THROW(ResidueMap(TokenSpan{1, 6}, 5), Error);
  EXPECT_THROW(ResidueMap({{2, 3}, {1, 2}}, 5), Error);
  EXPECT_THROW(ResidueMap({{2, 2}}, 5), Error);
}

TEST(EsmTokens, MapsOfIdsMadeElsewhere) {
  const EsmTokenizer esm = EsmTokenizer::esm();
  EXPECT_EQ(esm.residue_map(esm.encode("MKT").ids).run(), (TokenSpan{1, 4}));
  EXPECT_EQ(esm.residue_map(Ids{20, 15}).run(), (TokenSpan{0, 2})) << "a piece without ends";
  EXPECT_EQ(esm.residue_map(Ids{0, 20, 15}).run(), (TokenSpan{1, 3}));
  EXPECT_EQ(esm.residue_map(Ids{20, 2, 15, 2}).run(), (TokenSpan{0, 3})) << "an end inside counts";
  EXPECT_EQ(esm.residue_map(Ids{0, 2}).residues(), 0);
  EXPECT_EQ(esm.residue_map(Ids{0}).residues(), 0);
  EXPECT_EQ(esm.residue_map(Ids{}).residues(), 0);
}

TEST(EsmTokens, PiecesGetTheirEnds) {
  const EsmTokenizer esm = EsmTokenizer::esm();
  const Encoded all = esm.encode("MKTAY");
  EXPECT_EQ(esm.with_ends(all.ids_of(1, 3)), esm.encode("KT").ids);
  EXPECT_EQ(copy(all.residue_ids()), (Ids{20, 15, 11, 5, 19}));
  EXPECT_EQ(all.residue(1), 20);
  EXPECT_EQ(all.residue(5), 19);
  EXPECT_EQ(esm.token_count(5), 7);
  EXPECT_EQ(esm.residue_count(7), 5);
  EXPECT_EQ(esm.residue_count(1), 0);
  EXPECT_EQ(esm.example(5), esm.encode("AAA").ids);
  EXPECT_THROW(esm.example(2), Error);
}

TEST(OtherTokens, WithoutEnds) {
  const testing::BareTokenizer bare;
  const Encoded all = bare.encode("ACDE");
  EXPECT_EQ(all.ids, (Ids{0, 1, 2, 3}));
  EXPECT_EQ(all.residues(), 4);
  EXPECT_EQ(bare.with_ends(all.ids_of(1, 3)), (Ids{1, 2}));
  EXPECT_EQ(bare.token_count(1), 1);
  EXPECT_EQ(bare.example(3), (Ids{0, 0, 0}));
  EXPECT_FALSE(bare.is_special(0));
  EXPECT_EQ(bare.mask(), 20);
}

TEST(OtherTokens, OfTwoResidues) {
  const testing::PairTokenizer pairs;
  const Encoded all = pairs.encode("ACDEF");
  EXPECT_EQ(all.tokens(), 4);
  EXPECT_EQ(all.residues(), 5);
  EXPECT_EQ(all.map[3], (TokenSpan{2, 3}));
  EXPECT_EQ(all.map[4], (TokenSpan{3, 4}));
  EXPECT_EQ(pairs.decode(all.ids), "<start>ACDEF");
  EXPECT_EQ(pairs.with_ends(all.ids_of(2, 4)), pairs.encode("DE").ids);
  EXPECT_EQ(pairs.token_count(5), 4);
  EXPECT_EQ(pairs.example(3).size(), 3U);
  EXPECT_TRUE(pairs.is_special(0));
  EXPECT_EQ(testing::error_of([&] { pairs.mask(); }).kind(), ErrorKind::unsupported);
}

}  // namespace
}  // namespace groel::bio
