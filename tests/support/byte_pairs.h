// A small byte-level vocabulary to try things with.
#pragma once

#include <string>
#include <vector>

#include "bio/byte_bpe.h"
#include "bio/byte_letters.h"

namespace groel::testing {

/// `<|endoftext|>` at 0, the bytes after it (so that 'A' is 66), then what `merges` make.
inline bio::TokenizerFiles byte_pairs(const std::vector<bio::MergedPair>& merges) {
  bio::TokenizerFiles out{.tokens = {"<|endoftext|>"}, .label = "vocab.json", .merges = merges};
  for (int byte = 0; byte < 256; ++byte) out.tokens.push_back(bio::letter_of_byte(static_cast<unsigned char>(byte)));
  for (const auto& [left, right] : merges) out.tokens.push_back(left + right);
  out.merges_label = "merges.txt";
  out.added.push_back({.id = 0, .text = "<|endoftext|>"});
  for (const char* const name : {"bos_token", "eos_token", "unk_token"}) out.named[name] = "<|endoftext|>";
  return out;
}

}  // namespace groel::testing
