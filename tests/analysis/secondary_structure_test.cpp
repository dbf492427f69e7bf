// Secondary structure: the energy of a bond by hand, ideal helices and strands, and breaks of chains. What real
// structures have, and DSSP's word on them, is in tests/tasks/structure_ss_test.cpp.
#include "analysis/secondary_structure.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <vector>

namespace groel::analysis {
namespace {

// Places an atom by its distance, angle and dihedral to three others (degrees).
Coordinates place(const Coordinates& a, const Coordinates& b, const Coordinates& c, double distance, double angle,
                  double dihedral) {
  const auto minus = [](const Coordinates& x, const Coordinates& y) {
    return Coordinates{x[0] - y[0], x[1] - y[1], x[2] - y[2]};
  };
  const auto cross = [](const Coordinates& x, const Coordinates& y) {
    return Coordinates{x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]};
  };
  const auto unit = [](const Coordinates& x) {
    const double length = std::hypot(x[0], x[1], x[2]);
    return Coordinates{x[0] / length, x[1] / length, x[2] / length};
  };
  const double bend = angle * std::numbers::pi / 180, turn = dihedral * std::numbers::pi / 180;
  const Coordinates along = unit(minus(c, b)), normal = unit(cross(minus(b, a), along)), side = cross(normal, along);
  Coordinates out{};
  for (std::size_t i = 0; i < 3; ++i)
    out[i] = c[i] + distance * (-std::cos(bend) * along[i] + std::sin(bend) * std::cos(turn) * side[i] +
                                std::sin(bend) * std::sin(turn) * normal[i]);
  return out;
}

// A chain of ideal residues (Engh and Huber) with the same φ and ψ everywhere.
std::vector<BackboneResidue> ideal(int count, double phi, double psi) {
  std::vector<BackboneResidue> out;
  Coordinates n{0, 0, 0}, ca{1.458, 0, 0}, c = place({0, 1, 0}, n, ca, 1.525, 111, -60);
  for (int i = 0; i < count; ++i) {
    const Coordinates next_n = place(n, ca, c, 1.329, 116.6, psi), o = place(n, ca, c, 1.231, 120.1, psi + 180);
    out.push_back({n, ca, c, o, false, i == 0});
    const Coordinates next_ca = place(ca, c, next_n, 1.458, 121.7, 180);
    const Coordinates next_c = place(c, next_n, next_ca, 1.525, 111, phi);
    n = next_n;
    ca = next_ca;
    c = next_c;
  }
  return out;
}

TEST(SecondaryStructure, EnergyOfABondByHand) {
  // N-H...O=C in one line: H at 1 Å from N, O at 1.9 Å from H, C at 1.23 Å from O.
  const BackboneResidue before{{-3, 3, 0}, {-2, 2, 0}, {0, 1, 0}, {-1, 1, 0}};  // its C=O points along -x
  const BackboneResidue donor{{0, 0, 0}, {0, -1.5, 0}, {1, -2, 0}, {2, -2, 0}};
  const BackboneResidue acceptor{{6, 1, 0}, {5, 1, 0}, {4.13, 0, 0}, {2.9, 0, 0}};
  const double expected = -27.888 * (1 / 1.9 - 1 / 3.13 + 1 / 4.13 - 1 / 2.9);
  EXPECT_NEAR(hydrogen_bond_energy(donor, &before, acceptor), expected, 5.1e-4);
  BackboneResidue proline = donor;  // without a hydrogen it is counted from N
  proline.proline = true;
  EXPECT_EQ(hydrogen_bond_energy(proline, &before, acceptor), hydrogen_bond_energy(donor, nullptr, acceptor));
  BackboneResidue above = acceptor;
  above.o = {1, 0, 0};
  EXPECT_EQ(hydrogen_bond_energy(donor, &before, above), -9.9);
}

TEST(SecondaryStructure, IdealHelices) {
  EXPECT_EQ(secondary_structure(ideal(14, -57, -47)), "CHHHHHHHHHHHHC");
  EXPECT_EQ(secondary_structure(ideal(14, -57, -70)), "CIIIIIIIIIIIIC");
  EXPECT_EQ(secondary_structure(ideal(14, -49, -26)), "CGGGGGGGGGGGGC");
  EXPECT_EQ(secondary_structure(ideal(14, -120, 120)), "CCCCCCCCCCCCCC");  // a strand alone is none of a sheet
}

TEST(SecondaryStructure, BrokenChainsEndHelices) {
  std::vector<BackboneResidue> whole = ideal(14, -57, -47);
  std::vector<BackboneResidue> broken = whole;
  broken[7].begins = true;
  EXPECT_EQ(secondary_structure(broken), "CHHHHHCCHHHHHC");
  for (std::size_t i = 7; i < whole.size(); ++i)  // moved 3 Å along: no peptide bond is so long
    for (auto* atom : {&whole[i].n, &whole[i].ca, &whole[i].c, &whole[i].o}) (*atom)[0] += 30;
  EXPECT_EQ(secondary_structure(whole), "CHHHHHCCHHHHHC");
}

TEST(SecondaryStructure, FewResidues) {
  EXPECT_EQ(secondary_structure({}), "");
  for (int count = 1; count < 5; ++count)
    EXPECT_EQ(secondary_structure(ideal(count, -57, -47)), std::string(static_cast<std::size_t>(count), 'C'));
}

TEST(SecondaryStructure, ThreeLetters) {
  std::string out;
  for (const char letter : std::string("HGIEBTSC")) out += three_states(letter);
  EXPECT_EQ(out, "HHHEECCC");
}

}  // namespace
}  // namespace groel::analysis
