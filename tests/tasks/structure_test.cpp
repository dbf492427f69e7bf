// groel structure: comparing, describing and converting.
#include <gmock/gmock.h>

#include <fstream>

#include "base/error.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;

const std::string kUbiquitin = std::string(GROEL_TEST_DATA) + "/structures/1ubq.pdb";
const std::string kInsulin = std::string(GROEL_TEST_DATA) + "/structures/3i40.pdb";

json structure_json(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "structure");
  arguments.emplace_back("--json");
  const Outcome outcome = groel(arguments);
  EXPECT_EQ(outcome.exit, 0) << outcome;
  return outcome.out.empty() ? json() : json::parse(outcome.out);
}

Outcome structure(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "structure");
  return groel(arguments);
}

TEST(Structure, AFileIsLikeItself) {
  const json found = structure_json({"compare", kUbiquitin, kUbiquitin});
  EXPECT_EQ(found["together"]["residues"], 76);
  EXPECT_NEAR(found["together"]["rmsd"].get<double>(), 0, 1e-5);
  for (const char* score : {"tm_score", "gdt_ts", "gdt_ha", "lddt_ca", "lddt"})
    EXPECT_NEAR(found["together"][score].get<double>(), 1, 1e-9) << score;
}

TEST(Structure, ConvertsThereAndBack) {
  const TemporaryFolder work;
  EXPECT_EQ(structure({"convert", kInsulin, "-o", work / "a.cif"}).exit, 0);
  EXPECT_EQ(structure({"convert", work / "a.cif", "-o", work / "b.pdb"}).exit, 0);
  const json before = structure_json({"info", kInsulin}), after = structure_json({"info", work / "b.pdb"});
  for (const char* fact : {"chains", "models", "residues_not_of_proteins"})
    EXPECT_EQ(before[fact], after[fact]) << fact;
  const json found = structure_json({"compare", work / "b.pdb", kInsulin});
  EXPECT_EQ(found["chains"].size(), 2U);
  EXPECT_NEAR(found["together"]["rmsd"].get<double>(), 0, 1e-5);
}

TEST(Structure, WritesTheSuperposedModelAndItsResidues) {
  const TemporaryFolder work;
  structure_json(
      {"compare", kInsulin, kInsulin, "--chain", "A:A", "--superposed", work / "s.pdb", "-o", work / "r.csv"});
  EXPECT_NEAR(structure_json({"compare", work / "s.pdb", kInsulin})["together"]["rmsd"].get<double>(), 0, 1e-3);
  std::ifstream file(work / "r.csv");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  EXPECT_THAT(text, HasSubstr("chain,number,residue,reference_chain,reference_number,distance,lddt_ca,lddt\n"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 22);  // 21 residues of the chain A
}

TEST(Structure, InsertionCodesAreKept) {
  const TemporaryFolder work;
  std::string text;
  for (const auto& [number, x] : {std::pair("  26 ", 1), {"  27 ", 4}, {"  27A", 8}, {"  28 ", 12}})
    for (const char* atom : {"N ", "CA", "C ", "O "})
      text += fmt::format("ATOM      1  {}  ALA H{}   {:>8.3f}{:>8.3f}{:>8.3f}  1.00  5.00           {}  \n", atom,
                          number, x + 0.3 * atom[0], 0.2 * atom[1], x * 0.5, atom[0]);
  const std::string file = write_file(work / "h.pdb", text);
  structure_json({"compare", file, file, "--chain", "H:H", "--by", "number", "--superposed", work / "s.pdb", "-o",
                  work / "r.csv"});
  EXPECT_THAT(read_file(work / "r.csv"), HasSubstr("\nH,27A,A,H,27A,"));
  EXPECT_THAT(read_file(work / "s.pdb"), HasSubstr("ALA H  27A"));
  EXPECT_EQ(structure_json({"sasa", file})["residues"][2]["number"], "27A");
}

// Both chains of insulin together bury what each has alone.
TEST(Structure, TellsWhatChainsBury) {
  const json found = structure_json({"sasa", kInsulin});
  EXPECT_GT(found["buried_between_chains"].get<double>(), 500);
  EXPECT_EQ(found["residues"].size(), 51U);
  const json alone = structure_json({"sasa", kInsulin, "--chain", "A"});
  EXPECT_NEAR(alone["chains"]["A"]["area"].get<double>(), found["chains"]["A"]["area_alone"].get<double>(), 1e-9);
}

TEST(Structure, RecomputesTheConfidencesOfAFolder) {
  const TemporaryFolder work;
  const std::filesystem::path folder = work.path() / "conf_mono";
  std::filesystem::copy(GROEL_TEST_DATA "/af3-features/confidences/conf_mono_output", folder,
                        std::filesystem::copy_options::recursive);
  const Outcome sound = structure({"confidences", folder, "-o", work / "values.csv"});
  EXPECT_EQ(sound.exit, 0) << sound;
  EXPECT_THAT(sound.out, HasSubstr("conf_mono: 11 of 11 values agree\n"));
  EXPECT_THAT(sound.out, HasSubstr("\nseed-1_sample-1: 11 of 11 values agree\n"));
  EXPECT_THAT(read_file(work / "values.csv"), HasSubstr("\nconf_mono,iptm,,,,,PAE,yes\n"));
  const std::filesystem::path summary = folder / "conf_mono_summary_confidences.json";
  json changed = json::parse(read_file(summary));
  changed["has_clash"] = 1.0;
  write_file(summary, changed.dump());
  const Outcome outcome = structure({"confidences", folder});
  EXPECT_EQ(outcome.exit, 1);
  EXPECT_THAT(outcome.out, HasSubstr("conf_mono: 10 of 11 values agree\n"));
  EXPECT_TRUE(outcome.says("1 value of summaries is not what the other files say")) << outcome;
}

TEST(Structure, WhatGoesWrong) {
  const TemporaryFolder work;
  EXPECT_TRUE(structure({"compare", kUbiquitin}).says("name a model and a reference"));
  EXPECT_TRUE(structure({"compare", kUbiquitin, kInsulin}).says("half of its residues"));
  EXPECT_TRUE(structure({"compare", kUbiquitin, kUbiquitin, "--chain", "Z"}).says("there is no chain 'Z'"));
  EXPECT_TRUE(structure({"sasa", kUbiquitin, "--chain", "Z"}).says("there is no chain 'Z'"));
  EXPECT_TRUE(structure({"convert", kUbiquitin}).says("a file to write"));
  EXPECT_EQ(structure({"convert", kUbiquitin, "-o", work / "a.cif"}).exit, 0);
  EXPECT_NE(structure({"convert", kUbiquitin, "-o", work / "a.cif"}).exit, 0);  // it is there already
  EXPECT_TRUE(structure({"compare", kUbiquitin, kUbiquitin, "-o", work / "r.pdb"}).says("compare writes no"));
  EXPECT_TRUE(structure({"info", kUbiquitin, "-o", work / "i.pdb"}).says("info writes no"));
  EXPECT_TRUE(structure({"convert", kUbiquitin, "-o", work / "c.csv"}).says("convert writes no"));
  EXPECT_TRUE(structure({"confidences"}).says("name a folder of results"));
  EXPECT_TRUE(structure({"confidences", work / ""}).says("no prediction is here"));
  EXPECT_FALSE(std::filesystem::exists(work / "r.pdb"));
  std::ofstream(work / "empty.pdb") << "";
  EXPECT_NE(structure({"info", work / "empty.pdb"}).exit, 0);
  EXPECT_NE(structure({"convert", work / "empty.pdb", "-o", work / "b.cif"}).exit, 0);
}

}  // namespace
}  // namespace groel::testing
