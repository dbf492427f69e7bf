// Checks that merges and vocabulary fit each other, and encodes piece by piece.
#include "bio/byte_vocabulary.h"

#include <algorithm>

#include "base/error.h"
#include "bio/byte_letters.h"
#include "bio/merger.h"
#include "bio/pre_tokens.h"
#include "bio/sequence_text.h"

namespace groel::bio {
namespace {

void check_added(const AddedToken& token, const TokenizerFiles& files) {
  const auto at = static_cast<std::size_t>(token.id);
  if (token.id >= 0 && at < files.tokens.size() && files.tokens[at] == token.text && !token.text.empty()) return;
  throw Error(
      ErrorKind::bad_model,
      {fmt::format("the added token '{}' is not at {} in the vocabulary", token.text, token.id), files.label, {}});
}

}  // namespace

void ByteVocabulary::read_tokens(const TokenizerFiles& files) {
  if (files.tokens.size() > static_cast<std::size_t>(MergeTable::kMostTokens))
    throw Error(ErrorKind::bad_model, {"more than 2^20 tokens", files.label, {}});
  std::vector<char> added(files.tokens.size());
  for (const AddedToken& token : files.added) {
    check_added(token, files);
    added[static_cast<std::size_t>(token.id)] = 1;
  }
  added_ = AddedTokens(files.added);
  byte_ids_.fill(-1);
  bytes_.resize(files.tokens.size());
  solid_.resize(files.tokens.size());
  for (std::size_t id = 0; id < files.tokens.size(); ++id) {
    if (added[id] != 0) continue;
    const auto bytes = bytes_of_letters(files.tokens[id]);
    if (!bytes)
      throw Error(ErrorKind::bad_model, {fmt::format("token {}, '{}', is not made of the characters that byte-level "
                                                     "vocabularies have for bytes",
                                                     id, files.tokens[id]),
                                         files.label,
                                         {}});
    bytes_[id] = *bytes;
    solid_[id] =
        static_cast<std::uint32_t>(std::count_if(bytes->begin(), bytes->end(), [](char c) { return !is_space(c); }));
    if (bytes->size() == 1) byte_ids_[static_cast<unsigned char>(bytes->front())] = static_cast<std::int32_t>(id);
  }
}

void ByteVocabulary::check(const Merge& merge, std::size_t rank, const TokenizerFiles& files) {
  if (merge.left >= 0 && merge.right >= 0 && merge.into >= 0) return;
  const auto& [left, right] = files.merges[rank];
  const std::string missing = merge.left < 0 ? left : merge.right < 0 ? right : left + right;
  throw Error(
      ErrorKind::bad_model,
      {fmt::format("'{} {}' cannot be merged: the vocabulary has no '{}'", left, right, missing),
       files.merges_line > 0 ? fmt::format("{}:{}", files.merges_label, files.merges_line + rank) : files.merges_label,
       "the merges belong to another vocabulary: take both from the same model"});
}

void ByteVocabulary::append(std::string_view text, std::vector<std::int32_t>& ids) const {
  Merger merger(merges_, byte_ids_);
  while (!text.empty()) {
    const AddedTokens::Found found = added_.first_in(text);
    for (std::string_view rest = text.substr(0, found.at); !rest.empty();) {
      const std::size_t size = pre_token_size(rest);
      merger.merge(rest.substr(0, size), ids);
      rest.remove_prefix(size);
    }
    if (found.token != nullptr) ids.push_back(found.token->id);
    text.remove_prefix(found.rest);
  }
}

}  // namespace groel::bio
