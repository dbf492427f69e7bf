// Numbers the tokens of each sequence.
#include "nn/positions.h"

#include "base/error.h"

namespace groel::nn {

Tensor position_ids(const Tensor& tokens, const Tensor& cu_seqlens, const LearnedPositions& table) {
  constexpr std::int32_t kPadding = 1;
  const auto* token = tokens.data<std::int32_t>();
  const auto cu = cu_seqlens.values<std::int32_t>();
  Tensor ids = Tensor::empty({cu.back()}, DType::i32);
  auto* out = ids.mutable_data<std::int32_t>();
  for (std::size_t b = 0; b + 1 < cu.size(); ++b) {
    const std::int32_t length = cu[b + 1] - cu[b];
    if (const std::int64_t over = length - max_tokens(table.rows); over > 0)
      throw Error(ErrorKind::bad_input, {fmt::format("{} residues, but this model has positions for {}",
                                                     table.residues + over, table.residues),
                                         {},
                                         "use `long=truncate` or `long=window`"});
    std::int32_t next = kFirstPosition;
    for (std::int32_t i = 0; i < length; ++i) *out++ = *token++ == table.pad ? kPadding : next++;
  }
  return ids;
}

Tensor places(const Tensor& cu_seqlens, std::span<const std::int64_t> before, std::int64_t rows) {
  const auto cu = cu_seqlens.values<std::int32_t>();
  Tensor ids = Tensor::empty({cu.back()}, DType::i32);
  auto* out = ids.mutable_data<std::int32_t>();
  for (std::size_t b = 0; b + 1 < cu.size(); ++b) {
    const std::int64_t first = before.empty() ? 0 : before[b];
    const std::int64_t end = first + cu[b + 1] - cu[b];
    if (end > rows)
      throw Error(ErrorKind::bad_input, {fmt::format("{} tokens, but this model has positions for {}", end, rows),
                                         {},
                                         "shorten the sequence, or use `long=truncate` or `long=window`"});
    for (std::int64_t place = first; place < end; ++place) *out++ = static_cast<std::int32_t>(place);
  }
  return ids;
}

}  // namespace groel::nn
