// Reads chemical components from mmCIF text, as the Chemical Component Dictionary has them.
#pragma once

#include <array>
#include <limits>
#include <string>
#include <vector>

namespace groel::io {

inline constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::array<double, 3> kNowhere{kNoNumber, kNoNumber, kNoNumber};

struct ComponentAtom {
  std::string name, element;  ///< element as written: "C", "CL"
  int charge = 0;             ///< formal; 0 where the file has none
  bool charged = false;       ///< whether the file has one
  bool leaving = false;       ///< may be lost when a bond is made
  /// Coordinates in Å; NaN where the file has none.
  std::array<double, 3> ideal = kNowhere;
  std::array<double, 3> model = kNowhere;
};

struct ComponentBond {
  std::string from, to;
  std::string order;  ///< SING, DOUB, TRIP, AROM, …
  char aromatic = 0;  ///< 'Y' or 'N'; others as written
};

struct ComponentBlock {
  std::string name;  ///< of the block: what follows data_
  std::string id, title, type, formula, parent, letter, synonyms, weight, modified;  ///< as written; "" for none
  std::vector<ComponentAtom> atoms;
  std::vector<ComponentBond> bonds;
  std::string smiles;                ///< canonical where the file has such
  std::vector<std::string> missing;  ///< tags that AlphaFold 3 asks for and the block lacks
};

/// Every block of a file. Errors: bad_input naming `label`, with the line, for what is no mmCIF.
std::vector<ComponentBlock> component_blocks(const std::string& text, const std::string& label);

}  // namespace groel::io
