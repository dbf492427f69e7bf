// Secondary structure of residues from the coordinates of their backbones.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "analysis/superposition.h"

namespace groel::analysis {

/// One residue of a protein, Å.
struct BackboneResidue {
  Coordinates n, ca, c, o;
  bool proline = false;  ///< has no hydrogen to give
  bool begins = false;   ///< a chain begins here
};

/// A letter for every residue by the rules of Kabsch and Sander (1983), as DSSP 4 applies them: H α-helix, G 3₁₀-helix,
/// I π-helix, E strand of a sheet, B lone bridge, T turn, S bend, C none of these. A hydrogen bond has an energy below
/// -0.5 kcal/mol; each residue gives and takes its two best. A chain is broken, too, where C and the next N are over
/// 2.5 Å apart. Errors: none.
std::string secondary_structure(std::span<const BackboneResidue> residues);

/// H of H, G and I; E of E and B; C of everything else.
char three_states(char letter) noexcept;

/// Kabsch and Sander's energy in kcal/mol, to three digits, of a bond from the N-H of `donor` to the C=O of `acceptor`;
/// `before`: the residue in front of the donor, from whose C=O the hydrogen's place comes.
double hydrogen_bond_energy(const BackboneResidue& donor, const BackboneResidue* before,
                            const BackboneResidue& acceptor);

}  // namespace groel::analysis
