// Reference conformers: where the atoms of each residue are when nothing else is known, in a frame of its own.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "folding/tokens.h"

namespace groel::folding {

struct ReferenceAtom {
  std::array<float, 3> at{};  ///< Å, turned and moved at random
  int element = 0, charge = 0;
};

struct ReferenceResidue {
  std::map<std::string, ReferenceAtom> atoms;                ///< hydrogens too
  std::vector<std::pair<std::string, std::string>> bonds{};  ///< names of both ends
};

/// Where conformers are from. `residue` in TokenLayout::residues, `seed` for RDKit. Nothing: none was found.
using ConformerSource =
    std::function<std::optional<std::vector<std::array<float, 3>>>(std::size_t residue, std::uint32_t seed)>;

struct ReferenceOptions {
  std::uint32_t seed = 0;
  bool conformers = true;             ///< by RDKit, where it is; otherwise the dictionary's ideal coordinates
  int iterations = 0;                 ///< of RDKit; 0: its own limit
  std::string newest = "2021-09-30";  ///< components changed since then do not lend their model's coordinates
  ConformerSource source{};           ///< in RDKit's place
  bool ligands_alone = false;         ///< conformers of nothing else; the draws are the same
};

/// One for each residue, in order; without atoms where the residue has none. The draws are those of AlphaFold 3:
/// RandomState(seed), a seed for RDKit where it can make a molecule of the component (without RDKit: always), a
/// rotation, a translation. `notes`: which components have no coordinates, or the dictionary's.
std::vector<ReferenceResidue> references(const TokenLayout& layout, const ComponentTable& components,
                                         const ReferenceOptions& options, std::vector<std::string>* notes = nullptr);

}  // namespace groel::folding
