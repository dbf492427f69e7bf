// Judging predictors beside baselines, and the report that follows.
#include "tasks/judge/judgement.h"

#include "report/document.h"
#include "tasks/judge/residue_baselines.h"
#include "tasks/reading.h"

namespace groel::tasks {
namespace {

using namespace groel::testing;

// Proteins of two classes, every second one of either.
JudgedSet two_classes(std::size_t count) {
  JudgedSet set;
  set.classes.labels = {"no", "yes"};
  for (std::size_t i = 0; i < count; ++i) {
    set.names.push_back(fmt::format("table.csv:{}", i + 2));
    set.sequences.emplace_back("MKT");
    set.labels.values.push_back(static_cast<float>(i % 2));
    set.protein_of.push_back(i);
  }
  return set;
}

// Scores that are right but for every `wrong`th protein.
std::vector<double> right_but(std::size_t count, std::size_t wrong) {
  std::vector<double> out;
  for (std::size_t i = 0; i < count; ++i) {
    const bool yes = (i % 2 == 1) != (wrong > 0 && i % wrong == 0);
    out.insert(out.end(), {yes ? 0.1 : 0.9, yes ? 0.9 : 0.1});
  }
  return out;
}

Judgement judgement_of(const std::vector<double>& own, const std::vector<double>& other) {
  Judgement out;
  out.split = "validation";
  out.set = two_classes(own.size() / 2);
  out.predictor = judged_of("predictor", "the predictor", beside_truth(out.set, own, {}));
  out.baselines = {judged_of("other", "another", beside_truth(out.set, other, {}))};
  add_intervals(out, 1);
  return out;
}

TEST(Judgement, IsAheadWhereTheIntervalSaysSo) {
  const Judgement clear = judgement_of(right_but(200, 0), right_but(200, 4));
  EXPECT_TRUE(clear.beats_all()) << clear.verdict();
  EXPECT_DOUBLE_EQ(clear.predictor.scores.at("accuracy"), 1);
  EXPECT_DOUBLE_EQ(clear.baselines[0].scores.at("accuracy"), 0.75);
  EXPECT_TRUE(clear.verdict().starts_with("Beats every baseline")) << clear.verdict();
}

// One protein of 40 is no difference, though the score is higher.
TEST(Judgement, IsNotAheadByChance) {
  const Judgement close = judgement_of(right_but(40, 7), right_but(40, 6));
  EXPECT_GT(close.predictor.deciding, close.baselines[0].deciding);
  EXPECT_FALSE(close.beats_all()) << close.verdict();
  EXPECT_TRUE(close.verdict().starts_with("DOES NOT BEAT")) << close.verdict();
}

TEST(Judgement, OfNumbersTakesAConstantForNothing) {
  JudgedSet set = two_classes(30);
  set.classes.problem = models::Problem::regression;
  set.classes.labels = {"x"};
  std::vector<double> own, constant(30, 2.0);
  for (std::size_t i = 0; i < 30; ++i) own.push_back(set.labels.values[i] = static_cast<float>(i));
  const Judged predictor = judged_of("predictor", "", beside_truth(set, own, {}));
  const Judged other = judged_of("mean", "", beside_truth(set, constant, {}));
  EXPECT_DOUBLE_EQ(predictor.deciding, 1);
  EXPECT_DOUBLE_EQ(other.deciding, 0);
}

TEST(Judgement, ThresholdsAreTheBestOfEachLabel) {
  TablePredictions p;
  p.kind = PredictionKind::multilabel;
  p.classes = {"a", "b"};
  p.rows = 4;
  p.truth = {1, 0, 1, 0, 0, 0, 0, 0};
  p.scores = {0.3, 0.1, 0.25, 0.2, 0.2, 0.3, 0.1, 0.4};
  EXPECT_EQ(best_thresholds(p), (std::vector<double>{0.25, 0.5}));
}

// A residue is "H" after an A: its neighbour says so, the residue itself does not.
TEST(ResidueBaselines, AWindowSeesNeighbours) {
  JudgedSet set;
  set.classes.label_of = models::LabelOf::token;
  set.classes.labels = {"H", "C"};
  const std::string residues = "ACDEFGHIKL";
  for (std::size_t i = 0; i < 60; ++i) {
    std::string sequence;
    for (std::size_t r = 0; r < 20; ++r) sequence += residues[(i * 7 + r * r * 3 + i * r) % residues.size()];
    set.sequences.push_back(sequence);
    set.names.push_back(fmt::format("p{}", i));
    for (std::size_t r = 0; r < sequence.size(); ++r) {
      set.labels.classes.push_back(r > 0 && sequence[r - 1] == 'A' ? 0 : 1);
      set.protein_of.push_back(i);
      set.residue_of.push_back(r);
    }
  }
  const auto baselines = residue_baselines(set, set, 3);
  const auto mcc = [&](const std::string& name) {
    for (const auto& one : baselines)
      if (one.name == name) return judged_of(name, "", beside_truth(set, one.scores, {})).deciding;
    return -2.0;
  };
  EXPECT_GT(mcc("window"), 0.9);
  EXPECT_LT(mcc("amino-acid"), 0.3);
  EXPECT_LT(mcc("frequencies"), 0.01);
}

TEST(Document, ShowsTextAsText) {
  report::Document page("a <b> & \"c\"");
  page.notice("<script>", report::Document::Tone::warning);
  page.table({{"x"}, {{"0.5"}, {"<i>"}}});
  const std::string html = page.html();
  EXPECT_NE(html.find("<h1>a &lt;b&gt; &amp; &quot;c&quot;</h1>"), std::string::npos);
  EXPECT_EQ(html.find("<script>"), std::string::npos);
  EXPECT_NE(html.find("<td class=\"number\">0.5</td>"), std::string::npos);
  EXPECT_NE(html.find("<td>&lt;i&gt;</td>"), std::string::npos);
  EXPECT_EQ(html.find("http"), std::string::npos);  // nothing is fetched
}

std::vector<std::string> train_command(const std::string& out, const std::vector<std::string>& more = {}) {
  std::vector<std::string> all{"train",          "classify", "--data",   kStability, "--label-column", "stability",
                               "--split-column", "set",      "--from",   kEsm2,      "--train",        "heads",
                               "--epochs",       "2",        "--output", out};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// What the report says is what `groel predict` says of the same proteins.
TEST(Report, AgreesWithPredict) {
  const TemporaryFolder folder;
  const Outcome outcome = groel(train_command(folder / "run"));
  ASSERT_EQ(outcome.exit, 0) << outcome;
  EXPECT_TRUE(outcome.says("DOES NOT BEAT") || outcome.says("Beats every baseline")) << outcome;
  const json report = json::parse(read_file(folder / "run/report/report.json"));
  const Outcome predicted =
      groel({"predict", kStability, "-m", folder / "run", "--sequence-column", "sequence", "-f", "jsonl"});
  ASSERT_EQ(predicted.exit, 0) << predicted;
  std::istringstream table(read_file(kStability)), said(predicted.out);
  std::string line;
  std::getline(table, line);
  int right = 0, held_out = 0;
  for (std::string row; std::getline(table, row) && std::getline(said, line);) {
    if (row.find(",valid") == std::string::npos) continue;
    ++held_out;
    right += row.find("," + json::parse(line)["pred_label"].get<std::string>() + ",") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(report["proteins"], held_out);
  EXPECT_NEAR(report["predictor"]["scores"]["accuracy"].get<double>(), static_cast<double>(right) / held_out, 1e-12);
  EXPECT_EQ(report["baselines"].size(), 5U);
  const std::string page = read_file(folder / "run/report/report.html");
  EXPECT_NE(page.find(report["verdict"].get<std::string>().substr(0, 20)), std::string::npos);
  EXPECT_EQ(page.find("src=\"http"), std::string::npos);
  const json card = json::parse(read_file(folder / "run/predictor.json"));
  EXPECT_EQ(card["labels"], json({"labile", "stable"}));
  EXPECT_EQ(card["facts"]["validation"].size(), 1U);
}

// What groel evaluate says of the held-out rows is what the run said of them.
TEST(Report, OfAnyLabelledTable) {
  const TemporaryFolder folder;
  ASSERT_EQ(groel(train_command(folder / "run")).exit, 0);
  const std::vector<std::string> words{"evaluate",  "classify",       "--data",   kStability,     "--label-column",
                                       "stability", "--split-column", "set",      "--split",      "valid",
                                       "-m",        folder / "run",   "--report", folder / "page"};
  std::vector<std::string> with = words;
  with.insert(with.end(), {"--learned-from", kStability, "--json"});
  const Outcome outcome = groel(with);
  ASSERT_EQ(outcome.exit, 0) << outcome;
  const json own = json::parse(read_file(folder / "run/report/report.json"));
  const json found = json::parse(read_file(folder / "page/report.json"));
  EXPECT_EQ(found["predictor"], own["predictor"]);
  EXPECT_EQ(found["baselines"].size(), 5U);
  EXPECT_EQ(json::parse(outcome.out)["judged"], found);
  EXPECT_NE(read_file(folder / "page/report.html").find("Baselines learned from"), std::string::npos);
  EXPECT_TRUE(outcome.says("of the valid split")) << outcome;
  EXPECT_TRUE(groel(words).says("exists already"));
  std::vector<std::string> alone = words;
  alone.emplace_back("--overwrite");
  const Outcome without = groel(alone);
  EXPECT_TRUE(without.says("there were no baselines to compare with")) << without;
  EXPECT_NE(read_file(folder / "page/report.html").find("--learned-from names the table"), std::string::npos);
}

TEST(Report, OfARunThatIsOverwrittenIsGone) {
  const TemporaryFolder folder;
  ASSERT_EQ(groel(train_command(folder / "run", {"--test", "--test-data", kStability})).exit, 0);
  for (const char* name : {"run/report/report.html", "run/test/report.html"})
    EXPECT_TRUE(std::filesystem::exists(folder / name)) << name;
  ASSERT_EQ(groel(train_command(folder / "run", {"--report", "none", "--overwrite"})).exit, 0);
  for (const char* name : {"run/report", "run/test"}) EXPECT_FALSE(std::filesystem::exists(folder / name)) << name;
}

TEST(Report, CountsLooksAtTheTestSplit) {
  const TemporaryFolder folder;
  ASSERT_EQ(groel(train_command(folder / "run", {"--report", "none"})).exit, 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "run/report"));
  EXPECT_TRUE(groel(train_command(folder / "run", {"--resume", "--test"})).says("no rows of a split called test"));
  const std::vector<std::string> test{"--resume", "--test", "--test-data", kStability};
  const Outcome first = groel(train_command(folder / "run", test));
  ASSERT_EQ(first.exit, 0) << first;
  EXPECT_NE(read_file(folder / "run/test/report.html").find("for the first time"), std::string::npos);
  const Outcome second = groel(train_command(folder / "run", test));
  EXPECT_TRUE(second.says("for time 2")) << second;
}

}  // namespace
}  // namespace groel::tasks
