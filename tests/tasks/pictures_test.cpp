// Pictures of the commands: what is marked, counted and said in them, and in the data beside them.
#include <gmock/gmock.h>

#include <cmath>

#include "report/figure.h"
#include "tasks/project/picture.h"
#include "tasks/reading.h"
#include "tasks/reading/id_parts.h"
#include "tasks/score/picture.h"
#include "tasks/train/curves.h"

namespace groel::testing {
namespace {

using tasks::PlaneMap;
using tasks::VariantRow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kDrawnWild = "MKTAYIAKQRQISFVK";

int number(const std::string& label) { return std::stoi(label.substr(1)); }  // 4 of "F4"

TEST(Pictures, ContactsMarkHitsAndMissesOfTheLikeliestPairs) {
  const TemporaryFolder work;
  const Outcome done = groel({"contacts", "-m", kEsm2, "--structure", kUbiquitin, "--picture", work / "u.svg"});
  ASSERT_EQ(done.exit, 0) << done;
  const auto rows = csv_rows(read_file(work / "u.svg.csv"));
  int hits = 0, misses = 0;
  for (const auto& row : rows) {
    const bool hit = row[0].starts_with("hit: ");
    if (!hit && !row[0].starts_with("miss: ")) continue;
    (hit ? hits : misses) += 1;
    const int j = number(row[2]), i = number(row[3]);
    EXPECT_GE(j - i, 6);
    EXPECT_EQ(rows.at(static_cast<std::size_t>(j)).at(static_cast<std::size_t>(i)), hit ? "1" : "0")
        << row[3] << row[2];
  }
  EXPECT_EQ(hits + misses, 76);
  EXPECT_EQ(rows.at(20).at(20), "") << "pairs that are near along the chain have no value";
  EXPECT_EQ(rows.at(20).at(25), "");
  EXPECT_NE(rows.at(20).at(26), "");
  const std::string svg = read_file(work / "u.svg");
  EXPECT_THAT(svg, HasSubstr(fmt::format("hit: in contact ({})", hits)));
  EXPECT_THAT(svg, HasSubstr(fmt::format("miss: not in contact ({})", misses)));
  EXPECT_THAT(svg, HasSubstr("Contacts of 1ubq_A as esm2-tiny sees them"));
}

TEST(Pictures, IdsOfAnyKindGiveSoundPicturesAndTitlesWithoutBars) {
  const TemporaryFolder work;
  const std::string input =
      write_file(work / "in.fasta", ">sp|P12345|X_HUMAN\nMKVLAAGIVGKK\n>esc\x1b[31m&<b>\x01\"q\nMKVLAAGIVGKK\n");
  for (const char* format : {".svg", ".png", ".html"}) {
    const Outcome done =
        groel({"contacts", input, "-m", kEsm2, "--picture", work / (std::string("c") + format), "--top", "1"});
    EXPECT_EQ(done.exit, 0) << done;
  }
  bool odd_seen = false;
  for (const std::string& name : work.names()) {
    if (!name.ends_with(".svg")) continue;
    const std::string svg = read_file(work / name);
    for (const char c : svg) EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n') << name;
    odd_seen = odd_seen || svg.find("esc\\x1b[31m&amp;&lt;b&gt;\\x01&quot;q") != std::string::npos;
    EXPECT_THAT(svg, Not(HasSubstr("X_HUMAN"))) << name;
  }
  EXPECT_TRUE(odd_seen);
}

TEST(Pictures, AMaskedResidueIsMarkedAndItsPlaceIsSaid) {
  const TemporaryFolder work;
  const json answer = groel_json({"fill-mask", kDrawnWild, "--position", "5", "--picture", work / "b.svg"});
  const std::string svg = read_file(work / "b.svg");
  EXPECT_THAT(svg,
              HasSubstr(fmt::format("The sequence has Y: place {} of 20", answer["positions"][0]["rank"].get<int>())));
  EXPECT_THAT(svg, HasSubstr(">residue of the sequence</text>"));
}

TEST(Pictures, AllPositionsHaveTheirEntropy) {
  const TemporaryFolder work;
  const json answer = groel_json({"fill-mask", kDrawnWild, "--all", "--picture", work / "a.svg"});
  EXPECT_THAT(read_file(work / "a.svg"), HasSubstr(">entropy (bits)</text>"));
  std::size_t seen = 0;
  for (const auto& row : csv_rows(read_file(work / "a.svg.csv"))) {
    if (row[0] != "entropy (bits)") continue;
    EXPECT_NEAR(std::stod(row.at(3)), answer["positions"].at(seen)["entropy"].get<double>(), 1e-5);
    ++seen;
  }
  EXPECT_EQ(seen, kDrawnWild.size());
}

VariantRow substitution(std::int64_t position, char to, double measured) {
  VariantRow row;
  const char from = kDrawnWild[static_cast<std::size_t>(position - 1)];
  row.variant.edits.push_back({position, position, from, from, std::string(1, to), bio::Edit::Kind::substitution});
  row.measured = measured;
  return row;
}

TEST(Pictures, TheFirstMethionineDoesNotTakeTheColoursOfAScan) {
  std::vector<VariantRow> rows;
  std::vector<double> scores;
  for (std::int64_t p = 1; p <= 16; ++p)
    for (const char to : std::string("ACDEFGHIKLMNPQRSTVWY")) {
      if (to == kDrawnWild[static_cast<std::size_t>(p - 1)]) continue;
      rows.push_back(substitution(p, to, p == 5 ? 2 : NAN));
      scores.push_back(p == 1 ? -12 : 0.01 * static_cast<double>(p) - 0.9);
    }
  const report::Figure figure = tasks::scan_figure({"x", kDrawnWild, 20}, rows, scores, {"m", "masked-marginals"});
  EXPECT_EQ(figure.heat_map->low, -1);
  EXPECT_EQ(figure.heat_map->high, 1);
  EXPECT_EQ(figure.x.categories.at(4), "Y25");
  EXPECT_EQ(figure.x.numbers.at(4), 25);
  ASSERT_EQ(figure.tracks.size(), 2U);
  EXPECT_NEAR(figure.tracks[0].values[4], -0.85, 1e-12);
  EXPECT_NEAR(figure.tracks[0].values[0], -12, 1e-12);
  EXPECT_EQ(figure.tracks[1].values[4], 2);
  EXPECT_TRUE(std::isnan(figure.tracks[1].values[5]));
  EXPECT_EQ(figure.points.at(0).x.size(), kDrawnWild.size()) << "the wild type";
}

TEST(Pictures, AWildTypeThatIsNoneOfThe20IsGrey) {
  const std::string wild = "MKXAY";
  VariantRow row;
  row.variant.edits.push_back({3, 3, 'X', 'X', "A", bio::Edit::Kind::substitution});
  const std::vector<double> scores{6};
  const report::Figure figure = tasks::scan_figure({"x", wild, 0}, {row}, scores, {"m", "wt-marginals"});
  for (const float value : figure.heat_map->values) EXPECT_TRUE(std::isnan(value));
  EXPECT_EQ(figure.points.at(0).x.size(), 4U);
}

TEST(Pictures, AgreementIsSaidInWords) {
  const auto words = [](double spearman) { return tasks::in_words({"score", 4996, 5000, spearman, 0, 0, 0}); };
  EXPECT_EQ(words(0.41), "Spearman 0.41: the model's ranking agrees moderately with the measurements (n = 4,996)");
  EXPECT_THAT(words(0.02), HasSubstr("does not agree"));
  EXPECT_THAT(words(-0.5), HasSubstr("runs against"));
  EXPECT_THAT(words(0.8), HasSubstr("agrees very well"));
  EXPECT_THAT(words(NAN), HasSubstr("Too few different values"));
}

TEST(Pictures, MeasuredValuesHaveALineThroughThem) {
  std::vector<VariantRow> rows;
  std::vector<double> scores;
  for (int i = 0; i < 5; ++i) {
    rows.push_back(substitution(2 + i, 'W', 2.0 * i + 1));
    scores.push_back(i);
  }
  const auto figure =
      tasks::measured_figure(rows, scores, {"x", "fitness", {"score", 5, 5, 1, 1, NAN, NAN}}, {"m", "a"});
  ASSERT_EQ(figure.lines.size(), 1U);
  EXPECT_THAT(figure.lines[0].y, ElementsAre(1, 9));
  EXPECT_EQ(figure.y.name, "fitness");
}

PlaneMap plane(const std::vector<std::string>& ids, const std::vector<std::array<double, 2>>& points,
               const tasks::Colouring& colouring) {
  return {ids, points, colouring, "tsne", "e.h5", "mean_6", "x", "y"};
}

TEST(Pictures, TheCommonestGroupsHaveColoursAndTheOthersAreCounted) {
  std::vector<std::string> ids;
  std::vector<std::array<double, 2>> points;
  tasks::Colouring colouring{"family", {}, {}};
  for (int g = 0; g < 30; ++g)
    for (int i = 0; i <= g; ++i) {  // group 29 is the commonest
      ids.push_back(fmt::format("sp|P{:03}|N", ids.size()));
      points.push_back({1.0 * g, 1.0 * i});
      colouring.groups.push_back(g == 0 ? "" : fmt::format("g{:02}", g));
    }
  const report::Figure figure = tasks::plane_figure(plane(ids, points, colouring));
  ASSERT_EQ(figure.points.size(), 12U);
  EXPECT_EQ(figure.points[0].name, "no group");
  EXPECT_EQ(figure.points[1].name, "19 other groups (209 points)");  // 2 + 3 + ... + 20
  EXPECT_EQ(figure.points[2].name, "g20");
  EXPECT_EQ(figure.points[11].name, "g29");
  EXPECT_EQ(figure.points[0].labels[0], "P000");
  std::size_t all = 0;
  for (const auto& series : figure.points) all += series.x.size();
  EXPECT_EQ(all, ids.size());
}

TEST(Pictures, NumbersAreAScale) {
  const TemporaryFolder work;
  std::string vectors = "id,mean_1_0,mean_1_1\n", table = "id,temperature,cluster\n";
  for (int i = 0; i < 15; ++i) {
    vectors += fmt::format("p{},{},{}\n", i, i, i % 4);
    table += fmt::format("p{},{},{}\n", i, i == 3 ? "" : fmt::format("{}.5", 20 + i), i % 3);
  }
  const std::string input = write_file(work / "v.csv", vectors), about = write_file(work / "t.csv", table);
  const auto drawn = [&](const std::string& column, const std::string& as) {
    const std::string picture = work / fmt::format("{}-{}.svg", column, as);
    const Outcome done =
        groel({"project", input, "--method", "pca", "--table", about, "--colour-by", column, "--colour-as", as,
               "--picture", picture, "-o", work / (column + as + ".csv"), "--overwrite"});
    EXPECT_EQ(done.exit, 0) << done;
    return read_file(picture);
  };
  EXPECT_THAT(drawn("temperature", "auto"), HasSubstr(">temperature</text>"));
  EXPECT_THAT(drawn("temperature", "auto"), HasSubstr("no value (1)"));
  EXPECT_THAT(read_file(work / "temperature-auto.svg.csv"), HasSubstr("series,label,component 1"));
  EXPECT_THAT(read_file(work / "temperature-auto.svg.csv"), HasSubstr(",34.5\n"));
  EXPECT_THAT(drawn("temperature", "groups"), HasSubstr("other groups ("));
  EXPECT_THAT(drawn("cluster", "auto"), Not(HasSubstr(">cluster</text>"))) << "few whole numbers are names";
  EXPECT_THAT(drawn("cluster", "scale"), HasSubstr(">cluster</text>"));
}

TEST(Pictures, RunsHaveAColourEachAndWhatIsHeldOutIsDashed) {
  const auto run = [](const std::string& name) {
    return tasks::PlottedRun{
        name, {{1, 0.5, {{"loss", 3.0}, {"eval_loss", 3.1}}}, {2, 1, {{"loss", 2.0}, {"eval_loss", 2.1}}}}};
  };
  const report::Figure figure = tasks::loss_figure({run("a"), run("b")});
  ASSERT_EQ(figure.lines.size(), 4U);
  EXPECT_EQ(figure.lines[0].colour, figure.lines[1].colour);
  EXPECT_NE(figure.lines[0].colour, figure.lines[2].colour);
  EXPECT_EQ(figure.lines[0].stroke, report::Line::Stroke::solid);
  EXPECT_EQ(figure.lines[1].stroke, report::Line::Stroke::dashed);
  EXPECT_EQ(figure.lines[3].name, "b, held out");
}

TEST(ShortName, IsTheAccessionAndNeverLong) {
  EXPECT_EQ(tasks::short_name("sp|P01308|INS_HUMAN"), "P01308");
  EXPECT_EQ(tasks::short_name("tr|A0A024|A0A024_X"), "A0A024");
  EXPECT_EQ(tasks::short_name("gi|5524211|gb|AAD44166.1|"), "AAD44166.1");
  EXPECT_EQ(tasks::short_name("pdb|1ABC|A"), "1ABC_A");
  EXPECT_EQ(tasks::short_name("ref|NP_000198.1|"), "NP_000198.1");
  EXPECT_EQ(tasks::short_name("mine|1|2"), "mine|1|2");
  EXPECT_EQ(tasks::short_name("sp|"), "sp|");
  EXPECT_EQ(tasks::short_name(std::string(100, 'x')), std::string(19, 'x') + "…" + std::string(19, 'x'));
  std::string greek;
  for (int i = 0; i < 60; ++i) greek += "β";
  EXPECT_EQ(tasks::short_name(greek).size(), 38U * 2 + 3) << "cut between characters";
}

}  // namespace
}  // namespace groel::testing
