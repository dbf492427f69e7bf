// The rotary table's growth.
#include "nn/rotary.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace groel::nn {

Tensor Rotary::default_frequencies(std::int64_t head_width, double base) {
  Tensor out = Tensor::empty({head_width / 2});
  float* values = out.mutable_data<float>();
  for (std::int64_t i = 0; i < head_width / 2; ++i) {
    const float exponent = static_cast<float>(2 * i) / static_cast<float>(head_width);
    values[i] = 1.0F / std::pow(static_cast<float>(base), exponent);
  }
  return out;
}

ops::RotaryTable Rotary::table(std::int64_t positions) const {
  const std::scoped_lock lock(mutex_);
  if (!table_.cosine.defined() || table_.cosine.size(0) < positions) {
    const auto rounded =
        static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(positions, 1024))));
    table_ = ops::rotary_table(inv_freq_, rounded);
  }
  return table_;
}

bool same_frequencies(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::memcmp(a.data<float>(), b.data<float>(), a.bytes()) == 0;
}

}  // namespace groel::nn
