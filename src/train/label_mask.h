// Masks of residues: which labels of a protein count, as columns of 0 and 1.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace groel::train {

/// What stands for the label of a residue that a mask leaves out.
inline constexpr char kMaskedLabel = '\x1f';

/// The labels (characters, or words between blanks), each that has a 0 in any mask ("0110", "0.0 1.0 1.0") replaced by
/// kMaskedLabel; `left_out` counts these. Errors: bad_input for a mask of another length, or of other signs.
std::string masked_labels(const std::string& labels, const std::vector<std::string>& masks, std::int64_t& left_out);

}  // namespace groel::train
