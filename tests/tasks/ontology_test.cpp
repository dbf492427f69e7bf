// groel data labels, propagate and terms with an ontology, and groel evaluate terms against CAFA's own evaluator.
#include <gtest/gtest.h>
#include <algorithm>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "support/files.h"
#include "support/program.h"

namespace groel::testing {
namespace {

using nlohmann::json;

const std::string kGo = GROEL_TEST_DATA "/go/";
const std::string kMini = kGo + "mini.obo", kSlim = kGo + "goslim_generic.obo";

class OntologyCommands : public ::testing::Test {
 protected:
  Outcome data(std::vector<std::string> words) const {
    words.insert(words.begin(), "data");
    return groel(words);
  }
  Outcome evaluate(std::vector<std::string> words) const {
    words.insert(words.begin(), {"evaluate", "terms"});
    return groel(words);
  }
  json scores(std::vector<std::string> words) const {
    words.emplace_back("--json");
    const Outcome done = evaluate(words);
    EXPECT_EQ(done.exit, 0) << done;
    return done.exit == 0 ? json::parse(done.out) : json{{"aspects", json::array()}, {"per_term", json::array()}};
  }
  std::string file(const std::string& name, const std::string& text) const {
    write_file(work_ / name, text);
    return work_ / name;
  }

  TemporaryFolder work_;
};

const std::string kList =
    "EntryID\tterm\taspect\nP2\tGO:0000007\tBPO\nP1\tGO:0000005\tBPO\nP1\tGO:0000003\tBPO\nP3\tGO:0000099\tBPO\n"
    "P2\tGO:0000004\tBPO\n";

TEST_F(OntologyCommands, LabelsAreCarriedUp) {
  const std::string list = file("l.tsv", kList);
  const Outcome lists = data({"labels", list, "--ontology", kMini, "--form", "lists"});
  ASSERT_EQ(lists.exit, 0) << lists;
  EXPECT_EQ(lists.out,
            "id,labels\nP2,GO:0000001;GO:0000003;GO:0000004;GO:0000007\n"
            "P1,GO:0000001;GO:0000002;GO:0000003;GO:0000005\n");
  for (const char* said : {"1 row with 1 term not in the ontology, left out (GO:0000099)",
                           "1 protein left without any term", "5 of 5 rows give 2 proteins with 6 labels, 4.00 each"})
    EXPECT_TRUE(lists.says(said)) << said << lists;
  const Outcome rare =
      data({"labels", list, "--ontology", kMini, "--no-root", "--min-count", "2", "--stop-list", "GO:0000004"});
  EXPECT_EQ(rare.out, "id,GO:0000003\nP2,1\nP1,1\n") << rare;
  const Outcome special = data({"labels", list, "--ontology", kMini, "--max-part", "0.5"});
  EXPECT_EQ(special.out, "id,GO:0000002,GO:0000004,GO:0000005,GO:0000007\nP2,0,1,0,1\nP1,1,0,1,0\n") << special;
  EXPECT_TRUE(special.says("2 labels that more than 0.5 of the proteins have left out as too general")) << special;
}

TEST_F(OntologyCommands, SlimsAspectsAndOldIds) {
  const std::string slim = file("slim.obo", "[Term]\nid: GO:0000003\n\n[Term]\nid: GO:0000004\n");
  const Outcome mini = data({"labels", file("l.tsv", kList), "--ontology", kMini, "--slim", slim});
  EXPECT_EQ(mini.out, "id,GO:0000003,GO:0000004\nP2,0,1\nP1,1,0\n") << mini;
  const std::string list = file("go.tsv", "EntryID\tterm\na\tGO:0019952\na\tGO:0000228\nb\tGO:0000988\n");
  const Outcome processes = data({"labels", list, "--ontology", kSlim, "--aspect", "BPO"});
  EXPECT_EQ(processes.out, "id,GO:0000003,GO:0008150\na,1,1\n") << processes;
  EXPECT_TRUE(processes.says("1 row with 1 term under an old id, read under the current one (GO:0019952)"))
      << processes;
  EXPECT_TRUE(processes.says("2 rows of other aspects left out")) << processes;
  EXPECT_TRUE(processes.says("into another aspect not followed")) << processes;
  const Outcome across = data({"labels", list, "--ontology", kSlim, "--across-aspects", "--form", "lists"});
  EXPECT_NE(across.out.find("b,GO:0000988;GO:0003674;GO:0008150\n"), std::string::npos) << across;
  const Outcome narrow =
      data({"labels", list, "--ontology", kSlim, "--relations", "is_a", "--form", "lists", "--aspect", "MFO"});
  EXPECT_EQ(narrow.out, "id,labels\nb,GO:0000988;GO:0003674\n") << narrow;
}

TEST_F(OntologyCommands, PredictionsBecomeConsistent) {
  const std::string submission = file(
      "p.txt", "AUTHOR us\nMODEL 1\nKEYWORDS none.\nP1 GO:0000010 0.5\nP1 GO:0000002 0.75\nP2 GO:0000007 0.25\nEND\n");
  const Outcome done = data({"propagate", submission, "--ontology", kMini, "-o", work_ / "out.tsv"});
  ASSERT_EQ(done.exit, 0) << done;
  const std::string out = read_file(work_ / "out.tsv");
  EXPECT_EQ(out.substr(0, out.find('\n')), "EntryID\tterm\tscore");
  for (const char* row : {"P1\tGO:0000001\t0.75\n", "P1\tGO:0000005\t0.5\n", "P1\tGO:0000008\t0.5\n",
                          "P2\tGO:0000001\t0.25\n", "P2\tGO:0000003\t0.25\n"})
    EXPECT_NE(out.find(row), std::string::npos) << row << out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 12);
  const Outcome bare = data({"propagate", file("l.tsv", "P1\tGO:0000004\n"), "--ontology", kMini, "--no-root"});
  EXPECT_EQ(bare.out, "EntryID,term\nP1,GO:0000004\nP1,GO:0000003\n") << bare;
}

TEST_F(OntologyCommands, TermsAreShown) {
  const Outcome text = data({"terms", kSlim, "GO:0000228", "GO:0019952", "--slim", "goslim_yeast"});
  ASSERT_EQ(text.exit, 0) << text;
  for (const char* line :
       {"GO:0000228  nuclear chromosome\n", "  part_of       GO:0005634  nucleus\n", "  asked for     GO:0019952\n",
        "  aspect        CCO (cellular_component)\n", "  ancestor      GO:0005575  cellular_component\n"})
    EXPECT_NE(text.out.find(line), std::string::npos) << line << text;
  const json one = json::parse(data({"terms", kMini, "GO:0000003", "--json"}).out)[0];
  EXPECT_EQ(one["name"], "A");
  EXPECT_EQ(one["children"], 3);
  EXPECT_EQ(one["descendants"], 7);
  EXPECT_EQ(one["parents"][0], (json{{"id", "GO:0000001"}, {"name", "top"}, {"relation", "is_a"}}));
  const json all = json::parse(data({"terms", kSlim, "--json"}).out);
  EXPECT_EQ(all["terms"], 149);
  EXPECT_EQ(all["aspects"].size(), 3U);
  EXPECT_EQ(data({"terms", kMini, "GO:5"}).exit, 3);
}

TEST_F(OntologyCommands, BadInputIsExplained) {
  const std::string list = file("l.tsv", kList);
  const auto says = [&](const std::vector<std::string>& words, const char* text) {
    const Outcome done = data(words);
    EXPECT_NE(done.exit, 0) << text;
    EXPECT_TRUE(done.says(text)) << text << done;
  };
  says({"labels", list, "--aspect", "MFO"}, "of which ontology?");
  says({"labels", list, "--ontology", kMini, "--aspect", "XXX"}, "it has BPO");
  says({"labels", list, "--ontology", list}, "the file has no term");
  says({"labels", list, "--ontology", kMini, "--slim", "nothing"}, "neither a file nor a subset");
  says({"labels", list, "--ontology", file("o.obo", "[Term]\nid: A:1\n")},
       "no row of the labels has a term of the ontology");
  says({"labels", list, "--ontology", kMini, "--relations", "eats"}, "no relation 'eats'");
  says({"labels", list, "--ontology", file("c.obo", "[Term]\nid: A:1\nis_a: A:2\n[Term]\nid: A:2\nis_a: A:1\n")},
       "go in a circle: A:2 -> A:1 -> A:2");
  says({"propagate", file("s.tsv", "P1 GO:0000004 1.5\n"), "--ontology", kMini}, "s.tsv:1: '1.5' is no score");
}

// Every measure that CAFA-evaluator gives, of every aspect, with and without roots.
TEST_F(OntologyCommands, MeasuresAreThoseOfCafaEvaluator) {
  const json golden = json::parse(read_file(kGo + "cafa_evaluator.json"));
  std::string bits;
  for (const auto& [term, value] : golden["information"].items()) bits += fmt::format("{}\t{}\n", term, value.dump());
  for (const bool with_root : {true, false}) {
    std::vector<std::string> words{kGo + "cafa3_predictions.tsv", "--truth", kGo + "cafa3_terms.tsv", "--ontology",
                                   kSlim};
    if (with_root) words.emplace_back("--with-root");
    if (!with_root) words.insert(words.end(), {"--information", file("IA.txt", bits)});  // else the truth's own
    const json found = scores(words);
    ASSERT_EQ(found["aspects"].size(), 3U);
    for (const json& aspect : found["aspects"]) {
      const std::string name = aspect["aspect"];
      const json& expected = golden[with_root ? "with_root" : "without_root"][name == "BPO"   ? "biological_process"
                                                                              : name == "CCO" ? "cellular_component"
                                                                                              : "molecular_function"];
      for (const auto& [measure, values] : expected.items()) {
        const auto near = [&, &values = values](const std::string& key, const char* value) {
          EXPECT_NEAR(aspect[key].get<double>(), values[value].get<double>(), 1e-12) << name << ' ' << key << with_root;
        };
        near(measure, "value");
        near(measure + "_threshold", "threshold");
        if (measure.starts_with("smin")) near(measure + "_misinformation", "misinformation");
        if (measure.starts_with("smin")) near(measure + "_remaining_uncertainty", "remaining_uncertainty");
        if (measure == "fmax" || measure == "fmax_weighted") near(measure + "_precision", "precision");
        if (measure == "fmax" || measure == "fmax_weighted") near(measure + "_recall", "recall");
        if (measure.starts_with("fmax")) near(measure + "_coverage", "coverage");
      }
    }
  }
}

TEST_F(OntologyCommands, EachTermIsMeasured) {
  const std::string truth = file("t.tsv", "a\tGO:0000004\nb\tGO:0000006\nc\tGO:0000002\n");
  const std::string predictions =
      file("p.tsv", "a\tGO:0000004\t0.9\nb\tGO:0000004\t0.4\nb\tGO:0000006\t0.8\nz\tGO:0000004\t1\n");
  const json found = scores({predictions, "--truth", truth, "--ontology", kMini, "-o", work_ / "terms.csv"});
  ASSERT_EQ(found["aspects"].size(), 1U);
  EXPECT_EQ(found["aspects"][0]["proteins"], 3);
  EXPECT_EQ(found["aspects"][0]["predicted_proteins"], 2);
  ASSERT_EQ(found["per_term"].size(), 4U) << found.dump(1);
  for (const json& term : found["per_term"]) {
    if (term["term"] == "GO:0000003") {
      EXPECT_EQ(term["proteins"], 2);
    }
    if (term["term"] == "GO:0000004") {
      EXPECT_EQ(term["average_precision"], 1);
      EXPECT_EQ(term["fmax_threshold"], 0.41);
      EXPECT_EQ(term["s"], 0);
      EXPECT_EQ(term["name"], "b");
    }
    if (term["term"] == "GO:0000002") {  // all scores are 0
      EXPECT_EQ(term["roc_auc"], 0.5);
      EXPECT_NEAR(term["average_precision"].get<double>(), 1.0 / 3, 1e-15);
      EXPECT_NEAR(term["s"].get<double>(), 1.0 / 3, 1e-15);
      EXPECT_NEAR(term["information"].get<double>(), 1.584962500721156, 1e-12);  // one of three proteins
    }
  }
  const std::string table = read_file(work_ / "terms.csv");
  EXPECT_EQ(table.substr(0, 27), "term,name,aspect,informatio");
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 5);
  const Outcome text = evaluate({predictions, "--truth", truth, "--ontology", kMini});
  EXPECT_TRUE(text.says("1 prediction of proteins without a true term left out")) << text;
  EXPECT_NE(text.out.find("fmax_weighted"), std::string::npos);
  EXPECT_TRUE(evaluate({predictions, "--ontology", kMini}).says("--truth"));
  EXPECT_TRUE(evaluate({predictions, "--truth", truth}).says("--ontology"));
  EXPECT_TRUE(evaluate({truth, "--truth", truth, "--ontology", kMini}).says("a row without a score"));
}

TEST_F(OntologyCommands, MeasuresHaveIntervals) {
  const std::vector<std::string> words{kGo + "cafa3_predictions.tsv",
                                       "--truth",
                                       kGo + "cafa3_terms.tsv",
                                       "--ontology",
                                       kSlim,
                                       "--bootstrap",
                                       "100",
                                       "--seed",
                                       "1"};
  const json found = scores(words);
  for (const json& aspect : found["aspects"]) {
    EXPECT_EQ(aspect["intervals"]["resamples"], 100);
    for (const char* name : {"fmax", "fmax_weighted", "fmax_micro", "smin", "smin_weighted"}) {
      const json interval = aspect["intervals"]["scores"][name];
      EXPECT_LT(interval[0].get<double>(), interval[1].get<double>()) << name;
      EXPECT_LE(interval[0].get<double>(), aspect[name].get<double>()) << name;
      EXPECT_GE(interval[1].get<double>(), aspect[name].get<double>()) << name;
    }
  }
  EXPECT_EQ(scores(words), found);
  EXPECT_NE(evaluate(words).out.find("  ["), std::string::npos);
}

TEST_F(OntologyCommands, UsageNamesTheFiles) {
  EXPECT_NE(groel({"help", "evaluate", "table"}).out.find("groel evaluate table PREDICTIONS [OPTIONS]"),
            std::string::npos);
  EXPECT_NE(groel({"help", "data", "join"}).out.find("groel data join TABLE FILE [OPTIONS]"), std::string::npos);
}

}  // namespace
}  // namespace groel::testing
