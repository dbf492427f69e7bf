// Whole structures: what is a polymer, a ligand, water; unseen residues; alternative atoms; marks of pLDDT.
#include "io/structure_whole.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "support/files.h"
#include "support/golden.h"
#include "support/pdb.h"

namespace groel::testing {
namespace {

using io::parse_whole;
using io::WholeResidue;
using io::WholeStructure;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kFolder = std::string(GROEL_TEST_DATA) + "/structures/";

std::int64_t count(const WholeStructure& structure, WholeResidue::Kind kind, bool polymer) {
  std::int64_t out = 0;
  for (const io::WholeChain& chain : structure.chains)
    for (const WholeResidue& residue : chain.residues) out += residue.kind == kind && residue.polymer == polymer;
  return out;
}

TEST(WholeStructure, RealFiles) {
  const WholeStructure ubiquitin = io::read_whole(kFolder + "1ubq.pdb");
  EXPECT_EQ(count(ubiquitin, WholeResidue::Kind::amino, true), 76);
  EXPECT_EQ(count(ubiquitin, WholeResidue::Kind::water, false), 58);
  EXPECT_EQ(ubiquitin.title, "STRUCTURE OF UBIQUITIN REFINED AT 1.8 ANGSTROMS RESOLUTION");
  EXPECT_EQ(ubiquitin.plddt_mark, "");
  EXPECT_EQ(ubiquitin.chains[0].residues[0].atom("SD")->element, "S");
  EXPECT_FLOAT_EQ(ubiquitin.chains[0].residues[0].atom("N")->b_factor, 9.67F);
  const WholeStructure modified = io::read_whole(kFolder + "1A8O.cif");  // with selenomethionine
  EXPECT_EQ(count(modified, WholeResidue::Kind::amino, true), 70);
  EXPECT_EQ(modified.chains[0].residues[0].name, "MSE");
  EXPECT_EQ(modified.chains[0].residues[0].letter, 'M');
  for (std::size_t i = 1; i < 70; ++i) EXPECT_FALSE(modified.chains[0].residues[i].begins) << i;
  EXPECT_THAT(modified.title, HasSubstr("HIV CAPSID"));
}

TEST(WholeStructure, PolymersLigandsAndWater) {
  const WholeStructure found = parse_whole(pdb({{"HOH", "A", 99, 50, 0, 0, "O"},
                                                {"ALA", "A", 1, 0, 0, 0, "N"},
                                                {"ALA", "A", 1, 1.4, 0, 0, "CA"},
                                                {"ALA", "A", 1, 2, 1.4, 0, "C"},
                                                {"GLY", "A", 2, 2.5, 2.6, 0, "N"},
                                                {"GLY", "A", 5, 9, 9, 0, "N"},
                                                {"ATP", "A", 7, 20, 0, 0, "PG"},
                                                {"DG", "B", 1, 30, 0, 0, "P"}}),
                                           "x.pdb");
  ASSERT_EQ(found.chains.size(), 2U);
  std::vector<std::string> names, labels;
  std::vector<bool> begins;
  for (const WholeResidue& residue : found.chains[0].residues) {
    names.push_back(residue.name);
    begins.push_back(residue.begins);
  }
  EXPECT_THAT(names, ElementsAre("ALA", "GLY", "", "", "GLY", "ATP", "HOH"));  // 3 and 4 were not seen
  EXPECT_FALSE(found.chains[0].residues[2].seen);
  EXPECT_FALSE(begins[1]);
  EXPECT_TRUE(begins[4]);
  EXPECT_EQ(found.chains[1].residues[0].kind, WholeResidue::Kind::nucleic);
  EXPECT_EQ(found.chains[1].residues[0].letter, 'G');
}

TEST(WholeStructure, TheFullestConformerCounts) {
  const WholeStructure found = parse_whole(pdb({{"SER", "A", 1, 0, 0, 0, "CA"},
                                                {"SER", "A", 1, 1, 0, 0, "OG", "A", " ", 0.4},
                                                {"SER", "A", 1, 2, 0, 0, "OG", "B", " ", 0.6}}),
                                           "x.pdb");
  const WholeResidue& residue = found.chains[0].residues[0];
  ASSERT_EQ(residue.atoms.size(), 2U);
  EXPECT_EQ(residue.atom("OG")->at[0], 2);
}

TEST(WholeStructure, MarksOfPlddt) {
  const std::string atoms = pdb({{"ALA", "A", 1, 0, 0, 0, "CA"}});
  const auto mark = [&](const std::string& head) { return parse_whole(head + "\n" + atoms, "x.pdb").plddt_mark; };
  EXPECT_THAT(mark("PARENT N/A"), HasSubstr("ESMFold"));
  EXPECT_THAT(mark("TITLE     ALPHAFOLD MONOMER V2.0 PREDICTION FOR UBIQUITIN (P0CG48)"), HasSubstr("AlphaFold"));
  EXPECT_THAT(mark("TITLE     ESMFOLD V1 PREDICTION FOR INPUT"), HasSubstr("ESMFold"));
  EXPECT_THAT(mark("REMARK   1 B FACTORS ARE PLDDT FROM 0 TO 1, PREDICTED BY ESM3"), HasSubstr("pLDDT"));
  EXPECT_EQ(mark("TITLE     CRYSTAL STRUCTURE SOLVED WITH ALPHAFOLD"), "");
  EXPECT_EQ(mark("EXPDTA    X-RAY DIFFRACTION\nREMARK   3 PLDDT OF THE SEARCH MODEL"), "");
  EXPECT_EQ(mark("REMARK   2 RESOLUTION."), "");
  const std::string cif =
      "data_x\nloop_\n_atom_site.label_atom_id\n_atom_site.label_comp_id\n_atom_site.label_asym_id\n"
      "_atom_site.label_seq_id\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\nCA ALA A 1 0 0 0\n#\n";
  const auto in_cif = [&](const std::string& more) { return parse_whole(cif + more, "x.cif").plddt_mark; };
  const std::string metric = "loop_\n_ma_qa_metric.id\n_ma_qa_metric.mode\n_ma_qa_metric.name\n_ma_qa_metric.type\n";
  EXPECT_EQ(in_cif(""), "");
  EXPECT_NE(in_cif(metric + "1 global pLDDT pLDDT\n2 local pLDDT pLDDT\n"), "");
  EXPECT_EQ(in_cif(metric + "1 global pLDDT pLDDT\n"), "");
  EXPECT_EQ(in_cif(metric + "2 local QMEANDisCo other\n"), "");
}

TEST(WholeStructure, WhatGoesWrong) {
  for (const char* text : {"", "{\"a\": 1}", "data_x\n", "nothing"})
    EXPECT_THROW(parse_whole(text, "x"), Error) << text;
}

}  // namespace
}  // namespace groel::testing
