// What all tokenizers think of the characters of a sequence that somebody typed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bio/tokenizer.h"

namespace groel::bio {

constexpr bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_letter(char c) noexcept { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
constexpr char to_upper(char c) noexcept { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }

/// As an error shows it.
std::string shown(char c);
/// Of what is at a position that counts from 1. Throws bad_input.
[[noreturn]] void refuse(std::int64_t position, const std::string& text, std::string_view why, std::string remedy);

/// The sequence without white space and `*` at its end; every star is counted.
std::string_view without_stars(std::string_view sequence, CleaningCounts& counts);

}  // namespace groel::bio
