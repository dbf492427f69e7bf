// groel structure show: which files it takes, what it says in numbers, and what goes into the page.
#include <gmock/gmock.h>

#include "report/base64.h"
#include "report/picture.h"
#include "tasks/prediction.h"
#include "tasks/reading.h"
#include "tasks/structure/page_data.h"

namespace groel::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kShownStructures = std::string(GROEL_TEST_DATA) + "/structures/";

#define GROEL_NEEDS_MOLECULES()                                                  \
  if (!::groel::report::draws_pictures() || !::groel::report::draws_molecules()) \
  GTEST_SKIP() << "built without pictures: ./run --pictures fetches what draws them"

Outcome show(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"structure", "show"});
  return groel(arguments);
}

json numbers(std::vector<std::string> arguments) {
  arguments.emplace_back("--json");
  const Outcome outcome = show(arguments);
  EXPECT_EQ(outcome.exit, 0) << outcome;
  return outcome.out.empty() ? json() : json::parse(outcome.out);
}

// The data in a page.
json data_of(const std::string& page) {
  const std::string begin = "<script id=\"data\" type=\"application/json\">";
  const std::size_t from = page.find(begin) + begin.size();
  return json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(StructureShow, AFolderOfAlphaFold3) {
  const TemporaryFolder work;
  const json found = numbers({prediction_folder(work / "job", 3)});
  ASSERT_EQ(found["models"].size(), 3U);  // the root's is that of sample 2
  std::vector<std::string> names;
  for (const json& model : found["models"]) names.push_back(model["model"]);
  EXPECT_THAT(names, ElementsAre("seed 7, sample 2", "seed 7, sample 1", "seed 7, sample 0"));
  const json& best = found["models"][0];
  EXPECT_EQ(best["file"], (fs::path(work / "job") / "job_model.cif").string());
  EXPECT_EQ(best["values_are"], "plddt");
  EXPECT_DOUBLE_EQ(best["scores"]["iptm"], 0.25);
  EXPECT_DOUBLE_EQ(best["chains"][0]["mean_value"], (95 + 80 + 60 + 40) / 4.0);
  EXPECT_EQ(best["chains"][2]["kind"], "ligands");
  EXPECT_DOUBLE_EQ(best["classes"]["very_high"], 2 / 8.0);
  EXPECT_DOUBLE_EQ(best["classes"]["confident"], 3 / 8.0);
  EXPECT_EQ(best["pae"]["tokens"], 9);
  // Rows of A, columns of B: i of 0 to 3, j of 4 to 6.
  EXPECT_NEAR(best["pae"]["between"][1]["mean"].get<double>(), 1.5 + 0.5, 1e-6);
  EXPECT_NEAR(best["pae"]["between"][1]["least"].get<double>(), 0.4, 1e-6);
  EXPECT_EQ(numbers({work / "job", "--samples", "1"})["models"].size(), 1U);
  EXPECT_TRUE(show({work / "job", "--samples", "1", "--json"}).says("the best 1 of 3 samples"));
}

TEST(StructureShow, NamesWithoutTheJobAndTheServersFiles) {
  const TemporaryFolder work;
  fs::create_directories(work / "old/seed-1_sample-0");  // AlphaFold 3 before it put the job's name before all names
  write_file(work / "old/seed-1_sample-0/model.cif", prediction_cif());
  write_file(work / "old/seed-1_sample-0/confidences.json", prediction_confidences().dump());
  write_file(work / "old/seed-1_sample-0/summary_confidences.json", prediction_summary(0.3).dump());
  write_file(work / "old/ranking_scores.csv", "seed,sample,ranking_score\n1,0,0.3\n1,1,0.2\n");
  const Outcome old = show({work / "old", "--json"});
  EXPECT_EQ(json::parse(old.out)["models"][0]["pae"]["tokens"], 9) << old;
  EXPECT_TRUE(old.says("1 sample in ranking_scores.csv without files here")) << old;
  fs::create_directories(work / "server");
  for (const int at : {0, 1}) {
    write_file(work / fmt::format("server/fold_x_model_{}.cif", at), prediction_cif());
    write_file(work / fmt::format("server/fold_x_full_data_{}.json", at), prediction_confidences().dump());
    write_file(work / fmt::format("server/fold_x_summary_confidences_{}.json", at),
               prediction_summary(0.1 * at).dump());
  }
  const json server = numbers({work / "server"});
  ASSERT_EQ(server["models"].size(), 2U);
  EXPECT_EQ(server["models"][0]["model"], "fold_x_model_1.cif");  // the higher score first
  EXPECT_EQ(server["models"][0]["pae"]["tokens"], 9);
  EXPECT_TRUE(numbers({work / "server/fold_x_model_0.cif"})["models"][0].contains("pae"));  // by its name
}

TEST(StructureShow, ExperimentalFiles) {
  const json found = numbers({kShownStructures + "1ubq.pdb"})["models"][0];
  EXPECT_EQ(found["values_are"], "b_factor");
  EXPECT_THAT(found["because"].get<std::string>(), HasSubstr("--plddt"));
  EXPECT_EQ(found["waters"], 58);
  EXPECT_EQ(found["residues"].size(), 76U);
  EXPECT_EQ(found["residues"][4]["ss8"], "E");
  // Cβ within 8 Å and three residues apart, counted in the columns of the file by another program.
  EXPECT_EQ(found["contacts"]["pairs"], 194);
  EXPECT_EQ(numbers({kShownStructures + "1ubq.pdb", "--plddt"})["models"][0]["values_are"], "plddt");
  const TemporaryFolder work;
  std::string warm = read_file(kShownStructures + "1ubq.pdb");
  warm.replace(warm.find("  9.67"), 6, "109.67");  // of the first nitrogen: 39 in the mean of the residue
  warm.replace(warm.find(" 10.38"), 6, "980.38");
  EXPECT_TRUE(show({write_file(work / "warm.pdb", warm), "--plddt", "--json"}).says("are no pLDDT"));
  EXPECT_EQ(numbers({work / "warm.pdb"})["models"][0]["values_are"], "b_factor");
}

TEST(StructureShow, EveryFormOfAlignedErrors) {
  const TemporaryFolder work;
  write_file(work / "m.pdb", read_file(kShownStructures + "1ubq.pdb"));
  json rows = json::array(), flat = json::array();
  for (int i = 0; i < 76; ++i) {
    rows.push_back(json::array());
    for (int j = 0; j < 76; ++j) {
      rows.back().push_back(i == j ? 0 : 7);
      flat.push_back(i == j ? 0 : 7);
    }
  }
  const std::map<std::string, json> forms{
      {"db", json::array({{{"predicted_aligned_error", rows}, {"max_predicted_aligned_error", 31.75}}})},
      {"old", json::array({{{"residue1", flat}, {"residue2", flat}, {"distance", flat}}})},
      {"colabfold", {{"plddt", {1, 2}}, {"pae", rows}, {"ptm", 0.5}, {"more", {{"pae", {1}}}}}}};
  for (const auto& [name, form] : forms) {
    const std::string path = write_file(work / (name + ".json"), form.dump());
    const json found = numbers({work / "m.pdb", "--pae", path})["models"][0];
    EXPECT_EQ(found["pae"]["tokens"], 76) << name;
    EXPECT_NEAR(found["pae"]["between"][0]["mean"].get<double>(), 7 * 75 / 76.0, 1e-6) << name;
  }
}

TEST(StructureShow, WhatGoesWrong) {
  const TemporaryFolder work;
  const std::string model = write_file(work / "m.cif", prediction_cif());
  const auto says = [&](const std::string& json_text, const std::string& what) {
    const std::string path = write_file(work / "pae.json", json_text);
    const Outcome outcome = show({model, "--pae", path, "--json"});
    EXPECT_NE(outcome.exit, 0) << json_text;
    EXPECT_TRUE(outcome.says(what)) << what << "\n" << outcome;
  };
  says(R"({"pae": [[1, 2], [3]]})", "pae[1]: a row of 1 numbers; the first has 2");
  says(R"({"pae": [[1, 2]]})", "pae: 1 rows of 2 numbers: not square");
  says(R"({"pae": [1, 2]})", "pae: a list of rows of numbers is expected");
  says(R"({"pae": [["a"]]})", "pae[0]: text where a number is expected");
  says(R"({"pae": [[1]], "predicted_aligned_error": [[1]]})", "two such matrices");
  says(R"({"distance": [1, 2, 3]})", "distance: 3 numbers");
  says(R"({"plddt": [1]})", "no predicted aligned error");
  says("{\n\"pae\": [[1,]]}", "pae.json:2:12");
  says(R"({"pae": [[1]]})", "1 rows of predicted aligned errors for 7 residues of the chains");
  json other = prediction_confidences();
  other["token_res_ids"][2] = 77;
  says(other.dump(), "token 3 is of residue 77 of chain A");
  other["token_res_ids"].erase(3);
  says(other.dump(), "9 token_chain_ids and 8 token_res_ids");
  EXPECT_TRUE(show({model}).says("the page to write"));
  EXPECT_TRUE(show({model, "-o", work / "p.csv"}).says("show writes no"));
  EXPECT_TRUE(show({work / "nowhere.cif", "--json"}).says("nowhere.cif"));
  fs::create_directories(work / "empty");
  EXPECT_TRUE(show({work / "empty", "--json"}).says("no predicted model in this folder"));
  EXPECT_TRUE(show({work / "empty", "--pae", model, "--json"}).says("--pae"));
  EXPECT_TRUE(show({model, "--samples", "0", "--json"}).says("--samples"));
}

TEST(StructureShow, ThePageNeedsNothingElse) {
  GROEL_NEEDS_MOLECULES();
  const TemporaryFolder work;
  ASSERT_EQ(show({prediction_folder(work / "job", 2), "-o", work / "p.html"}).exit, 0);
  EXPECT_NE(show({work / "job", "-o", work / "p.html"}).exit, 0);  // it is there already
  const std::string page = read_file(work / "p.html");
  const std::string own = page.substr(0, page.find("<script>"));  // all but the scripts, which the policy binds
  for (const char* reference : {"<link", " src=", "@import", "url("}) EXPECT_EQ(own.find(reference), std::string::npos);
  EXPECT_EQ(page.find("<script src"), std::string::npos);
  EXPECT_THAT(page.substr(0, 600), HasSubstr("default-src 'none'"));
  const json data = data_of(page);
  ASSERT_EQ(data["models"].size(), 2U);
  const json& best = data["models"][0];
  EXPECT_EQ(best["measure"], "plddt");
  EXPECT_EQ(best["letter"], "AAAAAAAX");
  EXPECT_EQ(best["kind"], "pppppppl");
  EXPECT_EQ(best["begins"], "10001001");
  EXPECT_THAT(best["pae"]["tokens"], ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 7));
  EXPECT_EQ(best["pae"]["size"], 9);
  EXPECT_DOUBLE_EQ(best["pae"]["step"], 0.125);
  EXPECT_EQ(best["pairs"]["names"], (json{"A", "B", "L"}));
  EXPECT_TRUE(best["pairs"]["values"][2][2].is_null());
  EXPECT_EQ(best["atoms"]["first"].back(), 30);
  EXPECT_EQ(best["atoms"]["at"].size(), 90U);
}

// Above 1500 tokens a cell is the mean of a square of pairs, and the last row of cells has what is left.
TEST(StructureShow, LargeMapsAreThinned) {
  constexpr std::int64_t kSize = 1501;
  tasks::PairMap map;
  map.matrix.size = kSize;
  map.matrix.values.assign(kSize * kSize, 10);
  for (std::size_t i = 0; i < kSize; ++i) map.residues.push_back(i);
  map.matrix.values[0] = 2;              // of the four of the first cell
  map.matrix.values[2] = std::nanf("");  // of the second: not counted
  map.matrix.values.back() = 30;         // the last cell is this pair alone
  const json found = tasks::map_data(map, 0.125);
  EXPECT_EQ(found["factor"], 2);
  EXPECT_EQ(found["size"], 751);
  EXPECT_EQ(found["tokens"].size(), 1501U);
  EXPECT_THAT(found["note"].get<std::string>(), HasSubstr("mean of 2 × 2 pairs"));
  std::string bytes(751 * 751, static_cast<char>(80));
  bytes[0] = 64;
  bytes.back() = static_cast<char>(240);
  EXPECT_EQ(found["values"], report::base64(bytes));
  map.matrix = {1, {std::nanf("")}};
  EXPECT_EQ(tasks::map_data(map, 0.125)["values"], report::base64("\xFF"));
}

// Names in files are text, whatever they hold.
TEST(StructureShow, NamesCannotBecomeScripts) {
  GROEL_NEEDS_MOLECULES();
  const TemporaryFolder work;
  const std::string bad = "</script><script>alert(1)</script>", image = "<img src=x onerror=alert(2)>";
  const PredictionNames names{bad, image, "&lt;b&gt;", bad};
  ASSERT_EQ(show({prediction_folder(work / "job", 1, names), "-o", work / "p.html"}).exit, 0);
  const std::string page = read_file(work / "p.html");
  EXPECT_EQ(page.find("<script>alert"), std::string::npos);
  EXPECT_EQ(page.find("<img src=x"), std::string::npos);
  const json best = data_of(page)["models"][0];
  EXPECT_EQ(best["chains"][0]["name"], bad);
  EXPECT_EQ(best["chains"][1]["name"], image);
  EXPECT_THAT(page, HasSubstr("<title>job: &lt;/script&gt;"));
}

}  // namespace
}  // namespace groel::testing
