// Checks that a model gave a position for every atom.
#include "folding/prediction.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace groel::folding {

void require_finite(const AtomLayout& layout, std::span<const float> positions) {
  GROEL_REQUIRE(positions.size() == 3 * layout.atoms.size());
  const auto found = std::find_if(positions.begin(), positions.end(), [](float x) { return !std::isfinite(x); });
  if (found == positions.end()) return;
  const LayoutAtom& atom = layout.atoms[static_cast<std::size_t>(found - positions.begin()) / 3];
  const LayoutResidue& residue = layout.residues[static_cast<std::size_t>(atom.residue)];
  throw Error(ErrorKind::bad_model, {fmt::format("the model gave no position for the atom {} of {} {} in chain {}",
                                                 atom.name, residue.component, residue.number,
                                                 layout.chains[static_cast<std::size_t>(residue.chain)].id),
                                     {},
                                     "are the weights whole? `dtype=f32` rules out what rounding could do"});
}

}  // namespace groel::folding
