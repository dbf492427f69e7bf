// cached_attention as plain loops: adds keys and values to what is held, then attends in double precision.
#include <algorithm>
#include <cmath>

#include "ops/cached_attention.h"
#include "ops/view.h"

namespace groel::ops::reference {
namespace {

// What is held of a number; `scale`: of whole numbers.
float held(const Tensor& page, std::int64_t at, float scale) {
  switch (page.dtype()) {
    case DType::f32: return page.data<float>()[at];
    case DType::bf16: return to_float(page.data<bf16_t>()[at]);
    default: return static_cast<float>(page.data<std::int8_t>()[at]) * scale;
  }
}
void hold(Tensor& page, std::int64_t at, float value, float scale) {
  switch (page.dtype()) {
    case DType::f32: page.mutable_data<float>()[at] = value; break;
    case DType::bf16: page.mutable_data<bf16_t>()[at] = to_bf16(value); break;
    default:
      page.mutable_data<std::int8_t>()[at] = static_cast<std::int8_t>(scale > 0 ? std::nearbyint(value / scale) : 0);
  }
}
float scale_of(const Tensor& scales, std::int64_t head, std::int64_t place) {
  return scales.defined() ? scales.data<float>()[head * KeyValues::kPage + place % KeyValues::kPage] : 1;
}

struct Head {
  const CachedAttentionInput& in;
  const KeyValues& of;
  std::int64_t head, width;

  double key(std::int64_t place, std::int64_t d) const {
    const KeyValues::Page& page = of.pages[static_cast<std::size_t>(place / KeyValues::kPage)];
    return held(page.keys, (head * width + d) * KeyValues::kPage + place % KeyValues::kPage,
                scale_of(page.key_scales, head, place));
  }
  double value(std::int64_t place, std::int64_t d) const {
    const KeyValues::Page& page = of.pages[static_cast<std::size_t>(place / KeyValues::kPage)];
    return held(page.values, (head * KeyValues::kPage + place % KeyValues::kPage) * width + d,
                scale_of(page.value_scales, head, place));
  }
  void attend(std::int64_t row, std::int64_t places, Tensor& y) const {
    const float* q = matrix<float>(in.q).row(row) + head * width;
    std::vector<double> weight(static_cast<std::size_t>(places));
    double highest = -INFINITY, total = 0;
    for (std::int64_t p = 0; p < places; ++p) {
      double& score = weight[static_cast<std::size_t>(p)];
      for (std::int64_t d = 0; d < width; ++d) score += q[d] * key(p, d);
      highest = std::max(highest, score *= in.scale);
    }
    for (double& score : weight) total += score = std::exp(score - highest);
    for (std::int64_t d = 0; d < width; ++d) {
      double sum = 0;
      for (std::int64_t p = 0; p < places; ++p) sum += weight[static_cast<std::size_t>(p)] * value(p, d);
      mutable_matrix<float>(y).row(row)[head * width + d] = static_cast<float>(sum / total);
    }
  }
};

float largest_of(const float* from, std::int64_t count) {
  return std::abs(*std::max_element(from, from + count, [](float a, float b) { return std::abs(a) < std::abs(b); }));
}

void keep(KeyValues& to, const CachedAttentionInput& in, std::int64_t row) {
  const std::int64_t width = in.q.size(1) / in.heads, size = KeyValues::kPage, at = to.places % size;
  if (at == 0)
    to.pages.push_back(
        {Tensor::zeros({in.heads, width, size}, in.held), Tensor::zeros({in.heads, size, width}, in.held)});
  KeyValues::Page& page = to.pages.back();
  const float* k = matrix<float>(in.k).row(row);
  const float* v = matrix<float>(in.v).row(row);
  if (in.held == DType::i8) {
    if (at == 0) page.key_scales = Tensor::zeros({in.heads, size}), page.value_scales = Tensor::zeros({in.heads, size});
    for (std::int64_t h = 0; h < in.heads; ++h) {
      page.key_scales.mutable_data<float>()[h * size + at] = largest_of(k + h * width, width) / 127;
      page.value_scales.mutable_data<float>()[h * size + at] = largest_of(v + h * width, width) / 127;
    }
  }
  for (std::int64_t c = 0; c < in.q.size(1); ++c) {
    const std::int64_t head = c / width;
    hold(page.keys, c * size + at, k[c], scale_of(page.key_scales, head, at));
    hold(page.values, (head * size + at) * width + c % width, v[c], scale_of(page.value_scales, head, at));
  }
  ++to.places;
}

}  // namespace

Tensor cached_attention(const CachedAttentionInput& input, DType output) {
  Tensor y = Tensor::empty(input.q.shape());
  const auto bounds = sequence_bounds(input.cu_seqlens, input.q.size(0));
  for (std::size_t b = 0; b < input.of.size(); ++b)
    for (std::int64_t row = bounds[b]; row < bounds[b + 1]; ++row) {
      keep(*input.of[b], input, row);
      for (std::int64_t h = 0; h < input.heads; ++h)
        Head{input, *input.of[b], h, input.q.size(1) / input.heads}.attend(row, input.of[b]->places, y);
    }
  return y.to(output);
}

}  // namespace groel::ops::reference
