// All atoms of structures: read from PDB and mmCIF, written, and read again.
#include "io/structure_atoms.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace groel::io {
namespace {

std::string file(const char* name) { return std::string(GROEL_TEST_DATA) + "/structures/" + name; }

// Ours and what comes back are the same to the three digits that files have.
void expect_equal(const std::vector<AtomChain>& a, const std::vector<AtomChain>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t c = 0; c < a.size(); ++c) {
    ASSERT_EQ(a[c].residues.size(), b[c].residues.size()) << c;
    for (std::size_t r = 0; r < a[c].residues.size(); ++r) {
      EXPECT_EQ(a[c].residues[r].letter, b[c].residues[r].letter);
      EXPECT_NEAR(a[c].residues[r].b_factor, b[c].residues[r].b_factor, 0.006);
      for (std::size_t i = 0; i < kAtomNames.size(); ++i)
        for (std::size_t k = 0; k < 3; ++k) {
          const float x = a[c].residues[r].atoms[i][k], y = b[c].residues[r].atoms[i][k];
          if (std::isnan(x))
            EXPECT_TRUE(std::isnan(y)) << r << " " << kAtomNames[i];
          else
            EXPECT_NEAR(x, y, 6e-4) << r << " " << kAtomNames[i];
        }
    }
  }
}

TEST(StructureAtoms, Ubiquitin) {
  const AtomStructure structure = read_atoms(file("1ubq.pdb"));
  ASSERT_EQ(structure.chains.size(), 1U);
  const AtomChain& chain = structure.chains[0];
  ASSERT_EQ(chain.residues.size(), 76U);
  EXPECT_EQ(structure.hetero, 58);  // water
  EXPECT_EQ(chain.residues[0].letter, 'M');
  EXPECT_EQ(chain.residues[0].atoms[1], (std::array<float, 3>{26.266F, 25.413F, 2.842F}));   // CA
  EXPECT_EQ(chain.residues[0].atoms[18], (std::array<float, 3>{23.930F, 23.959F, 5.904F}));  // SD
  EXPECT_TRUE(std::isnan(chain.residues[9].atoms[3][0])) << "glycine has no CB";
  EXPECT_EQ(chain.residues[0].b_factor, 10.38F);
}

TEST(StructureAtoms, WrittenAndReadAgain) {
  for (const char* name : {"1ubq.pdb", "3i40.pdb", "1A8O.cif"}) {
    const AtomStructure structure = read_atoms(file(name));
    expect_equal(structure.chains, parse_atoms(pdb_text(structure.chains), "text").chains);
    expect_equal(structure.chains, parse_atoms(mmcif_text(structure.chains, "x"), "text").chains);
  }
}

TEST(StructureAtoms, OwnNamesAndNumbersStay) {
  const std::string text =
      "ATOM      1  CA  LYS H  -1       0.983  -4.714  14.517  1.00  8.96           C  \n"
      "ATOM      2  CA  LYS H  27       1.559  -3.592  15.895  1.00  8.96           C  \n"
      "ATOM      3  CA  MET H  27A      2.000   2.000   2.000  1.00  1.00           C  \n";
  const AtomStructure read = parse_atoms(text, "text");
  for (const std::string& again :
       {pdb_text(read.chains, StructureNames::own), mmcif_text(read.chains, "x", StructureNames::own)}) {
    const AtomChain chain = parse_atoms(again, "text").chains.at(0);
    EXPECT_EQ(chain.name, "H");
    std::string labels;
    for (const AtomResidue& residue : chain.residues) labels += residue.label() + ' ';
    EXPECT_EQ(labels, "-1 27 27A ");
  }
  const AtomChain anew = parse_atoms(pdb_text(read.chains), "text").chains.at(0);
  EXPECT_EQ(anew.name + anew.residues.back().label(), "A3");
  AtomChain named = read.chains.at(0);
  named.name = "heavy";
  EXPECT_THROW(pdb_text({named}, StructureNames::own), Error);
}

TEST(StructureAtoms, TheFirstOfSeveralLocationsAndWhatIsNoProtein) {
  const std::string text =
      "ATOM      1  N   LYS B   6       0.983  -4.714  14.517  1.00  8.96           N  \n"
      "ATOM      2  CA  LYS B   6       1.559  -3.592  15.895  1.00  8.96           C  \n"
      "ATOM      3  CB ALYS B   6       0.168  -4.764  12.856  0.40  8.96           C  \n"
      "ATOM      4  CB BLYS B   6       0.668  -4.264  13.356  0.60  8.96           C  \n"
      "ATOM      5  CA  MSE B   7       2.000   2.000   2.000  1.00  1.00           C  \n"
      "ATOM      6 SE   MSE B   7       3.000   2.000   2.000  1.00  1.00          SE  \n"
      "HETATM    7  O   HOH B   8       3.000   2.000   2.000  1.00  1.00           O  \n";
  const AtomStructure structure = parse_atoms(text, "text");
  ASSERT_EQ(structure.chains.size(), 1U);
  ASSERT_EQ(structure.chains[0].residues.size(), 2U);
  EXPECT_EQ(structure.chains[0].residues[0].atoms[3][0], 0.168F);
  EXPECT_EQ(structure.chains[0].residues[1].letter, 'X');
  EXPECT_EQ(structure.chains[0].residues[1].atoms[18][0], 3.0F);  // selenium
  EXPECT_EQ(structure.hetero, 1);
}

TEST(StructureAtoms, Refusals) {
  EXPECT_THROW(parse_atoms("", "text"), Error);
  EXPECT_THROW(parse_atoms("{}", "text"), Error);
  AtomChain far{"A", {{}}};
  far.residues[0].atoms[1] = {12345.0F, 0, 0};
  EXPECT_THROW(pdb_text({far}), Error);
  EXPECT_NE(mmcif_text({far}, "x").find("12345.000"), std::string::npos);
}

}  // namespace
}  // namespace groel::io
