// The CPU kernels of the elementwise operators, each for a run of elements or one row.
#pragma once

#include "ops/elementwise.h"

namespace groel::ops::cpu {

void add(const float* a, const float* b, float* y, std::int64_t count);
void scale(const float* x, float factor, float* y, std::int64_t count);
void activate(const float* x, Activation activation, float* y, std::int64_t count);
void softmax(const float* x, float* y, std::int64_t width);
void log_softmax(const float* x, float* y, std::int64_t width);

}  // namespace groel::ops::cpu
