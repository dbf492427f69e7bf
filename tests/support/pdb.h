// Hand-made PDB texts.
#pragma once

#include <fmt/core.h>

#include <string>

namespace groel::testing {

struct PdbAtom {
  std::string residue, chain;
  int number;
  double x, y = 0, z = 0;
  std::string atom = "CB", alternative = " ", insertion = " ";
  double occupancy = 1;
};

/// Lines of the format's columns; serial numbers count up.
inline std::string pdb(const std::vector<PdbAtom>& atoms) {
  std::string out;
  int serial = 0;
  for (const PdbAtom& a : atoms)
    out += fmt::format("ATOM  {:>5}  {:<3}{}{:>3} {}{:>4}{}   {:>8.3f}{:>8.3f}{:>8.3f}{:>6.2f}{:>6.2f}           C\n",
                       ++serial, a.atom, a.alternative, a.residue, a.chain, a.number, a.insertion, a.x, a.y, a.z,
                       a.occupancy, 10.0);
  return out + "END\n";
}

}  // namespace groel::testing
