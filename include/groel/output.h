// The outputs that models compute for a protein, by name.
#pragma once

#include <string_view>

namespace groel {

/// outputs.inc lists them, with what a value of each is said of.
enum class Output {
#define GROEL_OUTPUT(name, per) name,
#include "groel/outputs.inc"
#undef GROEL_OUTPUT
};

/// As in files and on the command line ("per_residue").
std::string_view name(Output output) noexcept;

}  // namespace groel
