// One residue of a structure: which of its alternative locations counts, and the point that contacts are measured from.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "bio/structure.h"
#include "io/structure_names.h"
#include "io/structure_raw.h"

namespace groel::io {

/// Atoms of one conformer.
struct Backbone {
  std::optional<bio::Point> n, ca, c, cb;
};

/// Where Cβ is in an ideal residue with this backbone (the coefficients that trRosetta and ESM-IF use).
bio::Point ideal_beta(const bio::Point& n, const bio::Point& ca, const bio::Point& c);

/// The residue's site, and what kind of site it is. Of glycine Cα.
void set_site(bio::SeenResidue& residue, const Backbone& backbone);

/// Whether a peptide bond can be between two residues, as the distance says; without C and N, by the Cα.
bool is_bonded(const Backbone& before, const Backbone& after);

/// Chooses one conformer of each residue of a chain, in order. Of equal occupancies the conformer of the residue before
/// counts, so that neighbours fit together.
class ConformerChoice {
 public:
  struct Chosen {
    const RawResidue* residue;  ///< of several at one place
    Backbone backbone;
    bool had_alternatives;
  };
  /// Residues at one place: one, or those that share it (microheterogeneity).
  Chosen choose(std::span<const RawResidue* const> at_one_place);

 private:
  char last_ = 0;
};

}  // namespace groel::io
