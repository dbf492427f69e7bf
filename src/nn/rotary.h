// Rotary position embedding, with frequencies from a checkpoint or computed by the formula.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "nn/module.h"
#include "ops/rotary.h"

namespace groel::nn {

/// Frequencies and the table made of them, which grows with the longest sequence seen.
class RotaryTables {
 public:
  /// inv_freq [K/2] f32.
  explicit RotaryTables(Tensor inv_freq) : inv_freq_(std::move(inv_freq)) {}
  const Tensor& inv_freq() const noexcept { return inv_freq_; }
  /// Table of at least that many positions.
  ops::RotaryTable table(std::int64_t positions) const;

 private:
  Tensor inv_freq_;
  mutable std::mutex mutex_;
  mutable ops::RotaryTable table_;
};

/// The tables of one model: layers with equal frequencies share one.
class RotaryShared {
 public:
  std::shared_ptr<const RotaryTables> of(const Tensor& inv_freq);

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<const RotaryTables>> tables_;
};

/// One layer's. Stored frequencies count, where a checkpoint has them: ESM-2 was trained with them rounded to half
/// precision.
class Rotary final : public Module {
 public:
  enum class Stored { no, maybe };
  Rotary(std::int64_t head_width, Stored stored, std::shared_ptr<RotaryShared> shared)
      : head_width_(head_width), stored_(stored), shared_(std::move(shared)) {}

  /// base^(-2i/K) for i < K/2, in f32 as the reference computes it.
  static Tensor default_frequencies(std::int64_t head_width, double base = 10000.0);

  /// `inv_freq` [K/2], where it may be stored.
  void members(Members to) override;
  void ready(const Form& form) override;
  /// Table of at least that many positions.
  ops::RotaryTable table(std::int64_t positions) const { return tables_->table(positions); }

 private:
  std::int64_t head_width_;
  Stored stored_;
  std::shared_ptr<RotaryShared> shared_;
  Tensor inv_freq_;  // (K/2)
  std::shared_ptr<const RotaryTables> tables_;
};

}  // namespace groel::nn
