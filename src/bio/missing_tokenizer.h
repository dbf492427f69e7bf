// Stands in where a model's files bring no vocabulary: token ids can be used, text cannot.
#pragma once

#include "bio/tokenizer.h"

namespace groel::bio {

/// Every token stands for one residue, as far as it can know.
class MissingTokenizer final : public Tokenizer {
 public:
  /// `wanted`: the files that would bring one, for errors.
  explicit MissingTokenizer(std::string wanted) : Tokenizer({}, {}), wanted_(std::move(wanted)) {}

  /// Errors: bad_model, always.
  Encoded encode(std::string_view sequence) const override;
  std::vector<std::int32_t> encode_as_transformers(std::string_view text) const override;
  std::string decode(std::span<const std::int32_t> ids) const override;
  ResidueMap residue_map(std::span<const std::int32_t> ids) const override;
  std::vector<std::int32_t> example(std::int64_t tokens) const override;
  std::string_view transformers_class() const override { return {}; }
  std::vector<std::pair<std::string_view, std::int32_t>> transformers_tokens() const override { return {}; }

 private:
  [[noreturn]] void refuse() const;
  std::string wanted_;
};

}  // namespace groel::bio
