// A byte-level vocabulary with its merges and added tokens: text to ids, and back to bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bio/added_tokens.h"
#include "bio/merge_table.h"
#include "bio/tokenizer_files.h"

namespace groel::bio {

class ByteVocabulary {
 public:
  /// `id_of` a token's text, or -1. Errors: bad_model, naming the line of a merge that does not fit, a token that
  /// stands for no bytes, an added token that the vocabulary has elsewhere.
  template <class IdOf>
  ByteVocabulary(const TokenizerFiles& files, const IdOf& id_of) {
    read_tokens(files);
    std::vector<Merge> merges;
    merges.reserve(files.merges.size());
    for (const auto& [left, right] : files.merges) {
      merges.push_back({id_of(left), id_of(right), id_of(left + right)});
      check(merges.back(), merges.size() - 1, files);
    }
    merges_ = MergeTable(std::move(merges));
  }

  /// Appends what `text` is; added tokens first. Bytes without a token are -1.
  void append(std::string_view text, std::vector<std::int32_t>& ids) const;
  /// What a token stands for; of an added token nothing.
  const std::string& bytes(std::int32_t id) const { return bytes_[static_cast<std::size_t>(id)]; }
  /// How many of its bytes are no white space.
  std::size_t solid_bytes(std::int32_t id) const { return solid_[static_cast<std::size_t>(id)]; }
  /// The token of a byte, or -1.
  std::int32_t byte_id(char byte) const noexcept { return byte_ids_[static_cast<unsigned char>(byte)]; }
  const AddedTokens& added() const noexcept { return added_; }
  const MergeTable& merges() const noexcept { return merges_; }

 private:
  void read_tokens(const TokenizerFiles& files);
  static void check(const Merge& merge, std::size_t rank, const TokenizerFiles& files);

  std::vector<std::string> bytes_;
  std::vector<std::uint32_t> solid_;
  std::array<std::int32_t, 256> byte_ids_{};
  AddedTokens added_;
  MergeTable merges_;
};

}  // namespace groel::bio
