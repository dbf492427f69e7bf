// One predicted structure with its confidence: what output files are written of.
#pragma once

#include <span>

#include "folding/confidence_summary.h"
#include "folding/layout.h"

namespace groel::folding {

/// Views of arrays that whoever made them keeps. A atoms in the order of the layout, N tokens.
struct Prediction {
  std::span<const float> positions;      ///< [A, 3], Å
  std::span<const float> plddt;          ///< [A], 0 to 100
  std::span<const float> pae;            ///< [N, N], Å
  std::span<const float> contact_probs;  ///< [N, N]
  ConfidenceSummary summary;
};

/// Errors: bad_model, naming the first atom whose position is no number: nothing can be computed or written of it.
void require_finite(const AtomLayout& layout, std::span<const float> positions);

}  // namespace groel::folding
