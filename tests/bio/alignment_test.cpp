// Alignments: rows, insertions, the choice of rows, and their tokens.
#include "bio/alignment.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "bio/alignment_tokenizer.h"
#include "support/errors.h"

namespace groel::bio {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Ids = std::vector<std::int32_t>;

const AlignmentTokenizer& tokenizer() {
  static const AlignmentTokenizer one(EsmTokenizer::esm(), {.columns = 7, .rows = 3});
  return one;
}

std::string refusal(const std::string& text) {
  return testing::error_of([&] { tokenizer().encode(text); }).what();
}

TEST(Alignment, InsertionsAreDroppedAndCounted) {
  RowCounts counts;
  EXPECT_EQ(without_insertions("MKta.-<mask>V*", counts), "MK-<mask>V");
  EXPECT_EQ(counts.insertions, 3);
  EXPECT_EQ(counts.stars, 1);
  EXPECT_EQ(column_letters("Mk-<mask>V"), "MK-?V");
}

TEST(Alignment, IdentityIsOverColumnsWhereBothHaveAResidue) {
  EXPECT_DOUBLE_EQ(identity("MKTA", "MKSA"), 0.75);
  EXPECT_DOUBLE_EQ(identity("MKTA", "M--A"), 1);
  EXPECT_DOUBLE_EQ(identity("MK--", "--TA"), 0);
}

// As fair-esm's greedy_select, worked out by hand.
TEST(Alignment, RowsAreChosenGreedily) {
  const std::vector<std::string> rows{"AAAA", "AAAT", "TTTT", "AATT", "TTTA"};
  EXPECT_THAT(choose_rows(rows, {.most = 3, .choice = RowChoice::first}).rows, ElementsAre(0, 1, 2));
  // TTTT differs in 4 columns; then AAAT 1+3, AATT 2+2, TTTA 3+1: equal, so the first
  EXPECT_THAT(choose_rows(rows, {.most = 3, .choice = RowChoice::diverse}).rows, ElementsAre(0, 1, 2));
  // AAAT, then AATT (2+1)
  EXPECT_THAT(choose_rows(rows, {.most = 3, .choice = RowChoice::similar}).rows, ElementsAre(0, 1, 3));
  EXPECT_EQ(choose_rows(rows, {.most = 3}).left, 2);
  const ChosenRows all = choose_rows(rows, {.most = 5});
  EXPECT_THAT(all.rows, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_EQ(all.left, 0);
}

TEST(Alignment, TheQueryStaysWhateverTheIdentity) {
  const std::vector<std::string> rows{"AAAA", "AAAT", "TTTT", "AATT"};
  const ChosenRows chosen = choose_rows(rows, {.least_identity = 0.3, .most_identity = 0.6});
  EXPECT_THAT(chosen.rows, ElementsAre(0, 3));
  EXPECT_EQ(chosen.filtered, 2);
}

TEST(AlignmentTokenizer, RowsFollowOneAnother) {
  const Encoded two = tokenizer().encode("AG-\nLaa.GV\n");
  EXPECT_EQ(two.ids, (Ids{0, 5, 6, 30, 0, 4, 6, 7}));
  EXPECT_EQ(two.residues(), 3);
  EXPECT_EQ(two.residue(3), 30);
  EXPECT_EQ(two.tokens(), 8);
  EXPECT_EQ(mapped_tokens(tokenizer(), two.map), 4);
  EXPECT_EQ(tokenizer().residue_map(two.ids).run(), two.map.run());
  EXPECT_EQ(tokenizer().grid(two.ids).rows, 2);
  EXPECT_EQ(tokenizer().canonical("AG-\nLaa.GV\n"), "AG-\nLGV");
  EXPECT_EQ(with_query("AG-\nLGV", "GGG"), "GGG\nLGV");
}

TEST(AlignmentTokenizer, APlainSequenceIsOneRow) {
  const Encoded one = tokenizer().encode("aGv");
  EXPECT_EQ(one.ids, (Ids{0, 5, 6, 7}));
  EXPECT_EQ(one.counts.lower_case, 2);
  EXPECT_EQ(tokenizer().with_ends(one.residue_ids()), one.ids);
  EXPECT_EQ(tokenizer().token_count(3), 4);
}

TEST(AlignmentTokenizer, ErrorsNameTheRow) {
  EXPECT_THAT(refusal("AGV\nAG"), HasSubstr("row 2 of the alignment"));
  EXPECT_THAT(refusal("AGV\nAG"), HasSubstr("2 columns, but the first row has 3"));
  EXPECT_THAT(refusal("AGV\nA7V"), HasSubstr("row 2 of the alignment: position 2 is '7'"));
  EXPECT_THAT(refusal("AGV\nagv"), HasSubstr("row 2 of the alignment"));
  EXPECT_THAT(refusal("AAAAAAAA\nAAAAAAAA"), HasSubstr("8 columns, but this model reads at most 7"));
  EXPECT_THAT(refusal("AAAAAAAA"), HasSubstr("8 columns"));
  EXPECT_THAT(refusal("A\nA\nA\nA"), HasSubstr("4 rows, but this model reads at most 3"));
  EXPECT_THAT(testing::error_of([] { tokenizer().grid(Ids{0, 5, 0, 5, 5}); }).what(), HasSubstr("no alignment"));
}

TEST(AlignmentTokenizer, ExamplesHaveTheWidestRows) {
  for (const std::int64_t tokens : {2, 5, 8, 9, 15, 17, 24}) {
    const Ids ids = tokenizer().example(tokens);
    const AlignmentGrid grid = tokenizer().grid(ids);
    EXPECT_GE(grid.rows * grid.columns, tokens);
    EXPECT_LT(grid.rows * grid.columns, tokens + grid.rows);
    EXPECT_EQ(grid.rows, (tokens + 7) / 8);
  }
}

}  // namespace
}  // namespace groel::bio
