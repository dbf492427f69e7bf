// Packing sequences into a batch.
#include "models/model.h"

#include <algorithm>

namespace groel::models {

Batch Batch::pack(std::span<const std::vector<std::int32_t>> sequences) {
  std::int64_t total = 0;
  for (const auto& sequence : sequences) total += static_cast<std::int64_t>(sequence.size());
  if (total > INT32_MAX) throw Error(ErrorKind::usage, "a batch holds at most 2147483647 tokens");
  Batch batch{Tensor::empty({total}, DType::i32),
              Tensor::empty({static_cast<std::int64_t>(sequences.size()) + 1}, DType::i32)};
  auto* token = batch.tokens.mutable_data<std::int32_t>();
  auto* bound = batch.cu_seqlens.mutable_data<std::int32_t>();
  *bound++ = 0;
  std::int32_t end = 0;
  for (const auto& sequence : sequences) {
    token = std::copy(sequence.begin(), sequence.end(), token);
    *bound++ = end += static_cast<std::int32_t>(sequence.size());
  }
  return batch;
}

std::int64_t Batch::longest() const {
  const std::span<const std::int32_t> cu = cu_seqlens.values<std::int32_t>();
  std::int32_t longest = 0;
  for (std::size_t b = 1; b < cu.size(); ++b) longest = std::max(longest, cu[b] - cu[b - 1]);
  return longest;
}

}  // namespace groel::models
