// Files of pairs in every form, what is left out of them, and their sequences.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "interactions/read_pairs.h"
#include "interactions/sequences.h"
#include "interactions/stream_links.h"
#include "support/errors.h"
#include "support/files.h"

namespace groel::interactions {
namespace {

using groel::testing::error_of;
using groel::testing::TemporaryFolder;
using groel::testing::write_file;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kData = GROEL_TEST_DATA "/interactions/";

class Pairs : public ::testing::Test {
 protected:
  ReadPairs read(const std::string& text, const PairReading& how = {}) {
    return read_pairs({write_file(work_ / "pairs.txt", text)}, how);
  }
  TemporaryFolder work_;
};

TEST_F(Pairs, ActionsBecomeUndirectedPairsWithSevenLabels) {
  const ReadPairs got = read_pairs({kData + "actions.tsv"}, {});
  EXPECT_EQ(got.table.pairs.size(), 69U);
  EXPECT_EQ(got.counts.rows, 758);
  EXPECT_EQ(got.counts.repeated + got.counts.turned, 758 - 69);
  EXPECT_EQ(got.table.labels, std::vector<std::string>(kActionTypes.begin(), kActionTypes.end()));
  EXPECT_EQ(got.table.proteins[0], "9606.ENSP00000000233");
  EXPECT_TRUE(got.table.has(0, 0)) << "reaction";
}

TEST_F(Pairs, ModesOfBothDirectionsAreOfOnePair) {
  const ReadPairs got = read(
      "item_id_a\titem_id_b\tmode\taction\tis_directional\ta_is_acting\tscore\n"
      "9.A\t9.B\tbinding\t\tf\tf\t900\n9.B\t9.A\tinhibition\tinhibition\tt\tt\t900\n9.A\t9.C\tptmod\t\tf\tf\t200\n");
  ASSERT_EQ(got.table.pairs.size(), 2U);
  EXPECT_EQ(got.table.pairs[0].labels, 1U << 1 | 1U << 4);
  EXPECT_EQ(got.table.pairs[1].labels, 1U << 2);
  EXPECT_EQ(got.counts.turned, 1);
}

TEST_F(Pairs, DscriptsTablesHaveNoHeader) {
  const ReadPairs got = read("A\tB\t1\nB\tC\t0\nA\tA\t1\n");
  EXPECT_THAT(got.table.labels, ElementsAre("interacts"));
  EXPECT_TRUE(got.table.binary());
  ASSERT_EQ(got.table.pairs.size(), 2U);
  EXPECT_TRUE(got.table.has(0, 0));
  EXPECT_FALSE(got.table.has(1, 0));
  EXPECT_EQ(got.counts.self_pairs, 1);
  EXPECT_THAT(got.counts.sentences(),
              ElementsAre(HasSubstr("of a protein with itself left out (the first: pairs.txt:3")));
}

TEST_F(Pairs, TablesHaveOneColumnOfLabelsOrSeveral) {
  const ReadPairs lists = read("id1,id2,labels\nA,B,x;y\nB,C,\nC,A,y\n");
  EXPECT_THAT(lists.table.labels, ElementsAre("x", "y"));
  EXPECT_EQ(lists.table.pairs[0].labels, 3U);
  EXPECT_EQ(lists.table.pairs[1].labels, 0U);
  const ReadPairs columns = read("protein1\tprotein2\tone\ttwo\nA\tB\t0\t1\nB\tC\t1\t1\n", {{{}, {"one", "two"}}});
  EXPECT_THAT(columns.table.labels, ElementsAre("one", "two"));
  EXPECT_EQ(columns.table.pairs[0].labels, 2U);
  const ReadPairs named = read("left,right,label\nA,B,1\nB,C,0\n", {{{"left", "right"}, {}}});
  EXPECT_EQ(named.table.pairs.size(), 2U);
  EXPECT_TRUE(read("id1,id2\nA,B\n").table.labels.empty());
}

TEST_F(Pairs, MissingLabelsAreLeftOutAndCounted) {
  const ReadPairs flags = read("id1,id2,label\nA,B,\nB,C,0\nC,D,1\nD,E,NA\nE,F, \n");
  EXPECT_THAT(flags.table.labels, ElementsAre("interacts"));
  EXPECT_EQ(flags.table.pairs.size(), 2U);
  EXPECT_EQ(flags.counts.without_label, 3);
  EXPECT_THAT(flags.counts.sentences(), ElementsAre("3 rows without a label left out (the first: pairs.txt:2: A, B)"));
  EXPECT_EQ(read("A\tB\t1\nB\tC\tNA\nC\tD\t0\n").counts.without_label, 1);
  const ReadPairs columns = read("id1,id2,x,y\nA,B,1,NA\nB,C,0,1\nC,D,,1\n", {{{}, {"x", "y"}}});
  EXPECT_EQ(columns.table.pairs.size(), 1U);
  EXPECT_EQ(columns.counts.without_label, 2);
}

TEST_F(Pairs, KindsAreTrimmedAndNoneOfThemIsMissing) {
  const ReadPairs got =
      read("id1,id2,labels\nA,B,\nB,C,reaction; binding\nC,D,NA\nD,E,binding\nE,F,\nF,G,nan;binding\n");
  EXPECT_THAT(got.table.labels, ElementsAre("reaction", "binding"));
  ASSERT_EQ(got.table.pairs.size(), 4U);
  EXPECT_EQ(got.table.proteins[0], "A") << "pairs of no kind keep their place";
  EXPECT_EQ(got.table.pairs[0].labels, 0U);
  EXPECT_EQ(got.table.pairs[1].labels, 3U);
  EXPECT_EQ(got.counts.without_label, 2);
  EXPECT_EQ(got.counts.of_no_kind, 2);
  EXPECT_EQ(got.counts.first_of_no_kind, "pairs.txt:2: A, B");
}

TEST_F(Pairs, LabelsMayBePassedOver) {
  for (const char* text : {"id1,id2,label\nA,B,1\nB,C,maybe\n", "A\tB\t1\nB\tC\t7\n",
                           "item_id_a\titem_id_b\tmode\nA\tB\tbinding\nB\tC\tfriendship\n"}) {
    PairFile file(write_file(work_ / "passed.txt", text), {.read_labels = false});
    PairRow row;
    std::string ids;
    while (file.next(row)) {
      ids.append(row.first).append(row.second);
      EXPECT_TRUE(row.labels.empty());
    }
    EXPECT_EQ(ids, "ABBC") << text;
  }
}

TEST_F(Pairs, RepeatedPairsCountOnceAndAreCounted) {
  const ReadPairs got = read("id1,id2,label\nA,B,1\nB,A,1\nA,B,1\nB,C,0\nC,B,1\nA,NA,1\n");
  EXPECT_EQ(got.table.pairs.size(), 2U);
  EXPECT_EQ(got.counts.turned, 2);
  EXPECT_EQ(got.counts.repeated, 1);
  EXPECT_EQ(got.counts.without_id, 1);
  EXPECT_EQ(got.counts.contradictions, 1);
  EXPECT_THAT(got.counts.first_contradiction, HasSubstr("pairs.txt:6: C, B"));
}

TEST_F(Pairs, UnknownIdsAreLeftOutAndCounted) {
  PairReading how;
  how.known = [](std::string_view id) { return id != "X"; };
  const ReadPairs got = read("id1,id2,label\nA,B,1\nA,X,1\nX,B,0\n", how);
  EXPECT_EQ(got.table.pairs.size(), 1U);
  EXPECT_EQ(got.counts.unknown, 2);
  EXPECT_EQ(got.counts.first_unknown, "pairs.txt:3: A, X");
  const Error error = error_of([&] { read("id1,id2,label\nA,X,1\n", how); });
  EXPECT_THAT(error.what(), HasSubstr("no pair is left of 1 row: 1 row with an id that has no sequence left out"));
}

TEST_F(Pairs, BadRowsNameTheirLine) {
  const auto says = [&](const std::string& text, const std::string& what) {
    EXPECT_THAT(error_of([&] { read(text); }).what(), HasSubstr(what)) << text;
  };
  says("A\tB\t1\nA\tC\n", "pairs.txt:2: 2 fields, not 3");
  says("A\tB\t1\nA\tC\t2\n", "'2' of 'interacts' is neither 0 nor 1");
  says("item_id_a\titem_id_b\tmode\nA\tB\tfriendship\n", "'friendship' is no kind of interaction");
  says("name,label\nA,1\n", "no two columns of ids");
  says("protein1 protein2 combined_score\n1.A 1.B high\n", "the score 'high' is no number");
  says("id1,id2,label\nA,B,1\nA,C,maybe\n", "neither 0 nor 1, as the labels before it");
  says("\n", "the file holds no pairs");
}

TEST_F(Pairs, SpeciesAndTheirCap) {
  std::string text = "id1,id2,label\n";
  for (int i = 0; i < 50; ++i) text += fmt::format("9.A{0},9.B{0},1\n", i);
  for (int i = 0; i < 5; ++i) text += fmt::format("7.A{0},7.B{0},0\n", i);
  text += "9.A1,7.A1,1\n";
  PairReading how;
  how.species = {"9"};
  EXPECT_EQ(read(text, how).counts.other_species, 6);
  ReadPairs got = read(text), again = read(text), other = read(text);
  cap_species(got, 10, 1);
  cap_species(again, 10, 1);
  cap_species(other, 10, 2);
  EXPECT_EQ(got.table.pairs.size(), 15U);
  EXPECT_EQ(got.counts.over_cap, 41);
  const auto firsts = [](const ReadPairs& of) {
    std::vector<std::uint32_t> out;
    for (const Pair& pair : of.table.pairs) out.push_back(pair.first);
    return out;
  };
  EXPECT_EQ(firsts(got), firsts(again));
  EXPECT_NE(firsts(got), firsts(other));
}

using Links = std::vector<std::string>;

struct Streamed {
  Links links;
  PairCounts counts;
};

Streamed streamed(const std::string& path, const LinkStreaming& how) {
  Streamed out;
  out.counts = stream_links(path, how, [&](std::string_view a, std::string_view b, double score) {
    out.links.push_back(fmt::format("{} {} {}", a, b, score));
  });
  return out;
}

TEST_F(Pairs, LinksAreStreamedOnceForBothOrders) {
  const std::string path = write_file(work_ / "links.txt",
                                      "protein1 protein2 experimental combined_score\n"
                                      "9.A 9.B 0 900\n9.A 9.C 3 150\n9.B 9.A 0 900\n9.C 9.A 3 150\n");
  LinkStreaming how;
  EXPECT_THAT(streamed(path, how).links, ElementsAre("9.A 9.B 900", "9.A 9.C 150"));
  how.reading.least_score = 400;
  const Streamed got = streamed(path, how);
  EXPECT_THAT(got.links, ElementsAre("9.A 9.B 900"));
  EXPECT_EQ(got.counts.low_scores, 2);
  EXPECT_EQ(got.counts.turned, 1);
  const std::string one_way =
      write_file(work_ / "one_way.txt", "protein1 protein2 combined_score\n9.A 9.B 9\n9.C 9.B 9\n");
  EXPECT_THAT(error_of([&] { streamed(one_way, {}); }).what(), HasSubstr("does not list each pair in both orders"));
  EXPECT_EQ(read_pairs({one_way}, {}).table.pairs.size(), 2U);
}

TEST_F(Pairs, LinksOfASpeciesHaveACap) {
  std::string text = "protein1 protein2 combined_score\n";
  for (const int species : {9, 10})
    for (int i = 0; i < (species == 9 ? 40 : 3); ++i)
      text += fmt::format("{0}.A{1} {0}.B{1} 500\n{0}.B{1} {0}.A{1} 500\n", species, i);
  const std::string path = write_file(work_ / "links.txt", text);
  const Streamed got = streamed(path, {{}, 7, 3});
  EXPECT_EQ(got.links.size(), 10U);
  EXPECT_EQ(got.counts.over_cap, 33);
  EXPECT_EQ(streamed(path, {{}, 7, 3}).links, got.links);
  EXPECT_NE(streamed(path, {{}, 7, 4}).links, got.links);
}

TEST_F(Pairs, SequencesOfDictionariesTablesAndFasta) {
  const ProteinSequences dictionary({kData + "dictionary.tsv"});
  EXPECT_EQ(dictionary.size(), 40U);
  EXPECT_TRUE(dictionary.has("9606.ENSP00000000233"));
  const ProteinSequences fasta({write_file(work_ / "a.fasta", ">sp|P1|ONE\nMKV\n>B\nMAA\n")});
  EXPECT_EQ(fasta.of("P1"), "MKV");
  EXPECT_EQ(fasta.of("sp|P1|ONE"), "MKV");
  EXPECT_FALSE(fasta.has("ONE"));
  const ProteinSequences table({write_file(work_ / "t.tsv", "id\tsequence\nA\tMKV\nA\tMKV\n")});
  EXPECT_EQ(table.of("A"), "MKV");
  EXPECT_THAT(table.notes(), ElementsAre(HasSubstr("1 id had the same sequence again")));
  EXPECT_THAT(error_of([&] { ProteinSequences({write_file(work_ / "b.fasta", ">A\nMKV\n>A\nMKK\n")}); }).what(),
              HasSubstr("'A' has another sequence before"));
}

}  // namespace
}  // namespace groel::interactions
