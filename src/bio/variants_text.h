// Prepares the text of a variant for parsing: removes what programs put around it, and finds what is no protein change.
#pragma once

#include <string>
#include <string_view>

namespace groel::bio {

/// The text in plain characters, without accessions, "p.", quotes and brackets: "NP_000198.1:p.[(Met1Ala);Lys2Arg]" ->
/// "Met1Ala;Lys2Arg". Empty for the wild type. Errors: unsupported for what names no one protein: changes of DNA,
/// identifiers, two alleles, alternatives, unknown effects.
std::string plain_variant(std::string_view text);

}  // namespace groel::bio
