// Rotary position embedding with frequencies from a checkpoint.
#pragma once

#include <memory>
#include <mutex>

#include "ops/rotary.h"

namespace groel::nn {

/// Frequencies and the table made of them, which grows with the longest sequence seen. Layers with equal frequencies
/// share one.
class Rotary {
 public:
  /// inv_freq [K/2] f32.
  explicit Rotary(Tensor inv_freq) : inv_freq_(std::move(inv_freq)) {}

  /// base^(-2i/K) for i < K/2, in f32 as the reference computes it; for checkpoints that store none.
  static Tensor default_frequencies(std::int64_t head_width, double base = 10000.0);
  const Tensor& inv_freq() const noexcept { return inv_freq_; }
  /// Table of at least that many positions.
  ops::RotaryTable table(std::int64_t positions) const;

 private:
  Tensor inv_freq_;
  mutable std::mutex mutex_;
  mutable ops::RotaryTable table_;
};

/// True when both hold the same bits.
bool same_frequencies(const Tensor& a, const Tensor& b);

}  // namespace groel::nn
