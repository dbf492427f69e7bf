// The text of components.cif, which is put into the program.
#pragma once

#include <string_view>

namespace groel::folding {

std::string_view own_components_text() noexcept;

}  // namespace groel::folding
