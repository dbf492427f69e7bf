// groel structure ss: what DSSP 4.2.2 says of the same files, and what is left out.
#include <gmock/gmock.h>

#include <fstream>

#include "support/files.h"
#include "tasks/reading.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;

const std::string kSsStructures = std::string(GROEL_TEST_DATA) + "/structures/";

Outcome ss(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"structure", "ss"});
  return groel(arguments);
}

json states(const std::string& file) {
  const Outcome outcome = ss({file, "--json"});
  EXPECT_EQ(outcome.exit, 0) << outcome;
  return json::parse(outcome.out);
}

// DSSP's own letters, with C where it leaves a blank or has P (the helix of polyproline).
TEST(StructureSs, AgreesWithDssp) {
  const json ubiquitin = states(kSsStructures + "1ubq.pdb");
  EXPECT_EQ(ubiquitin["chains"][0]["ss8"],
            "CEEEEEETTSCEEEEECCTTSBHHHHHHHHHHHHCCCGGGEEEEETTEECCTTSBTGGGTCCTTCEEEEEECCSCC");
  const json insulin = states(kSsStructures + "3i40.pdb");
  EXPECT_EQ(insulin["chains"][0]["ss8"], "CHIIIIITTTCCHHHHHTTBC");
  EXPECT_EQ(insulin["chains"][1]["ss8"], "CCSSCCCTHHHHHHHHHHHGGGCBCCCSCC");
  // Selenomethionine is marked HETATM and belongs to the helices.
  EXPECT_EQ(states(kSsStructures + "1A8O.cif")["chains"][0]["ss8"],
            "CCCCCCTTSCHHHHHHHHHHHHHTTTCCHHHHHHHHHTHHHHTSCHHHHHHHHTTCTTCCHHHHHHHTCC");
}

TEST(StructureSs, TextAndTables) {
  const TemporaryFolder work;
  const Outcome text = ss({kSsStructures + "3i40.pdb", "--chain", "A"});
  EXPECT_EQ(text.out,
            "chain A: 21 residues, 52 % helix, 5 % strand\n"
            "       1 GIVEQCCTSICSLYQLENYCN\n"
            "     ss8 CHIIIIITTTCCHHHHHTTBC\n"
            "     ss3 CHHHHHHCCCCCHHHHHCCEC\n");
  ASSERT_EQ(ss({kSsStructures + "3i40.pdb", "-o", work / "t.csv"}).exit, 0);
  const std::string table = read_file(work / "t.csv");
  EXPECT_THAT(table, ::testing::StartsWith("chain,number,residue,ss8,ss3\nA,1,G,C,C\nA,2,I,H,H\n"));
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 52);
  ASSERT_EQ(ss({kSsStructures + "3i40.pdb", "-o", work / "t.json"}).exit, 0);
  EXPECT_EQ(json::parse(read_file(work / "t.json"))["chains"].size(), 2U);
}

TEST(StructureSs, ResiduesWithoutABackboneHaveNoState) {
  const TemporaryFolder work;
  std::istringstream lines(read_file(kSsStructures + "1ubq.pdb"));
  std::string text;
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("ATOM") || line.substr(12, 4) != " O  " || line.substr(22, 4) != "   5") text += line + "\n";
  write_file(work / "a.pdb", text);
  const Outcome outcome = ss({work / "a.pdb", "--json"});
  EXPECT_EQ(json::parse(outcome.out)["chains"][0]["ss8"].get<std::string>().substr(0, 7), "CEEC_CB");  // as DSSP has it
  EXPECT_TRUE(outcome.says("1 residue without N, CA, C or O")) << outcome;
  ASSERT_EQ(ss({work / "a.pdb", "-o", work / "t.csv"}).exit, 0);
  EXPECT_THAT(read_file(work / "t.csv"), HasSubstr("A,5,V,,\n"));
}

TEST(StructureSs, WhatGoesWrong) {
  const TemporaryFolder work;
  EXPECT_TRUE(ss({}).says("name a structure"));
  EXPECT_TRUE(ss({kSsStructures + "1ubq.pdb", "--chain", "Z"}).says("there is no protein chain 'Z'"));
  EXPECT_TRUE(ss({kSsStructures + "1ubq.pdb", "-o", work / "t.html"}).says("ss writes no"));
  write_file(work / "dna.pdb", "ATOM      1  P    DA A   1       1.000   2.000   3.000  1.00 10.00           P\nEND\n");
  EXPECT_TRUE(ss({work / "dna.pdb"}).says("no residue of a protein"));
}

}  // namespace
}  // namespace groel::testing
