// Searches: alignments in Stockholm format, databases that are not there, and HMMER over a made-up database.
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/program.h"
#include "folding/alignment.h"
#include "folding/job_read.h"
#include "folding/mmseqs.h"
#include "folding/searches.h"
#include "folding/stockholm.h"
#include "folding/template_search.h"
#include "support/files.h"

namespace groel::folding {
namespace {

constexpr const char* kProtein =
    "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQAPILSRVGDGTQDNLSGAEKAVQVKVKALPDAQFEVVHSLAKWKRQTLGQHDFSAGEGLYTHMKALRPDEDRLSPLHSVYV"
    "DQWDWE";

TEST(Stockholm, BecomesA3mOnTheQuery) {
  const std::string text =
      "# STOCKHOLM 1.0\n#=GS hit/1-4 DE [subseq from] a hit\nquery      AB--E\nhit/1-4    ABCD.\n//\n";
  EXPECT_EQ(stockholm_to_a3m(text, 0, StockholmColumns::of_query, "test"),
            ">query \nABE\n>hit/1-4 [subseq from] a hit\nABcd\n");
  EXPECT_EQ(stockholm_to_a3m(text, 1, StockholmColumns::of_query, "test"), ">query \nABE\n");
}

TEST(Stockholm, ThatIsCutShortIsSaid) {
  EXPECT_THROW(stockholm_to_a3m("# STOCKHOLM 1.0\nquery ABE\n", 0, StockholmColumns::of_query, "test"), Error);
}

TEST(Stockholm, OfA3mWritesInsertionsOut) {
  const std::string text = a3m_to_stockholm(">q one\nCD\n>r\nabCgD\n>s\nfCDa\n");
  EXPECT_NE(text.find("#=GS q_0 DE one\n"), std::string::npos);
  EXPECT_NE(text.find("#=GS r_1 DE <EMPTY>\n"), std::string::npos);
  EXPECT_NE(text.find("q_0 --C-D-\nr_1 ABCGD-\ns_2 F-C-DA\n"), std::string::npos) << text;
  EXPECT_NE(text.find("#=GC RF ..x.x.\n"), std::string::npos);
}

TEST(Databases, ThatAreMissingOrEmptyAreSaid) {
  const testing::TemporaryFolder folder;
  EXPECT_THROW(database_files({"uniref90", folder / "none.fa"}), Error);
  testing::write_file(folder.path() / "empty.fa", "");
  try {
    database_files({"uniref90", folder / "empty.fa"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("uniref90 is empty"), std::string::npos);
  }
}

TEST(Databases, InSeveralFilesAreFound) {
  const testing::TemporaryFolder folder;
  for (int i = 0; i < 3; ++i)
    testing::write_file(folder.path() / ("db.fa-0000" + std::to_string(i) + "-of-00003"), ">a\nM\n");
  EXPECT_EQ(database_files({"db", folder / "db.fa@3"}).size(), 3U);
  EXPECT_EQ(database_files({"db", folder / "db.fa@*"}).size(), 3U);
  EXPECT_THROW(database_files({"db", folder / "db.fa@4"}), Error);
}

// A database with relatives of the protein among others, in one file or in several.
std::string relatives(int from, int to) {
  std::string text;
  for (int i = from; i < to; ++i) {
    std::string sequence = kProtein;
    for (std::size_t at = static_cast<std::size_t>(i); at < sequence.size(); at += 7)
      sequence[at] = "ARNDCQEGHILKMFPSTWYV"[(at + static_cast<std::size_t>(i)) % 20];
    text += ">sp|P0000" + std::to_string(i) + "|A" + std::to_string(i) + "_YEAST made up\n" + sequence + "\n";
  }
  return text;
}

class Hmmer : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!find_program("jackhmmer")) GTEST_SKIP() << "HMMER is not installed";
    for (const char* name : {"uniref90_2022_05.fa", "mgy_clusters_2022_05.fa",
                             "bfd-first_non_consensus_sequences.fasta", "uniprot_all_2021_04.fa"})
      testing::write_file(folder_.path() / name, relatives(0, 6));
  }
  testing::TemporaryFolder folder_;
};

TEST_F(Hmmer, FindsRelativesInOneFileAndInSeveral) {
  const SearchedDatabase whole{"uniref90", folder_ / "uniref90_2022_05.fa", 5000, 6.0};
  const auto rows = alignment_rows(search_protein(kProtein, whole, {}, 1, 1));
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(rows[0].letters, kProtein);
  testing::write_file(folder_.path() / "s.fa-00000-of-00002", relatives(0, 3));
  testing::write_file(folder_.path() / "s.fa-00001-of-00002", relatives(3, 6));
  const auto parts = alignment_rows(search_protein(kProtein, {"s", folder_ / "s.fa@2", 5000, 6.0}, {}, 1, 2));
  ASSERT_EQ(parts.size(), 7U);
  for (std::size_t i = 1; i < 7; ++i) EXPECT_EQ(parts[i].letters, rows[i].letters) << i;
  EXPECT_EQ(alignment_rows(search_protein(kProtein, {"s", folder_ / "s.fa@2", 4, 6.0}, {}, 1, 1)).size(), 4U);
  EXPECT_THROW(search_protein(kProtein, {"s", folder_ / "s.fa@2", 5000, {}}, {}, 1, 1), Error);
}

TEST(SearchMemory, GrowsWithResiduesRowsAndFiles) {
  const SearchedDatabase one{"uniref90", "u.fa", 10000, {}}, several{"uniref90", "u.fa@8", 10000, 1e6};
  EXPECT_GE(search_bytes(205, one, 1), std::size_t{212336} << 9U);  // as 20000 rows took twice that
  EXPECT_GE(search_bytes(2000, {"none", "u.fa", 0, {}}, 1), std::size_t{111056} << 10U);  // as measured
  EXPECT_EQ(search_bytes(205, one, 4), search_bytes(205, one, 1));
  EXPECT_GT(search_bytes(205, several, 4), search_bytes(205, several, 1));
}

Job job_to_search() {
  return parse_jobs(
      std::string(
          R"({"dialect":"alphafold3","version":1,"name":"j","modelSeeds":[1],"sequences":[{"protein":{"id":["A","B"],"templates":[],"sequence":")") +
          kProtein + "\"}}]}",
      "job", "/")[0];
}

TEST_F(Hmmer, SearchesASequenceOnceAndKeepsWhatItFound) {
  SearchSettings settings = databases_in({folder_.path().string()});
  settings.kept = folder_.path() / "kept";
  std::vector<std::string> said;
  const auto say = [&](const std::string& text) { said.push_back(text); };
  Job first = job_to_search(), second = job_to_search();
  search_missing(first, ComponentTable::own(), settings, say);
  EXPECT_EQ(alignment_rows(*first.chains[0].unpaired_msa).size(), 7U);  // three databases with the same rows
  EXPECT_EQ(first.chains[1].paired_msa, first.chains[0].paired_msa);
  EXPECT_EQ(std::ranges::count_if(said, [](const std::string& text) { return text.starts_with("uniref90: 7 rows"); }),
            1);
  said.clear();
  search_missing(second, ComponentTable::own(), settings, say);
  EXPECT_EQ(
      std::ranges::count_if(said, [](const std::string& text) { return text.ends_with("kept from an earlier run"); }),
      4);
  EXPECT_EQ(second.chains[0].unpaired_msa, first.chains[0].unpaired_msa);
}

TEST_F(Hmmer, RunsFewerSearchesAtATimeWhereMemoryIsShort) {
  SearchSettings settings = databases_in({folder_.path().string()});
  settings.threads = 4;
  std::vector<std::string> said;
  const auto say = [&](const std::string& text) { said.push_back(text); };
  const auto fewer = [](const std::string& text) { return text.find("at a time") != std::string::npos; };
  Job short_of = job_to_search(), enough = job_to_search();
  settings.memory = 1 << 20U;
  search_missing(short_of, ComponentTable::own(), settings, say);
  EXPECT_EQ(std::ranges::count_if(said, fewer), 3) << said.at(1);  // the last of four is alone anyway
  EXPECT_EQ(said.at(1).find("1 search at a time: 2 of a sequence of 120 residues may take"), 0U) << said.at(1);
  said.clear();
  settings.memory = std::size_t{1} << 33U;
  search_missing(enough, ComponentTable::own(), settings, say);
  EXPECT_EQ(std::ranges::count_if(said, fewer), 0);
  EXPECT_EQ(short_of.chains[0].unpaired_msa, enough.chains[0].unpaired_msa);
}

TEST_F(Hmmer, HasMmseqs2BesideIt) {
  if (!find_program("mmseqs")) GTEST_SKIP() << "MMseqs2 is not installed";
  const SearchedDatabase database{"uniprot_cluster_annot", folder_ / "uniprot_all_2021_04.fa", 50000, {}};
  const std::string a3m = search_protein_fast(kProtein, database, folder_.path() / "kept", 1);
  const auto rows = alignment_rows(a3m);
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(species_of(rows[1].description), "YEAST");
  EXPECT_EQ(read_alignment(a3m, kProtein, Molecule::protein, "test").columns, std::string(kProtein).size());
}

TEST_F(Hmmer, SaysWhatADamagedDatabaseIs) {
  testing::write_file(folder_.path() / "uniref90_2022_05.fa", "this is no FASTA\n");
  SearchSettings settings = databases_in({folder_.path().string()});
  Job job = job_to_search();
  try {
    search_missing(job, ComponentTable::own(), settings, {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("uniref90"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("jackhmmer failed"), std::string::npos) << error.what();
  }
}

TEST(HmmerPrograms, ThatAreNotInstalledAreSaid) {
  try {
    hmmer_program("", "jackhmmer-that-nobody-has");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("apt-get install hmmer"), std::string::npos);
  }
}

TEST(Templates, OfAStructureHaveItsResiduesSeenOrNot) {
  const std::string mmcif = testing::read_file(std::string(GROEL_TEST_DATA) + "/af3-features/cases/templates/5y2e.cif");
  const auto structure = hit_structure(
      mmcif, {.entry = "5y2e", .chain = "A", .start = 0, .end = 0, .whole = 0, .letters = {}}, ComponentTable::own());
  ASSERT_TRUE(structure.has_value());
  EXPECT_EQ(structure->released, "2018-03-14");
  EXPECT_EQ(structure->sequence, "MIEKQMDRVVKEMRRQLEMIDKLTTRGIEQVELLKRIHDKLMIRAVD");
  for (std::size_t i = 0; i < structure->seen.size(); ++i) EXPECT_EQ(structure->seen[i], i < 45) << i;
  EXPECT_FALSE(hit_structure(mmcif, {.entry = "5y2e", .chain = "Z", .start = 0, .end = 0, .whole = 0, .letters = {}},
                             ComponentTable::own())
                   .has_value());
}

}  // namespace
}  // namespace groel::folding
