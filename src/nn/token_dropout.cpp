// Computes the scale of token dropout for each sequence.
#include "nn/token_dropout.h"

#include <algorithm>

namespace groel::nn {

Tensor token_dropout_scale(const Tensor& tokens, const Tensor& cu_seqlens, std::int32_t mask) {
  constexpr float kMaskedInTraining = 0.15F * 0.8F;
  Tensor scale = Tensor::empty({tokens.size(0)});
  float* out = scale.mutable_data<float>();
  const auto ids = tokens.values<std::int32_t>();
  const auto cu = cu_seqlens.values<std::int32_t>();
  for (std::size_t b = 0; b + 1 < cu.size(); ++b) {
    const auto sequence = ids.subspan(static_cast<std::size_t>(cu[b]), static_cast<std::size_t>(cu[b + 1] - cu[b]));
    const auto masked = static_cast<float>(std::count(sequence.begin(), sequence.end(), mask));
    const float observed = masked / static_cast<float>(sequence.size());
    const float factor = (1.0F - kMaskedInTraining) / (1.0F - observed);
    for (const std::int32_t token : sequence) *out++ = token == mask ? 0.0F : factor;
  }
  return scale;
}

}  // namespace groel::nn
