// Structure files, hand-made and real.
#include "io/structure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "base/error.h"
#include "support/files.h"
#include "support/golden.h"
#include "support/pdb.h"

namespace groel::testing {
namespace {

using ::testing::HasSubstr;

std::string structure_error(const std::string& text) {
  try {
    io::parse_structure(text, "x.pdb");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
    return error.what();
  }
  return "no error";
}

TEST(ReadStructure, ResiduesAndSites) {
  const auto structure = io::parse_structure(pdb({{"MET", "A", 1, 1},
                                                  {"LYS", "A", 2, 2, 5, -7.5},
                                                  {"GLY", "A", 3, 3, 0, 0, "CA"},
                                                  {"ALA", "A", 5, 9, 0, 0, "CA"},
                                                  {"TRP", "B", 7, 4}}),
                                             "x.pdb");
  ASSERT_EQ(structure.chains.size(), 2U);
  const bio::Chain& a = structure.chain("A");
  EXPECT_EQ(a.sequence, "MKGXA");
  EXPECT_EQ(a.residues[1].name, "LYS 2");
  EXPECT_EQ(a.residues[1].site, (bio::Point{2, 5, -7.5}));
  EXPECT_EQ(a.residues[2].site, (bio::Point{3, 0, 0}));      // glycine's CA
  EXPECT_EQ(a.residues[3].site_kind, bio::SiteKind::alpha);  // alanine without CB, N and C
  EXPECT_EQ(structure.chain("B").sequence, "W");
}

TEST(ReadStructure, TheFullestOfAlternativeAtomsCounts) {
  const auto structure = io::parse_structure(pdb({{"SER", "A", 1, 1, 0, 0, "CB", "A", " ", 0.4},
                                                  {"SER", "A", 1, 2, 0, 0, "CB", "B", " ", 0.6},
                                                  {"SER", "A", 2, 5, 0, 0, "CB", " ", "C"}}),
                                             "x.pdb");
  const auto& residues = structure.chains.at(0).residues;
  ASSERT_EQ(residues.size(), 2U);
  EXPECT_EQ(residues[0].site, (bio::Point{2, 0, 0}));
  EXPECT_TRUE(residues[1].inserted);
  EXPECT_EQ(residues[1].name, "SER 2C");
}

TEST(ReadStructure, WaterLigandsAndNucleicAcidsAreNoResidues) {
  EXPECT_THAT(structure_error(pdb({{"HOH", "A", 1, 1, 0, 0, "O"}, {"DA", "B", 1, 1, 0, 0, "C2"}})),
              HasSubstr("no residue of a protein"));
}

TEST(ReadStructure, SequenceOfSeqres) {
  const std::string seqres = "SEQRES   1 A    5  GLY MET LYS GLY ALA\n";
  const auto structure =
      io::parse_structure(seqres + pdb({{"MET", "A", 1, 1}, {"LYS", "A", 2, 2}, {"ALA", "A", 4, 9}}), "x.pdb");
  EXPECT_EQ(structure.chains.at(0).sequence, "GMKGA");
  EXPECT_EQ(structure.chains.at(0).residues[2].place, 5);
}

TEST(ReadStructure, Ubiquitin) {
  const auto structure = io::read_structure(data("structures/1ubq.pdb").string());
  ASSERT_EQ(structure.chains.size(), 1U);
  const bio::Chain& chain = structure.chains[0];
  EXPECT_EQ(chain.sequence, "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRLRGG");
  EXPECT_EQ(chain.residues.size(), 76U);
  EXPECT_EQ(chain.residues[0].site, (bio::Point{25.112, 24.880, 3.649}));
}

TEST(ReadStructure, InsulinHasTwoChains) {
  const auto structure = io::read_structure(data("structures/3i40.pdb").string());
  EXPECT_EQ(structure.chain("A").sequence, "GIVEQCCTSICSLYQLENYCN");
  EXPECT_EQ(structure.chain("B").sequence, "FVNQHLCGSHLVEALYLVCGERGFFYTPKA");
}

TEST(ReadStructure, MmcifWithSelenomethionineAndAnUnseenEnd) {
  const auto structure = io::read_structure(data("structures/1A8O.cif").string());
  ASSERT_EQ(structure.chains.size(), 1U);
  const bio::Chain& chain = structure.chains[0];
  EXPECT_EQ(chain.sequence, "MDIRQGPKEPFRDYVDRFYKTLRAEQASQEVKNWMTETLLVQNANPDCKTILKALGPGATLEEMMTACQG");
  EXPECT_EQ(chain.residues[0].letter, 'M');
  EXPECT_TRUE(chain.residues[0].modified);
  EXPECT_EQ(chain.residues[0].place, 1);
  EXPECT_EQ(bio::place(chain, "AA" + chain.sequence).size(), 72U);
}

TEST(ReadStructure, Compressed) {
  const TemporaryFolder folder;
  const std::string path = folder / "x.pdb.gz";
  const std::string text = pdb({{"MET", "A", 1, 1}, {"LYS", "A", 2, 2}});
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
  EXPECT_EQ(io::read_structure(path).chains.at(0).sequence, "MK");
}

TEST(ReadStructure, WhatIsWrongIsSaid) {
  EXPECT_THAT(structure_error(""), HasSubstr("the file is empty"));
  EXPECT_THAT(structure_error(">a\nMKTAY\n"), HasSubstr("no residue of a protein"));
  EXPECT_THAT(structure_error("ATOM      1  CB  MET A   1\n"), HasSubstr("x.pdb"));
  EXPECT_THAT(structure_error("data_x\nloop_\n_atom_site.id\n_atom_site.Cartn_x\n1 2 3\n"), HasSubstr("x.pdb"));
  EXPECT_THAT(structure_error("data_x\n_atom_site.Cartn_x 'open\n"), HasSubstr("x.pdb"));
}

TEST(ReadStructure, DamagedFilesNeverCrash) {
  const std::string whole = read_file(data("structures/1A8O.cif")).substr(0, 60000);
  for (std::size_t cut = 0; cut < whole.size(); cut += 997) {
    std::string text = whole;
    text[cut] = '\'';
    for (const std::string& damaged : {whole.substr(0, cut), text}) {
      try {
        io::parse_structure(damaged, "x.cif");
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
      }
    }
  }
}

}  // namespace
}  // namespace groel::testing
