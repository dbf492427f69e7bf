// Pairs of proteins from raw tables to predictions, by the program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/golden.h"
#include "support/program.h"

namespace groel::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::string kPairs = GROEL_SOURCE_DIR "/examples/interactions.csv";
const std::string kProteinsOfPairs = GROEL_SOURCE_DIR "/examples/interactions.fasta";
const std::string kActions = GROEL_TEST_DATA "/interactions/actions.tsv";
const std::string kDictionary = GROEL_TEST_DATA "/interactions/dictionary.tsv";

class PairsOfProteins : public ::testing::Test {
 protected:
  Outcome run(const Words& words) const {
    return groel(words, {.folder = {}, .input = {}, .environment = {{"XDG_CACHE_HOME", work_ / "cache"}}});
  }
  std::string ok(const Words& words) const {
    const Outcome said = run(words);
    EXPECT_EQ(said.exit, 0) << said;
    return said.out;
  }
  void refused(const Words& words, const std::string& what, int exit = 2) const {
    const Outcome said = run(words);
    EXPECT_EQ(said.exit, exit) << said;
    EXPECT_THAT(said.err, HasSubstr(what));
  }
  Words train(const std::string& out, const Words& more = {}) const {
    return Words{"train", "pairs",    "--data", kPairs,     "--sequences", kProteinsOfPairs, "--from",
                 kEsm2,   "--epochs", "4",      "--hidden", "16",          "--output",       work_ / out} +
           more;
  }
  static std::int64_t lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }
  TemporaryFolder work_;
};

TEST_F(PairsOfProteins, ActionsBecomeATable) {
  const Outcome said = run({"data", "pairs", kActions, "--sequences", kDictionary, "-o", work_ / "pairs.csv"});
  ASSERT_EQ(said.exit, 0) << said;
  EXPECT_TRUE(said.says("758 rows give 69 pairs of 40 proteins with 7 labels")) << said;
  const std::string table = read_file(work_ / "pairs.csv");
  EXPECT_THAT(table,
              HasSubstr("id1,id2,labels\n9606.ENSP00000000233,9606.ENSP00000250971,reaction;binding;catalysis\n"));
  EXPECT_EQ(lines(table), 70);
  EXPECT_EQ(ok({"data", "pairs", work_ / "pairs.csv"}), table);
}

TEST_F(PairsOfProteins, KindsMayHoldCommas) {
  write_file(work_ / "p.csv", "id1,id2,labels\nA,B,\"binding, direct;ptmod\"\n\"B,1\",C,ptmod\n");
  const std::string table = ok({"data", "pairs", work_ / "p.csv"});
  EXPECT_EQ(table, "id1,id2,labels\nA,B,\"ptmod;binding, direct\"\n\"B,1\",C,ptmod\n");
  write_file(work_ / "again.csv", table);
  EXPECT_EQ(ok({"data", "pairs", work_ / "again.csv"}), table);
  ok({"data", "pairs", work_ / "p.csv", "-o", work_ / "p.tsv"});
  EXPECT_EQ(read_file(work_ / "p.tsv"), "id1\tid2\tlabels\nA\tB\tptmod;binding, direct\nB,1\tC\tptmod\n");
  write_file(work_ / "links.txt", "protein1 protein2 combined_score\n9.A,1 9.B 900\n9.B 9.A,1 900\n");
  EXPECT_EQ(ok({"data", "pairs", work_ / "links.txt"}), "id1,id2,label,score\n\"9.A,1\",9.B,1,900\n");
  write_file(work_ / "columns.csv", "id1,id2,x;y,z\nA,B,1,0\n");
  refused({"data", "pairs", work_ / "columns.csv", "--label-column", "x;y,z"}, "the label 'x;y' holds ';'", 4);
}

TEST_F(PairsOfProteins, AreSplitIntoFilesThatTrainingTakes) {
  const json said =
      json::parse(ok({"data", "split-pairs", kPairs, "--how", "bfs", "--seed", "3", "-o", work_ / "parts", "--json"}));
  EXPECT_EQ(said["pairs"], 159);
  const std::int64_t test = lines(read_file(work_ / "parts/test.csv")) - 1;
  EXPECT_GE(test, 31);
  EXPECT_EQ(lines(read_file(work_ / "parts/train.csv")) + lines(read_file(work_ / "parts/val.csv")) - 2 + test, 159);
  const json found =
      json::parse(ok(train("model", {"--baselines", "none", "--index-files", work_ / "parts/split.json", "--json"})));
  EXPECT_EQ(found["runs"][0]["split"]["test"], test);
  refused({"data", "split-pairs", kPairs, "-o", work_ / "parts"}, "the output exists already");
}

TEST_F(PairsOfProteins, AreLearnedJudgedAndPredicted) {
  const json found = json::parse(ok(train("model", {"--baseline-epochs", "1", "--json"})));
  std::vector<std::string> names;
  for (const json& method : found["runs"][0]["methods"]) {
    names.push_back(method["name"]);
    const json& scores = method["scores"];
    EXPECT_LE(scores["f1_micro"]["low"].get<double>(), scores["f1_micro"]["value"].get<double>());
    EXPECT_GE(method["test_f1_of_best_epoch_on_test"], scores["f1_micro"]["value"]);
    EXPECT_EQ(scores["seen_ends"]["both"]["pairs"].get<int>() + scores["seen_ends"]["one"]["pairs"].get<int>() +
                  scores["seen_ends"]["none"]["pairs"].get<int>(),
              scores["pairs"].get<int>());
    EXPECT_EQ(scores["per_label"].size(), 7U);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"predictor", "descriptors", "dnn-ppi", "pipr", "gin", "gin-all"}));
  EXPECT_THAT(read_file(work_ / "model/report/report.html"), HasSubstr("Scores on the test pairs"));

  // The test pairs, judged by the folder, have the scores that training told.
  const json split = json::parse(read_file(work_ / "model/split.json"));
  std::string test = "id1,id2,labels\n", all = read_file(kPairs);
  std::vector<std::string> rows;
  for (std::size_t at = all.find('\n') + 1; at < all.size(); at = all.find('\n', at) + 1)
    rows.push_back(all.substr(at, all.find('\n', at) + 1 - at));
  for (const std::size_t pair : split["valid_index"]) test += rows[pair];
  write_file(work_ / "test.csv", test);
  const json judged = json::parse(ok({"evaluate", "pairs", "--data", work_ / "test.csv", "--sequences",
                                      kProteinsOfPairs, "-m", work_ / "model", "--seed", "42", "--json"}));
  EXPECT_EQ(judged["f1_micro"]["value"], found["runs"][0]["methods"][0]["scores"]["f1_micro"]["value"]);
  EXPECT_EQ(judged["seen_ends"], found["runs"][0]["methods"][0]["scores"]["seen_ends"]);

  const std::string predicted =
      ok({"predict", work_ / "test.csv", "--sequences", kProteinsOfPairs, "-m", work_ / "model"});
  EXPECT_THAT(
      predicted,
      HasSubstr("id1,id2,pred_labels,reaction,binding,ptmod,activation,inhibition,catalysis,expression,error\n"));
  EXPECT_EQ(lines(predicted), lines(test));
  ok({"embed", kProteinsOfPairs, "-m", work_ / "model", "-o", work_ / "e.h5"});  // its trunk
}

TEST_F(PairsOfProteins, SeedsGiveTheSameRunAndRepeatsOthers) {
  const auto without_time = [](json found) {
    for (json& run : found["runs"])
      for (json& method : run["methods"]) method.erase("seconds");
    found.erase("methods");
    return found;
  };
  const json once = json::parse(ok(train("a", {"--baselines", "none", "--json", "--repeats", "2"})));
  const json again = json::parse(ok(train("b", {"--baselines", "none", "--json", "--repeats", "2", "--threads", "1"})));
  EXPECT_EQ(without_time(once), without_time(again));
  EXPECT_EQ(once["methods"]["predictor"]["f1_micro"]["values"].size(), 2U);
  EXPECT_NE(read_file(work_ / "a/split-1/split.json"), read_file(work_ / "a/split-2/split.json"));
  EXPECT_EQ(read_file(work_ / "a/split-2/pairs.safetensors"), read_file(work_ / "b/split-2/pairs.safetensors"));
}

TEST_F(PairsOfProteins, YesAndNoIsOneLabel) {
  std::string table;
  const std::string all = read_file(kPairs);
  std::int64_t row = 0;
  for (std::size_t at = all.find('\n') + 1; at < all.size(); at = all.find('\n', at) + 1) {
    const std::string line = all.substr(at, all.find(',', all.find(',', at) + 1) - at);
    table += line.substr(0, line.find(',')) + '\t' + line.substr(line.find(',') + 1) + '\t' +
             (row++ % 3 == 0 ? "1\n" : "0\n");
  }
  write_file(work_ / "dscript.tsv", table);
  const json found = json::parse(
      ok({"train", "pairs", "--data", work_ / "dscript.tsv", "--sequences", kProteinsOfPairs, "--from", "one-hot",
          "--epochs", "2", "--how", "random", "--baselines", "descriptors", "--output", work_ / "binary", "--json"}));
  EXPECT_TRUE(found["runs"][0]["methods"][0]["scores"].contains("roc_auc"));
  const std::string predicted =
      ok({"predict", work_ / "dscript.tsv", "--sequences", kProteinsOfPairs, "-m", work_ / "binary", "-o", "-"});
  EXPECT_THAT(predicted, HasSubstr("id1,id2,pred_label,probability,error\n"));
}

TEST_F(PairsOfProteins, PairsWithoutASequenceAreSaidAndTheOthersPredicted) {
  ok(train("model", {"--baselines", "none"}));
  write_file(work_ / "new.tsv", "9606.ENSP00000000233\tnobody\t1\n9606.ENSP00000000233\t9606.ENSP00000250971\t?\n");
  const Outcome said = run({"predict", work_ / "new.tsv", "--sequences", kProteinsOfPairs, "-m", work_ / "model"});
  EXPECT_EQ(said.exit, 1) << said;
  EXPECT_THAT(said.out, HasSubstr("9606.ENSP00000000233,nobody,,,,,,,,,there is no sequence of nobody\n"));
  EXPECT_EQ(lines(said.out), 3);
  const Outcome as_json =
      run({"predict", work_ / "new.tsv", "--sequences", kProteinsOfPairs, "-m", work_ / "model", "--format", "jsonl"});
  ASSERT_EQ(lines(as_json.out), 2) << as_json;
  const std::size_t second = as_json.out.find('\n') + 1;
  EXPECT_EQ(json::parse(as_json.out.substr(0, second))["error"], "there is no sequence of nobody");
  const json pair = json::parse(as_json.out.substr(second));
  EXPECT_EQ(pair["id2"], "9606.ENSP00000250971");
  EXPECT_EQ(pair["probabilities"].size(), 7U);
}

TEST_F(PairsOfProteins, WhatCannotBeLearnedIsRefused) {
  write_file(work_ / "same.tsv",
             "9606.ENSP00000000233\t9606.ENSP00000250971\t1\n9606.ENSP00000000233\t9606.ENSP00000006101\t1\n");
  const Words base{"train", "pairs", "--sequences", kProteinsOfPairs, "--from", kEsm2, "--output", work_ / "out"};
  refused(base + Words{"--data", work_ / "same.tsv"}, "all pairs have the same labels", 4);
  write_file(work_ / "few.tsv",
             "9606.ENSP00000000233\t9606.ENSP00000250971\t1\n9606.ENSP00000000233\t9606.ENSP00000006101\t0\n");
  refused(base + Words{"--data", work_ / "few.tsv"}, "no pair is left", 4);
  refused({"train", "pairs", "--data", kPairs, "--from", kEsm2, "--output", work_ / "out"}, "--sequences");
  refused(train("out", {"--baselines", "oracle"}), "there is no baseline 'oracle' of pairs");
  refused(train("out", {"--merge"}), "this is no option of `groel train pairs`");
  refused({"train", "classify", "--data", kPairs, "--how", "bfs", "--from", kEsm2, "--output", work_ / "out"},
          "this is no option of `groel train classify`");
}

// Whatever left it: another objective, a run without a report, one that was killed.
TEST_F(PairsOfProteins, AnotherRunIsNotOverwrittenUnasked) {
  int count = 0;
  for (const char* left :
       {"metrics.jsonl", "predictor.json", "model.safetensors", "split.json", "split-2/split.json"}) {
    const std::string out = fmt::format("out-{}", ++count);
    const std::filesystem::path file = work_.path() / out / left;
    std::filesystem::create_directories(file.parent_path());
    write_file(file, "{}");
    refused(train(out, {"--baselines", "none", "--repeats", "2"}), "the folder holds a run already");
    EXPECT_EQ(read_file(file), "{}") << left;
  }
  const Words again = train("out-1", {"--baselines", "none", "--overwrite"});
  ok(again);
  EXPECT_FALSE(std::filesystem::exists(work_ / "out-1/metrics.jsonl"));
  // The split of the run that is overwritten may be used again.
  const json split = json::parse(read_file(work_ / "out-1/split.json"));
  ok(again + Words{"--index-files", work_ / "out-1/split.json"});
  EXPECT_EQ(json::parse(read_file(work_ / "out-1/split.json"))["valid_index"], split["valid_index"]);
}

TEST_F(PairsOfProteins, MayBeLearnedByTheModelItself) {
  for (const Words& how : {Words{"--train", "all"}, Words{"--lora-r", "2"}}) {
    const std::string out = how[0] == "--train" ? "all" : "adapters";
    const json said = json::parse(
        ok(Words{"train", "pairs", "--data", kPairs, "--sequences", kProteinsOfPairs, "--from", kEsm2, "--epochs", "1",
                 "--max-length", "60", "--baselines", "none", "--json", "--output", work_ / out} +
           how));
    const json& methods = said["runs"][0]["methods"];
    ASSERT_EQ(methods.size(), 2U);
    EXPECT_EQ(methods[0]["name"], "predictor");
    EXPECT_EQ(methods[1]["name"], "frozen");
    EXPECT_NE(methods[0]["scores"]["average_precision"], methods[1]["scores"]["average_precision"]);
    const json card = json::parse(read_file(work_.path() / out / "predictor.json"));
    EXPECT_EQ(card["trunk"]["model"], "model") << card;
    std::filesystem::rename(work_.path() / out, work_.path() / (out + "-moved"));
    const std::string moved = work_ / (out + "-moved");
    const std::string table = ok({"predict", kPairs, "--sequences", kProteinsOfPairs, "-m", moved});
    EXPECT_EQ(lines(table), 160);
    const json judged = json::parse(
        ok({"evaluate", "pairs", "--data", kPairs, "--sequences", kProteinsOfPairs, "-m", moved, "--json"}));
    EXPECT_EQ(judged["pairs"], 159);
  }
  refused(train("x", {"--train", "last:1"}), "'last:1' is not what pairs can be trained with");
  refused(train("x", {"--train", "all", "--lora-r", "4"}), "--train --lora-r");
}

}  // namespace
}  // namespace groel::testing
