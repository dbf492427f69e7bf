// Principal component analysis.
#pragma once

#include "analysis/vectors.h"

namespace groel::analysis {

struct Components {
  Vectors scores;                         // [rows, k]
  std::vector<double> variance;           // of each component, divided by rows - 1
  std::vector<double> variance_fraction;  // of the whole variance
};

/// The `k` largest principal components of `x`, in f64. A component's sign is that in which the largest of its scores
/// is positive, as scikit-learn has it. Errors: usage when k is over min(rows, width), or rows < 2.
Components principal_components(const Vectors& x, std::int64_t k);

}  // namespace groel::analysis
