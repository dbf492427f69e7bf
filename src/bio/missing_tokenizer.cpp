// A tokenizer for models whose vocabulary is missing: every use is an error that says so.
#include "bio/missing_tokenizer.h"

#include "base/error.h"

namespace groel::bio {

void MissingTokenizer::refuse() const {
  throw Error(ErrorKind::bad_model, {"this model has no vocabulary beside its weights", {}, "put there " + wanted_});
}

Encoded MissingTokenizer::encode(std::string_view) const { refuse(); }
std::vector<std::int32_t> MissingTokenizer::encode_as_transformers(std::string_view) const { refuse(); }
std::string MissingTokenizer::decode(std::span<const std::int32_t>) const { refuse(); }

ResidueMap MissingTokenizer::residue_map(std::span<const std::int32_t> ids) const {
  const auto count = static_cast<std::int64_t>(ids.size());
  return {TokenSpan{0, count}, count};
}

std::vector<std::int32_t> MissingTokenizer::example(std::int64_t tokens) const {
  if (tokens <= 0) throw Error(ErrorKind::bad_input, "the sequence is empty");
  return std::vector<std::int32_t>(static_cast<std::size_t>(tokens), 0);
}

}  // namespace groel::bio
