// Structure files that deviate from the standard: without Cβ, with force fields' names, without names of chains.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <set>
#include <sstream>

#include "base/error.h"
#include "bio/structure_notes.h"
#include "io/structure.h"
#include "support/files.h"
#include "support/golden.h"
#include "support/pdb.h"

namespace groel::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kUbiquitin = "MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRLRGG";

// The lines of 1UBQ, each as `change` leaves it; it takes one out by emptying it.
std::string changed(const std::function<void(std::string& line)>& change) {
  std::istringstream lines(read_file(data("structures/1ubq.pdb")));
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    change(line);
    if (!line.empty()) out += line + '\n';
  }
  return out;
}
bool is_atom(const std::string& line) { return line.starts_with("ATOM"); }
int number_of(const std::string& line) { return std::stoi(line.substr(22, 4)); }
std::string atom_of(const std::string& line) { return line.substr(12, 4); }

// Atoms alone: neither SEQRES nor what is no protein.
std::string atoms(const std::function<void(std::string& line)>& change) {
  return changed([&](std::string& line) {
    if (is_atom(line))
      change(line);
    else
      line.clear();
  });
}

bio::Structure read(const std::string& text) { return io::parse_structure(text, "x.pdb"); }
std::vector<std::string> sentences(const bio::Chain& chain) {
  bio::ResidueCounts counts;
  counts.add(chain);
  return counts.sentences();
}
double distance(const bio::Point& a, const bio::Point& b) { return std::hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]); }

TEST(StructureForms, BetaCarbonsAreBuiltWhereTheyStand) {
  const auto whole = io::read_structure(data("structures/1ubq.pdb").string());
  const auto backbone = read(atoms([](std::string& line) {
    if (!std::set<std::string>{" N  ", " CA ", " C  ", " O  "}.contains(atom_of(line))) line.clear();
  }));
  ASSERT_EQ(backbone.chains.size(), 1U);
  EXPECT_EQ(backbone.chains[0].sequence, kUbiquitin);
  // From the formula by hand, with N, CA and C of residue 1.
  const bio::Point first{25.0743, 24.7913, 3.7369};
  EXPECT_LT(distance(*backbone.chains[0].residues[0].site, first), 1e-3);
  double sum = 0;
  for (std::size_t i = 0; i < 76; ++i) {
    const auto& built = backbone.chains[0].residues[i];
    const auto& seen = whole.chains[0].residues[i];
    EXPECT_EQ(built.site_kind, kUbiquitin[i] == 'G' ? bio::SiteKind::regular : bio::SiteKind::built_beta);
    EXPECT_LT(distance(*built.site, *seen.site), 0.4) << built.name;
    sum += distance(*built.site, *seen.site);
  }
  EXPECT_LT(sum / 76, 0.13);
  EXPECT_THAT(sentences(backbone.chains[0]), ElementsAre("70 residues have no CB: built from N, CA, C"));
}

TEST(StructureForms, AlphaCarbonsStandIn) {
  const auto alphas = read(atoms([](std::string& line) {
    if (atom_of(line) != " CA ") line.clear();
  }));
  EXPECT_EQ(alphas.chains.at(0).sequence, kUbiquitin);
  EXPECT_EQ(alphas.chains[0].residues[0].site, (bio::Point{26.266, 25.413, 2.842}));
  EXPECT_THAT(sentences(alphas.chains[0]),
              ElementsAre("70 residues have neither CB nor N and C to build it from: CA is used"));
  const auto some = read(atoms([](std::string& line) {
    if (number_of(line) == 5 && atom_of(line) != " O  ") line.clear();
    if (line.starts_with("ATOM") && number_of(line) == 7 && atom_of(line) == " CB ") line.clear();
  }));
  EXPECT_THAT(sentences(some.chains.at(0)), ElementsAre("1 residue has no CB: built from N, CA, C",
                                                        "1 residue has neither CB nor CA, and is left out: VAL 5"));
}

TEST(StructureForms, NamesOfForceFieldsAreTheirParents) {
  for (const char* name : {"HID", "HIE", "HIP", "HSD", "HSE", "HSP"}) {
    const auto structure = read(atoms([&](std::string& line) {
      if (number_of(line) == 68) line.replace(17, 3, name);
    }));
    EXPECT_EQ(structure.chains.at(0).sequence, kUbiquitin) << name;
    EXPECT_FALSE(structure.chains[0].residues[67].modified) << name;
    EXPECT_THAT(sentences(structure.chains[0]),
                ElementsAre(fmt::format("residues read as what they were made from: 1 {} as HIS", name)));
  }
  // Four letters run into the column of the chain, or of alternative locations.
  const auto ends = read(atoms([](std::string& line) {
    if (number_of(line) == 1) line.replace(17, 4, "NMET");
    if (number_of(line) == 68) line.replace(16, 4, "HISE");
    if (number_of(line) == 76) line.replace(17, 4, "CGLY");
  }));
  ASSERT_EQ(ends.chains.size(), 1U);
  EXPECT_EQ(ends.chains[0].name, "A");
  EXPECT_EQ(ends.chains[0].sequence, kUbiquitin);
  EXPECT_EQ(ends.chains[0].residues[0].name, "NMET 1");
  EXPECT_EQ(ends.chains[0].residues[0].site, (bio::Point{25.112, 24.880, 3.649}));
  EXPECT_THAT(sentences(ends.chains[0]),
              ElementsAre("residues read as what they were made from: 1 CGLY as GLY, 1 HISE as HIS, 1 NMET as MET"));
}

TEST(StructureForms, ModifiedResiduesAndTheFilesWordOnThem) {
  const auto structure = read("MODRES 1UBQ QQQ A   20  SER  UNKNOWN TO TABLES\n" + atoms([](std::string& line) {
                                const int number = number_of(line);
                                if (number == 1) line.replace(17, 3, "MSE");
                                if (number == 7) line.replace(17, 3, "TPO");
                                if (number == 20) line.replace(17, 3, "QQQ");
                                if (number == 59) line.replace(17, 3, "PTR");
                                if (number == 2) line.replace(17, 3, "ZZZ");
                                if (number == 1 || number == 20) line.replace(0, 6, "HETATM");
                              }));
  std::string expected = kUbiquitin;
  expected[1] = 'X';
  EXPECT_EQ(structure.chains.at(0).sequence, expected);
  EXPECT_TRUE(structure.chains[0].residues[19].modified);
  EXPECT_THAT(sentences(structure.chains[0]),
              ElementsAre("1 residue has a name that stands for no known one: X in the sequence",
                          "residues read as what they were made from: 1 MSE as MET, 1 PTR as TYR, 1 QQQ as SER, 1 TPO "
                          "as THR"));
}

TEST(StructureForms, OneConformerOfAResidueCounts) {
  const auto structure = read(pdb({{"SER", "A", 1, 0, 0, 0, "N", "A", " ", 0.5},
                                   {"SER", "A", 1, 9, 0, 0, "N", "B", " ", 0.5},
                                   {"SER", "A", 1, 1, 1, 0, "CA", "A", " ", 0.3},
                                   {"SER", "A", 1, 9, 1, 0, "CA", "B", " ", 0.7},
                                   {"SER", "A", 1, 1, 2, 0, "CB", "A", " ", 0.5},
                                   {"SER", "A", 1, 9, 2, 0, "CB", "B", " ", 0.5},
                                   {"SER", "A", 2, 1, 0, 0, "CB", "A", " ", 0.5},
                                   {"SER", "A", 2, 9, 0, 0, "CB", "B", " ", 0.5},
                                   {"SER", "A", 3, 1, 0, 0, "CB", "A", " ", 0.4},
                                   {"THR", "A", 3, 7, 0, 0, "CB", "B", " ", 0.6}}));
  const bio::Chain& chain = structure.chains.at(0);
  ASSERT_EQ(chain.residues.size(), 3U);
  EXPECT_EQ(chain.residues[0].site, (bio::Point{9, 2, 0})) << "B is fuller";
  EXPECT_EQ(chain.residues[1].site, (bio::Point{9, 0, 0})) << "as full as A: the conformer of the neighbour";
  EXPECT_EQ(chain.sequence, "SST") << "of two residues at one place the fuller";
  EXPECT_TRUE(chain.residues[2].modified) << "agrees with the other, too";
  EXPECT_THAT(sentences(chain), ElementsAre("3 residues have alternative locations: of each the one with the highest "
                                            "occupancy is used"));
}

TEST(StructureForms, ALocationCalledCIsNoName) {
  const auto structure = read(pdb({{"SER", "A", 1, 1, 0, 0, "CB", "A", " ", 0.2},
                                   {"SER", "A", 1, 2, 0, 0, "CB", "B", " ", 0.3},
                                   {"SER", "A", 1, 3, 0, 0, "CB", "C", " ", 0.5}}));
  const bio::SeenResidue& residue = structure.chains.at(0).residues.at(0);
  EXPECT_EQ(residue.name, "SER 1");
  EXPECT_EQ(residue.site, (bio::Point{3, 0, 0}));
  EXPECT_TRUE(residue.read_as.empty());
}

TEST(StructureForms, ModelsAndFramesAfterTheFirstAreSaid) {
  const std::string one = pdb({{"MET", "A", 1, 1}, {"LYS", "A", 2, 2}});  // ends with END
  const auto frames = read(one + one + one);
  EXPECT_EQ(frames.chains.size(), 1U);
  EXPECT_THAT(frames.notes, ElementsAre("the file has 3 models: the first is used"));
  const std::string bare = one.substr(0, one.size() - 4);
  for (const std::string& text : {"MODEL        1\n" + bare + "ENDMDL\nMODEL        2\n" + bare + "ENDMDL\n",
                                  "MODEL        1\n" + bare + "MODEL        2\n" + bare, bare + "ENDMDL\n" + bare}) {
    const auto models = read(text);
    EXPECT_EQ(models.chains.at(0).sequence, "MK");
    EXPECT_THAT(models.notes, ElementsAre("the file has 2 models: the first is used"));
  }
  // What goes on after END is the next chain.
  const auto on = read(one + pdb({{"TRP", "B", 1, 5}, {"GLY", "B", 2, 9, 0, 0, "CA"}}));
  ASSERT_EQ(on.chains.size(), 2U);
  EXPECT_EQ(on.chains[1].sequence, "WG");
  EXPECT_TRUE(on.notes.empty());
}

TEST(StructureForms, ChainsWithoutANameAreToldApart) {
  const auto blank = [](const std::string& segment) {
    return atoms([&](std::string& line) {
      line[21] = ' ';
      line.resize(72, ' ');
      line += segment;
      if (number_of(line) > 5) line.clear();
    });
  };
  const auto segments = read(blank("PROA") + blank("PROB"));
  ASSERT_EQ(segments.chains.size(), 2U);
  EXPECT_EQ(segments.chains[0].name, "PROA");
  EXPECT_EQ(segments.chain("PROB").sequence, "MQIFV");
  EXPECT_THAT(segments.notes, ElementsAre("the file does not name its chains: here they are called PROA, PROB"));
  for (const std::string& between : {std::string("TER\n"), std::string()}) {
    const auto numbered = read(blank("    ") + between + blank("    "));
    ASSERT_EQ(numbered.chains.size(), 2U);
    EXPECT_EQ(numbered.chains[0].name, "1");
    EXPECT_EQ(numbered.chains[1].name, "2");
    EXPECT_EQ(numbered.chains[1].sequence, "MQIFV");
  }
}

TEST(StructureForms, ChainsOfOneNameAreTwo) {
  const std::string one = pdb({{"MET", "A", 1, 1}, {"LYS", "A", 2, 2}});
  const std::string bare = one.substr(0, one.size() - 4);
  for (const std::string& text : {bare + "TER\n" + bare + "TER\n", bare + bare}) {
    const auto structure = read(text);
    ASSERT_EQ(structure.chains.size(), 2U);
    EXPECT_EQ(structure.chains[1].name, "A.2");
    EXPECT_THAT(structure.notes,
                ElementsAre("chains of one name with the same residues: A.2 is the chain that is called A, too"));
  }
}

TEST(StructureForms, TerInsideAChainEndsNothing) {
  const auto structure = read(atoms([](std::string& line) {
    if (number_of(line) == 30 && atom_of(line) == " N  ") line = "TER\n" + line;
  }));
  ASSERT_EQ(structure.chains.size(), 1U);
  EXPECT_EQ(structure.chains[0].sequence, kUbiquitin);
}

TEST(StructureForms, FreeAminoAcidsAreLeftOutAndBondedOnesAreNot) {
  const auto hetero = read(changed([](std::string& line) {
    if (is_atom(line)) line.replace(0, 6, "HETATM");
    if (line.starts_with("SEQRES")) line.clear();
  }));
  EXPECT_EQ(hetero.chains.at(0).sequence, kUbiquitin) << "bonded to one another";
  EXPECT_THAT(hetero.notes, ElementsAre("left out: 58 waters"));
  const std::string free = pdb({{"GLY", "A", 201, 99, 99, 99, "CA"}, {"HEM", "A", 202, 50, 0, 0, "FE"}});
  std::string ligands = free;
  for (std::size_t at = 0; (at = ligands.find("ATOM  ", at)) != std::string::npos;) ligands.replace(at, 6, "HETATM");
  const auto with = read(changed([](std::string& line) {
                           if (line.starts_with("END") || line.starts_with("CONECT")) line.clear();
                         }) +
                         ligands);
  EXPECT_EQ(with.chains.at(0).residues.size(), 76U);
  EXPECT_THAT(with.notes, ElementsAre("left out: 58 waters, 2 other residues (GLY, HEM)"));
}

TEST(StructureForms, NumbersAreTheAuthors) {
  const auto structure = read(pdb({{"MET", "H", -2, 1},
                                   {"LYS", "H", 0, 2},
                                   {"SER", "H", 52, 3},
                                   {"SER", "H", 52, 4, 0, 0, "CB", " ", "A"},
                                   {"THR", "H", 53, 5}}));
  const bio::Chain& chain = structure.chains.at(0);
  EXPECT_THAT(bio::labels(chain, "MKSST"), ElementsAre("-2", "0", "52", "52A", "53"));
  EXPECT_THAT(bio::labels(chain, "GMKSSTW"), ElementsAre("", "-2", "0", "52", "52A", "53", ""));
}

// IMGT and its like leave out numbers where no residue is missing.
TEST(StructureForms, NumbersLeftOutBetweenBondedResiduesAreNoGap) {
  const auto numbered = read(atoms([](std::string& line) {
    const int number = number_of(line);
    if (number > 30) line.replace(22, 4, fmt::format("{:>4}", number + 7));
  }));
  EXPECT_EQ(numbered.chains.at(0).sequence, kUbiquitin);
  EXPECT_EQ(numbered.chains[0].residues[30].label, "38");
  const auto cut = read(atoms([](std::string& line) {
    const int number = number_of(line);
    if (number > 30 && number < 34) line.clear();
  }));
  std::string expected = kUbiquitin;
  expected.replace(30, 3, "XXX");
  EXPECT_EQ(cut.chains.at(0).sequence, expected);
  EXPECT_THAT(sentences(cut.chains[0]),
              ElementsAre("3 residues of the sequence have no coordinates, and are left out of what is measured"));
}

TEST(StructureForms, ColumnsAfterTheCoordinatesMayBeMissing) {
  for (const std::size_t width : {54U, 60U, 66U, 76U}) {
    const auto structure = read(atoms([&](std::string& line) { line.resize(width); }));
    EXPECT_EQ(structure.chains.at(0).sequence, kUbiquitin) << width;
    EXPECT_EQ(structure.chains[0].residues[0].site, (bio::Point{25.112, 24.880, 3.649})) << width;
  }
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input) << error.what();
    return error.what();
  }
  return "no error";
}

TEST(StructureForms, ShiftedColumnsAreNoCoordinates) {
  const std::string shifted = atoms([](std::string& line) { line.insert(30, " "); });
  EXPECT_THAT(error_of(shifted), HasSubstr("x.pdb:1: '0  24.43' in columns 39 to 46"));
  const std::string broken = atoms([](std::string& line) {
    if (number_of(line) == 2) line.replace(30, 8, "********");
  });
  EXPECT_THAT(error_of(broken), HasSubstr("is no coordinate"));
  EXPECT_THAT(error_of("{\"data_1UBQ\": {}}"), HasSubstr("this is JSON"));
  EXPECT_THAT(error_of(std::string("\x83\xa7"
                                   "enc\0der",
                                   9)),
              HasSubstr("this is a binary file"));
}

// Columns of ESM, OpenMM, PyMOL and others that gemmi would not do without.
TEST(StructureForms, MmcifWithFewColumns) {
  const auto text = [](const std::string& tags, const std::function<std::string(int)>& row) {
    std::string out = "data_x\nloop_\n" + tags;
    for (int i = 1; i <= 3; ++i) out += row(i) + '\n';
    return out;
  };
  const std::string position = "_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n";
  const char* const names[] = {"", "MET", "HIE", "TRP"};
  const auto label = io::parse_structure(
      text("_atom_site.label_atom_id\n_atom_site.label_comp_id\n_atom_site.label_asym_id\n_atom_site.label_seq_id\n" +
               position,
           [&](int i) { return fmt::format("CB {} B {} {} 0 0", names[i], i + 4, i); }),
      "x.cif");
  EXPECT_EQ(label.chains.at(0).name, "B");
  EXPECT_EQ(label.chains[0].sequence, "MHW");
  EXPECT_EQ(label.chains[0].residues[1].label, "6");
  EXPECT_THAT(label.notes,
              ElementsAre("the file has no numbers of its author (auth_seq_id): those of the sequence are shown"));
  const auto auth = io::parse_structure(
      text("_atom_site.auth_atom_id\n_atom_site.auth_comp_id\n_atom_site.auth_asym_id\n_atom_site.auth_seq_id\n" +
               position + "_atom_site.label_seq_id\n",
           [&](int i) { return fmt::format("CB {} C {} {} 0 0 .", names[i], i + 9, i); }),
      "x.cif");
  EXPECT_EQ(auth.chains.at(0).name, "C");
  EXPECT_EQ(auth.chains[0].sequence, "MHW");
  EXPECT_EQ(auth.chains[0].residues[2].label, "12");
  EXPECT_TRUE(auth.notes.empty());
  const auto null = io::parse_structure(
      text("_atom_site.group_PDB\n_atom_site.type_symbol\n_atom_site.label_atom_id\n_atom_site.label_comp_id\n"
           "_atom_site.label_asym_id\n_atom_site.auth_asym_id\n_atom_site.label_seq_id\n_atom_site.auth_seq_id\n" +
               position,
           [&](int i) { return fmt::format("ATOM C CB {} A ? {} ? {} 0 0", names[i], i, i); }),
      "x.cif");
  EXPECT_EQ(null.chains.at(0).name, "A");
  EXPECT_EQ(null.chains[0].residues.size(), 3U);
  EXPECT_EQ(null.chains[0].residues[2].label, "3");
}

TEST(StructureForms, AStatedSequenceThatDisagreesIsSaid) {
  const auto structure = read(changed([](std::string& line) {
    if (line.starts_with("SEQRES")) line.replace(19, 3, "TRP");
  }));
  EXPECT_EQ(structure.chains.at(0).sequence, kUbiquitin);
  EXPECT_THAT(
      sentences(structure.chains[0]),
      ElementsAre("the sequence that the file states for the chain is not that of the residues, which is used"));
}

}  // namespace
}  // namespace groel::testing
