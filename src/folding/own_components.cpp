// Puts components.cif into the program by the assembler; compiled alone (see src/CMakeLists.txt).
#include "folding/own_components.h"

__asm__(
    ".pushsection .rodata\n"
    "groel_own_components:\n"
    ".incbin \"" GROEL_OWN_COMPONENTS
    "\"\n"
    "groel_own_components_end:\n"
    ".popsection\n");
extern "C" const char groel_own_components[], groel_own_components_end[];  // NOLINT

namespace groel::folding {

std::string_view own_components_text() noexcept {
  return {groel_own_components, static_cast<std::size_t>(groel_own_components_end - groel_own_components)};
}

}  // namespace groel::folding
