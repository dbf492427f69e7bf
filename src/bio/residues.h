// The letters of amino-acid residues.
#pragma once

#include <string_view>

namespace groel::bio {

/// The twenty standard residues.
inline constexpr std::string_view kResidues = "ACDEFGHIKLMNPQRSTVWY";

}  // namespace groel::bio
