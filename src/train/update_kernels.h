// The optimisers' inner loops, each over a run of elements.
#pragma once

#include <cstdint>

namespace groel::train {

struct AdamWRun {
  float* value;
  float* grad;  ///< set to zero
  float* first;
  float* second;
  std::int64_t count;
};

struct AdamWFactors {
  float gradient_scale;
  float keep;  ///< 1 - rate * weight decay
  float beta1, rest1;
  float beta2, rest2;
  float correction2;  ///< sqrt(1 - beta2^step)
  float epsilon;
  float step_size;  ///< rate / (1 - beta1^step)
};

struct SgdRun {
  float* value;
  float* grad;  ///< set to zero
  float* velocity;
  std::int64_t count;
};

struct SgdFactors {
  float gradient_scale, decay, momentum, rate;
};

void adamw_update(const AdamWRun& run, const AdamWFactors& factors);
void sgd_update(const SgdRun& run, const SgdFactors& factors);

}  // namespace groel::train
