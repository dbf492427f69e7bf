// groel search: the index is a file that gives back what all embeddings say; labels are weighed; bad input is named.
#include <algorithm>
#include <cmath>
#include <set>

#include "tasks/reading.h"

namespace groel::testing {
namespace {

struct Named {
  std::string id;
  std::vector<float> vector;
};

std::vector<Named> embedded(const std::string& input = kProteins) {
  std::vector<Named> out;
  for (const json& record : embed_lines({input}))
    out.push_back({record.at("id").get<std::string>(), values(record, "mean")});
  return out;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += double{a[i]} * b[i];
    aa += double{a[i]} * a[i];
    bb += double{b[i]} * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

// Similarities to a vector, best first, without `left_out`.
std::vector<std::pair<double, std::string>> ranked(const std::vector<Named>& all, const std::vector<float>& query,
                                                   const std::string& left_out = {}) {
  std::vector<std::pair<double, std::string>> out;
  for (const Named& one : all)
    if (one.id != left_out) out.emplace_back(cosine(one.vector, query), one.id);
  std::sort(out.rbegin(), out.rend());
  return out;
}

void expect_hits(const json& answer, const std::vector<std::pair<double, std::string>>& expected, std::size_t k) {
  const json& hits = answer.at("hits");
  ASSERT_EQ(hits.size(), k);
  for (std::size_t i = 0; i < k; ++i) {
    EXPECT_EQ(hits[i]["id"], expected[i].second) << answer["id"] << " " << i;
    EXPECT_NEAR(hits[i]["similarity"].get<double>(), expected[i].first, 1e-6);
  }
}

class SearchTest : public ::testing::Test {
 protected:
  std::string embed(const std::string& name, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"embed", kProteins, "-o", folder_ / name});
    if (std::find(more.begin(), more.end(), "-m") == more.end()) more.insert(more.end(), {"-m", kEsm2});
    const Outcome outcome = groel(more);
    EXPECT_EQ(outcome.exit, 0) << outcome;
    return folder_ / name;
  }
  std::string index(const std::string& embeddings, std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"search", "index", embeddings, "-o", folder_ / "x.index", "--overwrite"});
    const Outcome outcome = groel(more);
    EXPECT_EQ(outcome.exit, 0) << outcome;
    return folder_ / "x.index";
  }
  static Outcome query(const std::string& index, std::vector<std::string> more) {
    more.insert(more.begin(), {"search", "query", index});
    return groel(more);
  }
  static json ask(const std::string& index, std::vector<std::string> more, int expected_exit = 0) {
    more.emplace_back("--json");
    const Outcome outcome = query(index, more);
    EXPECT_EQ(outcome.exit, expected_exit) << outcome;
    return outcome.out.empty() ? json() : json::parse(outcome.out);
  }

  TemporaryFolder folder_;
};

TEST_F(SearchTest, EveryKindOfQueryFindsTheNearest) {
  const auto all = embedded();
  const std::string h5 = embed("x.h5");
  for (const bool exact : {false, true}) {
    const std::string file = index(h5, exact ? std::vector<std::string>{"--exact"} : std::vector<std::string>{});
    const json by_id = ask(file, {"--ids", "P69905,sp|P00698|LYSC_CHICK", "-k", "4"});
    EXPECT_EQ(by_id["method"], "exact") << "a small index needs no graph";
    ASSERT_EQ(by_id["queries"].size(), 2U);
    for (const json& answer : by_id["queries"]) {
      const auto self = std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.id == answer["id"]; });
      ASSERT_NE(self, all.end());
      expect_hits(answer, ranked(all, self->vector, self->id), 4);
    }
    const std::string fasta = write_file(folder_ / "q.fa", ">new\nMKTAYIAKQRQISFVKSHFSRQ\n");
    const json by_sequence = ask(file, {"--sequences", fasta, "-m", kEsm2, "-k", "3"});
    expect_hits(by_sequence["queries"][0], ranked(all, embedded(fasta)[0].vector), 3);
    const json by_file = ask(file, {"--embeddings", h5, "-k", "2"});
    ASSERT_EQ(by_file["queries"].size(), all.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(by_file["queries"][i]["hits"][0]["id"], all[i].id);
      expect_hits(by_file["queries"][i], ranked(all, all[i].vector), 2);
    }
  }
}

TEST_F(SearchTest, EveryFormatMakesTheSameIndex) {
  const json expected = ask(index(embed("x.h5")), {"--ids", "P69905"})["queries"];
  for (const std::string name : {"x.npz", "x.safetensors", "x.jsonl", "x.csv"})
    EXPECT_EQ(ask(index(embed(name)), {"--ids", "P69905"})["queries"], expected) << name;
  EXPECT_EQ(ask(index(embed("y.h5", {"--layout", "per-protein"})), {"--ids", "P69905"})["queries"], expected);
}

TEST_F(SearchTest, OtherColumnsAreNamed) {
  const std::string h5 = embed("x.h5", {"-i", "mean,cls", "-l", "1,3"});
  EXPECT_EQ(ask(index(h5), {"--ids", "P69905"})["column"], "mean_3");
  const std::string file = index(h5, {"--column", "cls_1"});
  const std::string fasta = write_file(folder_ / "q.fa", ">new\nMKTAYIAKQRQISFVKSHFSRQ\n");
  const json answer = ask(file, {"--sequences", fasta, "-m", kEsm2, "-k", "2"});
  EXPECT_EQ(answer["column"], "cls_1");
  std::vector<Named> all;
  for (const json& record : embed_lines({kProteins, "-i", "cls", "-l", "1"}))
    all.push_back({record.at("id").get<std::string>(), values(record, "cls")});
  const auto vector = values(embed_lines({fasta, "-i", "cls", "-l", "1"})[0], "cls");
  expect_hits(answer["queries"][0], ranked(all, vector), 2);
}

TEST_F(SearchTest, LabelsAreWeighedBySimilarity) {
  const std::string file = index(write_file(folder_ / "x.csv",
                                            "id,a,b\n"
                                            "q,1,0\n"
                                            "near,0.8,0.6\n"
                                            "sp|far|FAR,0.6,0.8\n"
                                            "bare,0.28,0.96\n"
                                            "behind,-1,0\n"));
  const std::string table =
      write_file(folder_ / "t.csv", "id,label\nnear,red\nnear,round\nfar,red\nbehind,blue\nother,green\n");
  const json result = ask(file, {"--ids", "q", "--annotations", table, "-k", "4"});
  const json& labels = result["queries"][0]["labels"];
  ASSERT_EQ(labels.size(), 3U);
  EXPECT_EQ(labels[0]["label"], "red");
  EXPECT_EQ(labels[0]["neighbours"], 2);
  EXPECT_NEAR(labels[0]["score"].get<double>(), 1, 1e-6);
  EXPECT_EQ(labels[1]["label"], "round");
  EXPECT_NEAR(labels[1]["score"].get<double>(), 0.8 / 1.4, 1e-6);
  EXPECT_EQ(labels[2]["label"], "blue");
  EXPECT_EQ(labels[2]["score"], 0) << "what points the other way has no weight";
  EXPECT_EQ(result["queries"][0]["hits"][2]["labels"], json::array());

  const std::string csv = folder_ / "out.csv";
  EXPECT_EQ(query(file, {"--ids", "q,bare", "--annotations", table, "-k", "1", "-o", csv}).exit, 0);
  const auto rows = csv_rows(read_file(csv));
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0][1], "label");
  EXPECT_EQ(rows[1][1], "red");
  EXPECT_EQ(rows[2][1], "round");
  EXPECT_EQ(rows[3][5], "sp|far|FAR");
  const Outcome bad = query(file, {"--ids", "q", "--annotations", table, "--label-column", "lable"});
  EXPECT_TRUE(bad.says("no column 'lable'") && bad.says("did you mean --label-column 'label'")) << bad;
}

TEST_F(SearchTest, HitsAsText) {
  const std::string file = index(embed("x.h5"));
  const Outcome csv = query(file, {"--ids", "P69905", "-k", "2", "-o", "-"});
  const auto rows = csv_rows(csv.out);
  ASSERT_EQ(rows.size(), 3U) << csv;
  EXPECT_EQ(rows[0], (std::vector<std::string>{"query", "rank", "id", "similarity", "error"}));
  EXPECT_EQ(rows[1][0], "sp|P69905|HBA_HUMAN");
  EXPECT_EQ(rows[2][1], "2");
  const Outcome text = query(file, {"--ids", "P69905", "-k", "2"});
  EXPECT_EQ(text.out.rfind("sp|P69905|HBA_HUMAN\n     1  0.", 0), 0U) << text;
}

TEST_F(SearchTest, ARecordFailsAlone) {
  const std::string file = index(embed("x.h5"));
  const std::string fasta = write_file(folder_ / "q.fa", ">bad\nMK<foo>T\n>good\nMKTAYIAK\n");
  const json answer = ask(file, {"--sequences", fasta, "-m", kEsm2, "-k", "2"}, 1);
  ASSERT_EQ(answer["queries"].size(), 2U);
  EXPECT_EQ(answer["queries"][0]["kind"], "bad_input");
  EXPECT_EQ(answer["queries"][1]["hits"].size(), 2U);
  const json ids = ask(file, {"--ids", "P69906,P69905", "-k", "2"}, 1);
  EXPECT_EQ(ids["queries"][0]["kind"], "not_found");
  EXPECT_EQ(ids["queries"][1]["hits"].size(), 2U);
}

TEST_F(SearchTest, FailedRecordsAreLeftOut) {
  const std::string fasta = write_file(folder_ / "q.fa", ">bad\nMK<foo>T\n>good\nMKTAYIAK\n>other\nMKWW\n");
  EXPECT_EQ(groel({"embed", fasta, "-m", kEsm2, "-o", folder_ / "y.h5"}).exit, 1);
  const Outcome outcome = groel({"search", "index", folder_ / "y.h5", "-o", folder_ / "y.index", "--json"});
  EXPECT_TRUE(outcome.says("1 record has no vector")) << outcome;
  EXPECT_EQ(json::parse(outcome.out)["vectors"], 2);
  EXPECT_EQ(ask(folder_ / "y.index", {"--ids", "good"})["queries"][0]["hits"].size(), 1U);
}

TEST_F(SearchTest, AnotherModelIsRefused) {
  const std::string file = index(embed("x.h5"));
  const std::string other = embed("other.h5", {"-m", kEsm1b, "-l", "all", "--long", "truncate"});
  const Outcome by_file = query(file, {"--embeddings", other});
  EXPECT_EQ(by_file.exit, 2) << by_file;
  EXPECT_TRUE(by_file.says("other.h5") && by_file.says("made by the model 'esm1b-tiny'")) << by_file;
  const Outcome by_sequence = query(file, {"--sequences", kProteins, "-m", kEsm1b});
  EXPECT_EQ(by_sequence.exit, 2) << by_sequence;
  EXPECT_TRUE(by_sequence.says("made by the model 'esm1b-tiny', where the index is of 'esm2-tiny'")) << by_sequence;
  const std::string narrow = write_file(folder_ / "n.csv", "id,mean_3_0,mean_3_1\na,1,2\n");
  const Outcome by_width = query(file, {"--embeddings", narrow});
  EXPECT_TRUE(by_width.says("width 2") && by_width.says("n.csv")) << by_width;
}

// The same name is not the same model: fine-tuned ones are called alike, and prompts change what a model says.
TEST_F(SearchTest, OtherWeightsAndPromptsAreSaid) {
  namespace fs = std::filesystem;
  const auto copied = [&](const std::string& to, bool changed) {
    fs::copy(kEsm2, folder_ / to, fs::copy_options::recursive);
    const std::string file = folder_ / to + "/model.safetensors";
    if (!changed) return;
    std::string bytes = read_file(file);
    std::swap(bytes[bytes.size() - 8], bytes[bytes.size() - 4]);
    std::swap(bytes[bytes.size() - 7], bytes[bytes.size() - 3]);
    write_file(file, bytes);
  };
  fs::create_directory(folder_ / "a");
  fs::create_directory(folder_ / "b");
  copied("a/model", false);
  copied("b/model", true);
  copied("renamed", false);
  const std::string file = index(embed("x.h5", {"-m", folder_ / "a/model"}));
  const Outcome same = query(file, {"--sequences", kProteins, "-m", folder_ / "renamed"});
  EXPECT_EQ(same.exit, 0) << same;
  EXPECT_FALSE(same.says("may not compare")) << same;
  const Outcome changed = query(file, {"--sequences", kProteins, "-m", folder_ / "b/model"});
  EXPECT_EQ(changed.exit, 0) << changed;
  EXPECT_TRUE(changed.says("with other weights") && changed.says("may not compare")) << changed;
  const std::string examples = GROEL_SOURCE_DIR "/examples/";
  const std::string prompted =
      index(embed("p.h5", {"-m", "groel-5m", "--prompt", examples + "prompts/ic.safetensors"}));
  const Outcome without = query(prompted, {"--sequences", kProteins, "-m", "groel-5m"});
  EXPECT_EQ(without.exit, 2) << without;
  EXPECT_TRUE(without.says("made without prompts, where the index is with the prompts [\"ic\"]")) << without;
  EXPECT_TRUE(query(prompted, {"--ids", ""}).says("no id is named"));
}

TEST_F(SearchTest, BadInputIsNamed) {
  const std::string h5 = embed("x.h5");
  const std::string file = index(h5);
  const Outcome unknown = query(file, {"--ids", "P69906"});
  EXPECT_EQ(unknown.exit, 3);
  EXPECT_TRUE(unknown.says("no id 'P69906'") && unknown.says("did you mean 'P69905'")) << unknown;
  EXPECT_EQ(query(folder_ / "none", {"--ids", "P69905"}).exit, 3);
  EXPECT_TRUE(query(file, {}).says("nothing to search for"));
  EXPECT_TRUE(query(file, {"--ids", "P69905", "--embeddings", h5}).says("more than one kind"));
  EXPECT_TRUE(query(file, {"--sequences", kProteins}).says("sequences need the model"));
  EXPECT_TRUE(query(file, {"--ids", "P69905", "-k", "0"}).says("0 is not at least 1"));
  EXPECT_TRUE(groel({"search", "index", h5, "-o", file}).says("exists already"));
  EXPECT_TRUE(groel({"search", "index", h5}).says("the index needs a file"));
  EXPECT_TRUE(groel({"search", "index", h5, "-o", folder_ / "y", "-k", "3"}).says("no option of `groel search index`"));
  EXPECT_TRUE(groel({"search", "index", h5, "-o", folder_ / "y", "--column", "mean_9"}).says("'mean_9'"));
  EXPECT_TRUE(groel({"search", "find", h5}).says("neither 'index' nor 'query' nor 'info'"));
  EXPECT_TRUE(groel({"search", "query"}).says("takes one file"));
  const std::string empty = write_file(folder_ / "empty.h5", "");
  EXPECT_TRUE(groel({"search", "index", empty, "-o", folder_ / "y"}).says("the file is empty"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "y"));
}

TEST_F(SearchTest, ATruncatedOrChangedIndexIsAnError) {
  const std::string file = index(embed("x.h5"));
  const std::string bytes = read_file(file);
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{5}, std::size_t{400}, bytes.size() / 2, bytes.size() - 1}) {
    const Outcome outcome = query(write_file(folder_ / "cut", bytes.substr(0, size)), {"--ids", "P69905"});
    EXPECT_EQ(outcome.exit, 4) << size << outcome;
    EXPECT_TRUE(outcome.says("cut")) << outcome;
  }
  std::string later = bytes;
  const std::size_t version = later.find("\"format_version\":\"2\"") + 18;
  later[version] = '7';
  EXPECT_TRUE(query(write_file(folder_ / "later", later), {"--ids", "P69905"}).says("version '7'"));
  later[version] = '1';
  const Outcome old = query(write_file(folder_ / "old", later), {"--ids", "P69905"});
  EXPECT_EQ(old.exit, 4);
  EXPECT_TRUE(old.says("an index of version '1'") && old.says("groel search index x.h5 -o")) << old;
}

}  // namespace
}  // namespace groel::testing
