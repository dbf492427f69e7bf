// The encoder of a sparse autoencoder: turns hidden states into the few features that are active in them.
#pragma once

#include "ops/linear.h"
#include "tasks/explain/autoencoder_file.h"
#include "tasks/explain/top_features.h"

namespace groel::tasks {

/// With x a hidden state, z-scored if the file says so: act((x - pre_bias) W + bias), of which the largest are kept;
/// act is ReLU, or JumpReLU where the file has thresholds. Products are f32 whatever the model's precision.
class SparseEncoder {
 public:
  /// For a model of that width. Errors: bad_model for shapes that do not fit, and for weights that are no finite
  /// numbers.
  SparseEncoder(const AutoencoderFile& file, std::int64_t width);

  std::int64_t width() const { return weight_.in(); }
  std::int64_t features() const { return weight_.out(); }
  /// Bytes of weights and of what one call computes with.
  std::size_t bytes() const;

  /// States [L, D] -> for each row what fires, strongest first, `most` at most. The same for any number of threads.
  std::vector<std::vector<Fired>> encode(const Tensor& states, std::int64_t most) const;

 private:
  std::int64_t rows_at_once() const;
  Tensor prepared(const Tensor& states, std::int64_t begin, std::int64_t end) const;

  StateScale scale_;
  ops::PackedWeight weight_;  // [F, D]
  Tensor bias_;               // [F], or undefined
  Tensor pre_bias_;           // [D], or undefined
  Tensor threshold_;          // [F], or undefined
};

}  // namespace groel::tasks
