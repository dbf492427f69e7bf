// groel search reports equal vectors, what the graph misses, and whatever is left out or guessed.
#include <cmath>
#include <cstring>

#include "tasks/reading.h"

namespace groel::testing {
namespace {

Outcome search(std::vector<std::string> words) {
  words.insert(words.begin(), "search");
  return groel(words);
}

json answer(std::vector<std::string> words) {
  words.emplace_back("--json");
  const Outcome outcome = search(words);
  EXPECT_EQ(outcome.exit, 0) << outcome;
  return json::parse(outcome.out);
}

double wave(int row, int column) { return std::sin(0.37 * row * (column + 1) + 1.3 * column * column) + 0.01; }

// Vectors in 8 dimensions: `equal` of one direction, then `others`.
std::string table(int equal, int others) {
  std::string out = "id,a,b,c,d,e,f,g,h\n";
  for (int r = 0; r < equal + others; ++r) {
    out += fmt::format("{}{}", r < equal ? "same" : "other", r);
    for (int c = 0; c < 8; ++c) out += fmt::format(",{:.5f}", r < equal ? 0.5 + c : wave(r, c));
    out += '\n';
  }
  return out;
}

class SearchSilence : public ::testing::Test {
 protected:
  std::string large() const {  // large enough for a graph
    const std::string csv = write_file(folder_ / "large.csv", table(600, 4700));
    const Outcome made = search({"index", csv, "-o", folder_ / "large.index"});
    EXPECT_EQ(made.exit, 0) << made;
    EXPECT_TRUE(made.says("the graph finds") && made.says("599 equal another vector")) << made;
    return folder_ / "large.index";
  }
  TemporaryFolder folder_;
};

TEST_F(SearchSilence, CopiesHideNothingAndAreAllListed) {
  const std::string csv = write_file(folder_ / "x.csv", table(300, 20));
  const Outcome made = search({"index", csv, "-o", folder_ / "x.index"});
  EXPECT_TRUE(made.says("no graph: up to 5000 vectors")) << made;
  const json found = answer({"query", folder_ / "x.index", "--embeddings", csv, "-k", "1000"});
  EXPECT_EQ(found["method"], "exact");
  for (const json& one : found["queries"]) EXPECT_EQ(one["hits"].size(), 320U);
  for (std::size_t i = 300; i < 320; ++i) EXPECT_EQ(found["queries"][i]["hits"][0]["id"], fmt::format("other{}", i));
  EXPECT_TRUE(search({"query", folder_ / "x.index", "--ids", "other301", "-k", "1000"}).says("all are listed"));
}

TEST_F(SearchSilence, AGraphListsCopiesAndTellsItsRecall) {
  const std::string index = large();
  const json info = answer({"info", index});
  EXPECT_EQ(info["vectors"], 5300);
  EXPECT_EQ(info["copies"], 599);
  EXPECT_GE(info["recall_at_10"], 0.95);
  EXPECT_GE(info["recall_sample"], 100);
  EXPECT_EQ(info["lost"], 0);
  EXPECT_NE(search({"info", index}).out.find("recall_at_10"), std::string::npos);
  const json found = answer({"query", index, "--ids", "same7,other601,other5000", "-k", "620"});
  EXPECT_EQ(found["method"], "hnsw");
  EXPECT_EQ(found["recall_at_10"], info["recall_at_10"]);
  std::set<std::string> ids;
  for (const json& hit : found["queries"][0]["hits"]) ids.insert(hit["id"]);
  EXPECT_EQ(ids.size(), 620U);
  for (int r = 0; r < 600; ++r) EXPECT_EQ(ids.contains(fmt::format("same{}", r)), r != 7) << r;
  const json exact = answer({"query", index, "--ids", "other601,other5000", "-k", "5", "--exact"});
  for (std::size_t q = 0; q < 2; ++q)
    for (std::size_t i = 0; i < 5; ++i)
      EXPECT_EQ(found["queries"][q + 1]["hits"][i]["id"], exact["queries"][q]["hits"][i]["id"]);
}

TEST_F(SearchSilence, AnIndexIsTheSameOnAnyNumberOfThreads) {
  const std::string expected = read_file(large());
  for (const char* threads : {"1", "2", "5"}) {
    EXPECT_EQ(
        search({"index", folder_ / "large.csv", "-o", folder_ / "y.index", "--threads", threads, "--overwrite"}).exit,
        0);
    EXPECT_TRUE(read_file(folder_ / "y.index") == expected) << threads << " threads";
  }
}

// A graph without links finds its entry alone.
TEST_F(SearchSilence, FewerThanAskedForMeansAnExactSearch) {
  const std::string index = large();
  std::string bytes = read_file(index);
  std::uint64_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  const json header = json::parse(bytes.substr(sizeof size, size));
  const auto range = header["level_0_links"]["data_offsets"].get<std::vector<std::size_t>>();
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(sizeof size + size + range[0]), range[1] - range[0], '\0');
  const std::string cut = write_file(folder_ / "cut.index", bytes);
  const Outcome outcome = search({"query", cut, "--ids", "other700,other800,other900", "-k", "700", "--json"});
  EXPECT_TRUE(outcome.says("fewer than -k for 3 queries")) << outcome;
  const json found = json::parse(outcome.out);
  EXPECT_EQ(found["answered_exactly"], 3);
  EXPECT_EQ(found["queries"],
            answer({"query", index, "--ids", "other700,other800,other900", "-k", "700", "--exact"})["queries"]);
}

TEST_F(SearchSilence, VectorsWithoutADirectionAreNamed) {
  const std::string csv =
      write_file(folder_ / "x.csv", "id,a,b\np,1,2\nzero,0,0\nq,2,1\nlarge,3e17,3e17\nhuge,3e30,3e30\ntiny,1e-30,0\n");
  const Outcome made = search({"index", csv, "-o", folder_ / "x.index", "--json"});
  EXPECT_TRUE(made.says("1 vector of zeros alone, which points nowhere, is left out")) << made;
  EXPECT_EQ(json::parse(made.out)["vectors"], 4);
  EXPECT_EQ(json::parse(made.out)["zero_vectors"], 1);
  const json found = answer({"query", folder_ / "x.index", "--ids", "large", "-k", "3"});
  EXPECT_NEAR(found["queries"][0]["hits"][0]["similarity"].get<double>(), 3 / std::sqrt(10), 1e-6);
  const Outcome zero = search({"query", folder_ / "x.index", "--embeddings", csv, "--json"});
  EXPECT_EQ(zero.exit, 1) << zero;
  EXPECT_EQ(json::parse(zero.out)["queries"][1]["kind"], "bad_input");
  const std::string none = write_file(folder_ / "none.csv", "id,a,b\np,0,0\n");
  EXPECT_TRUE(search({"index", none, "-o", folder_ / "y"}).says("no vector is left to index"));
}

TEST_F(SearchSilence, RepeatedIdsAreSaid) {
  const std::string csv = write_file(folder_ / "x.csv", "id,a,b\np,1,2\nq,1,1\np,2,1\nsp|P1|X,1,3\nsp|P1|Y,1,4\n");
  EXPECT_TRUE(search({"index", csv, "-o", folder_ / "x.index"}).says("1 id occurs more than once"));
  EXPECT_TRUE(search({"query", folder_ / "x.index", "--ids", "p"}).says("2 records of the index are named 'p'"));
  EXPECT_TRUE(search({"query", folder_ / "x.index", "--ids", "P1"}).says("the first, 'sp|P1|X', is looked for"));
  EXPECT_FALSE(search({"query", folder_ / "x.index", "--ids", "q"}).says("are named"));
}

TEST_F(SearchSilence, OtherColumnsDoNotCompare) {
  for (const char* kind : {"mean", "cls"})
    EXPECT_EQ(groel({"embed", kProteins, "-m", kEsm2, "-i", kind, "-o", folder_ / fmt::format("{}.h5", kind)}).exit, 0);
  EXPECT_EQ(search({"index", folder_ / "mean.h5", "-o", folder_ / "x.index"}).exit, 0);
  const Outcome other = search({"query", folder_ / "x.index", "--embeddings", folder_ / "cls.h5", "--column", "cls_3"});
  EXPECT_EQ(other.exit, 2) << other;
  EXPECT_TRUE(other.says("these vectors are 'cls_3', where those of the index are 'mean_3'")) << other;
}

TEST_F(SearchSilence, WrongKindsOfFilesAreNamedWithTheNextStep) {
  for (const std::string name : {"e.h5", "e.npz", "e.safetensors", "e.jsonl", "e.csv"}) {
    const std::string file = folder_ / name;
    ASSERT_EQ(groel({"embed", kProteins, "-m", kEsm2, "-o", file}).exit, 0);
    const Outcome outcome = search({"query", file, "--ids", "P69905"});
    EXPECT_EQ(outcome.exit, 4) << outcome;
    EXPECT_TRUE(outcome.says("this is an embedding file (") && outcome.says("), not an index")) << outcome;
    EXPECT_TRUE(outcome.says("groel search index " + file + " -o " + std::string(folder_ / "e.index"))) << outcome;
  }
  const Outcome sequences = search({"query", kProteins, "--ids", "P69905"});
  EXPECT_TRUE(sequences.says("these are sequences, not an index") && sequences.says("--sequences")) << sequences;
  EXPECT_TRUE(search({"index", kProteins, "-o", folder_ / "y"}).says("groel embed " + kProteins));
  ASSERT_EQ(search({"index", folder_ / "e.h5", "-o", folder_ / "x.index"}).exit, 0);
  const Outcome twice = search({"index", folder_ / "x.index", "-o", folder_ / "y"});
  EXPECT_TRUE(twice.says("this is an index already") && twice.says("groel search query")) << twice;
}

// docs/search.md shows what its first example prints.
TEST_F(SearchSilence, ThePageShowsWhatTheExamplePrints) {
  const std::string page = read_file(GROEL_SOURCE_DIR "/docs/search.md");
  const std::size_t said = page.find("The first example of `groel search --help`");
  ASSERT_NE(said, std::string::npos);
  const std::size_t begin = page.find("```\n", said) + 4;
  const std::string shown = page.substr(begin, page.find("```", begin) - begin);
  std::filesystem::create_symlink(GROEL_SOURCE_DIR "/examples", folder_ / "examples");
  const Outcome outcome = bash(
      "$GROEL embed examples/proteins.fasta -o proteins.h5 && $GROEL search index proteins.h5 -o proteins.index && "
      "$GROEL search query proteins.index --ids P69905 -k 3",
      {.folder = folder_.path().string(), .input = {}, .environment = {}});
  ASSERT_EQ(outcome.exit, 0) << outcome;
  std::string found;  // whatever the lines that other commands print before
  if (const std::size_t at = outcome.out.find("sp|P69905|HBA_HUMAN\n"); at != std::string::npos)
    found = outcome.out.substr(at);
  EXPECT_EQ(found, shown);
}

}  // namespace
}  // namespace groel::testing
