// Counts and digests arrays of a file of weights.
#include "structure_models/published_weights.h"

namespace groel::structure_models {

std::int64_t count_of_numbers(const io::ArrayMap& published) {
  std::int64_t out = 0;
  for (const auto& [name, array] : published) out += element_count(array.shape);
  return out;
}

std::string digest_of(const io::ArrayMap& published, const std::filesystem::path& path) {
  return checkpoints::fingerprint(
      {.config = nullptr, .arrays = published, .tokenizer = {}, .path = path, .layout = {}});
}

}  // namespace groel::structure_models
