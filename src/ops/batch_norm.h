// Batch normalisation: every column brought to mean 0 and variance 1 over the rows, then a learned gain and bias.
#pragma once

#include "tensor/tensor.h"

namespace groel::ops {

/// [D] f32 each. Of a batch, or what was gathered from many.
struct BatchStatistics {
  Tensor mean;
  Tensor variance;  ///< the sum of squares divided by the number of rows
};

struct BatchNormOptions {
  Tensor gain;  ///< [D] f32
  Tensor bias;  ///< [D] f32
  float epsilon = 1e-5F;
};

/// Of the columns of x [N, D] f32, N > 0: two passes in f64, rows in order.
BatchStatistics batch_statistics(const Tensor& x);

/// x [N, D] f32 -> (x - mean) / sqrt(variance + epsilon) gain + bias. A row depends on nothing but itself and the
/// statistics.
Tensor batch_norm(const Tensor& x, const BatchStatistics& statistics, const BatchNormOptions& options);

/// What the statistics depend on: `given`, on nothing here; `rows`, on the very x that they normalise.
enum class StatisticsOf { given, rows };

/// Where gradients go. `x` is written over; to `gain` and `bias` [D] is added. An undefined one is not wanted.
struct BatchNormGradients {
  Tensor x;
  Tensor gain;
  Tensor bias;
};

struct BatchNormForward {
  Tensor x;
  BatchStatistics statistics;
  StatisticsOf of = StatisticsOf::rows;
};

/// dy [N, D] f32. Sums in f64, rows in order.
void batch_norm_grad(const BatchNormForward& forward, const BatchNormOptions& options, const Tensor& dy,
                     BatchNormGradients& to);

namespace reference {
BatchStatistics batch_statistics(const Tensor& x);
Tensor batch_norm(const Tensor& x, const BatchStatistics& statistics, const BatchNormOptions& options);
void batch_norm_grad(const BatchNormForward& forward, const BatchNormOptions& options, const Tensor& dy,
                     BatchNormGradients& to);
}  // namespace reference

}  // namespace groel::ops
