// The printable character that byte-level vocabularies have for every byte, as GPT-2 chose them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace groel::bio {

/// Its character in UTF-8: itself where it is visible in Latin-1, one from U+0100 on else ("Ġ" for a space).
const std::string& letter_of_byte(unsigned char byte);
/// Bytes as a vocabulary writes them.
std::string letters_of_bytes(std::string_view bytes);
/// The way back; nothing where a character stands for no byte.
std::optional<std::string> bytes_of_letters(std::string_view letters);

}  // namespace groel::bio
