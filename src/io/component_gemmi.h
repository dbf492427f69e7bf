// The parser behind io/component_file.h, apart from it as gemmi's headers need C++17.
#pragma once

#include "io/component_file.h"

namespace groel::io {

/// Throws what gemmi throws (std::exception).
std::vector<ComponentBlock> parsed_components(const std::string& text);

}  // namespace groel::io
