// dropout by counter-based random numbers: element i takes word i % 4 of draw i / 4.
#include "ops/dropout.h"

#include <algorithm>
#include <cmath>

#include "base/profile.h"
#include "base/random.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"
#include "ops/view.h"

namespace groel::ops {

Tensor dropout(const Tensor& x, const DropoutOptions& options) {
  GROEL_REQUIRE(x.contiguous() && options.probability >= 0 && options.probability < 1);
  Tensor y = Tensor::empty(x.shape(), DType::f32, x.device());
  backend(x).dropout(x, options, y);
  return y;
}

void cpu::dropout(const Tensor& x, const DropoutOptions& options, Tensor& y) {
  const ProfileScope scope("dropout");
  constexpr std::int64_t kRun = 1 << 12;
  const auto threshold = static_cast<std::uint32_t>(std::min(options.probability * 0x1p32, 0x1p32 - 1));
  const auto factor = static_cast<float>(1 / (1 - options.probability));
  const float* from = x.data<float>();
  float* to = y.mutable_data<float>();
  parallel_for(ceil_div(x.count(), kRun), [&](std::int64_t run) {
    const std::int64_t end = std::min(x.count(), (run + 1) * kRun);
    for (std::int64_t i = run * kRun; i < end; i += 4) {
      const auto words = philox(options.key, static_cast<std::uint64_t>(i / 4));
      for (std::int64_t j = i; j < std::min(end, i + 4); ++j)
        to[j] = words[static_cast<std::size_t>(j - i)] < threshold ? 0.0F : from[j] * factor;
    }
  });
}

}  // namespace groel::ops
