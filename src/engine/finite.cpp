// Exponents with every bit set.
#include "engine/finite.h"

#include <cstring>

namespace groel::engine {
namespace {

template <class Bits>
bool any_exponent_full(const std::byte* data, std::size_t count, Bits mask) {
  Bits found = 0;  // of the elements' width: then the loop is made of vectors
  for (std::size_t i = 0; i < count; ++i) {
    Bits bits;
    std::memcpy(&bits, data + i * sizeof bits, sizeof bits);
    found |= static_cast<Bits>((bits & mask) == mask);
  }
  return found != 0;
}

std::string place_of(int layer, std::int64_t layers, std::string_view head) {
  if (layer < 0) return std::string(head);
  return layer == 0 ? "the embeddings" : fmt::format("layer {} of {}", layer, layers);
}

}  // namespace

bool all_finite(std::span<const std::byte> bytes, DType dtype) {
  const std::size_t count = bytes.size() / size_of(dtype);
  if (dtype == DType::f64) return !any_exponent_full<std::uint64_t>(bytes.data(), count, 0x7ff0000000000000U);
  if (dtype == DType::f32) return !any_exponent_full<std::uint32_t>(bytes.data(), count, 0x7f800000U);
  if (dtype == DType::bf16) return !any_exponent_full<std::uint16_t>(bytes.data(), count, 0x7f80U);
  if (dtype == DType::f16) return !any_exponent_full<std::uint16_t>(bytes.data(), count, 0x7c00U);
  return true;
}

bool all_finite(const Tensor& tensor) {
  if (!tensor.defined() || tensor.count() == 0) return true;
  if (tensor.rank() != 2) return all_finite({tensor.raw_data(), tensor.bytes()}, tensor.dtype());
  const std::size_t row = static_cast<std::size_t>(tensor.size(1)) * size_of(tensor.dtype());
  const std::size_t step = static_cast<std::size_t>(tensor.row_stride()) * size_of(tensor.dtype());
  if (row == step)
    return all_finite({tensor.raw_data(), row * static_cast<std::size_t>(tensor.size(0))}, tensor.dtype());
  for (std::int64_t i = 0; i < tensor.size(0); ++i)
    if (!all_finite({tensor.raw_data() + static_cast<std::size_t>(i) * step, row}, tensor.dtype())) return false;
  return true;
}

Error not_finite(const models::Model& model, std::span<const std::int32_t> tokens, std::string_view head) {
  int first = -1;
  models::Taps taps;
  taps.hidden = [&](int layer, const Tensor& hidden) {
    if (first < 0 && !all_finite(hidden)) first = layer;
  };
  const std::vector<std::int32_t> sequence(tokens.begin(), tokens.end());
  models::require<models::Encoder>(model).encode(models::Batch::pack(std::span(&sequence, 1)), taps);
  return Error(ErrorKind::bad_model,
               {fmt::format("the model's numbers overflow: NaN or infinity comes first out of {}",
                            place_of(first, model.info().layers, head)),
                {},
                "its weights are damaged or far too large, though each is finite: get the model again, or another"});
}

}  // namespace groel::engine
