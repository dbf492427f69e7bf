// Cuts text into the pieces that GPT-2 merges bytes within.
#pragma once

#include <cstddef>
#include <string_view>

namespace groel::bio {

/// Bytes of the first piece of `text`, which is not empty, by GPT-2's pattern:
/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// Bytes that are not UTF-8 are neither letters, digits nor white space.
std::size_t pre_token_size(std::string_view text);

}  // namespace groel::bio
