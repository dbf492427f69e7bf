// cached_attention as plain loops: adds keys and values to what is held, then attends in double precision.
#include <algorithm>
#include <cmath>

#include "ops/cached_attention.h"
#include "ops/view.h"

namespace groel::ops::reference {
namespace {

float held(const Tensor& page, std::int64_t at) {
  return page.dtype() == DType::f32 ? page.data<float>()[at] : to_float(page.data<bf16_t>()[at]);
}
void hold(Tensor& page, std::int64_t at, float value) {
  if (page.dtype() == DType::f32)
    page.mutable_data<float>()[at] = value;
  else
    page.mutable_data<bf16_t>()[at] = to_bf16(value);
}

struct Head {
  const CachedAttentionInput& in;
  const KeyValues& of;
  std::int64_t head, width;

  double key(std::int64_t place, std::int64_t d) const {
    return held(of.pages[static_cast<std::size_t>(place / KeyValues::kPage)].keys,
                (head * width + d) * KeyValues::kPage + place % KeyValues::kPage);
  }
  double value(std::int64_t place, std::int64_t d) const {
    return held(of.pages[static_cast<std::size_t>(place / KeyValues::kPage)].values,
                (head * KeyValues::kPage + place % KeyValues::kPage) * width + d);
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

void keep(KeyValues& to, const CachedAttentionInput& in, std::int64_t row) {
  const std::int64_t width = in.q.size(1) / in.heads, page = KeyValues::kPage, at = to.places % page;
  if (at == 0)
    to.pages.push_back(
        {Tensor::zeros({in.heads, width, page}, in.held), Tensor::zeros({in.heads, page, width}, in.held)});
  for (std::int64_t c = 0; c < in.q.size(1); ++c) {
    hold(to.pages.back().keys, c * page + at, matrix<float>(in.k).row(row)[c]);
    hold(to.pages.back().values, (c / width * page + at) * width + c % width, matrix<float>(in.v).row(row)[c]);
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
