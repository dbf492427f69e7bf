// What OpenFold3 makes of its confidence logits, where it differs from Protenix: frames by the predicted positions,
// and the summary.
#pragma once

#include "structure_models/openfold3/input.h"
#include "structure_models/protenix/scores.h"

namespace groel::structure_models {

/// Tokens with a frame in a sample, [N]: standard residues that are known; of single atoms those whose two nearest
/// atoms are of their chain and lie on no line with them (25 degrees at least). positions [A, 3], Å.
std::vector<std::uint8_t> openfold3_frames(const Openfold3Input& input, std::span<const float> positions);

/// The scores under AlphaFold 3's names, as far as they mean the same, with OpenFold3's own beside them. What is
/// disordered counts for half in the ranking score, a clash of two polymers takes 100 off. positions: [A, 3] Å, of the
/// layout.
folding::ConfidenceSummary openfold3_summary(const ProtenixScores& scores, std::span<const std::uint8_t> has_frame,
                                             const folding::AtomLayout& layout, std::span<const float> positions);

}  // namespace groel::structure_models
