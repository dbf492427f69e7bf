// Computes rotary frequencies and their tables.
#include "nn/rotary.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "ops/compare.h"

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

ops::RotaryTable RotaryTables::table(std::int64_t positions) const {
  const std::scoped_lock lock(mutex_);
  const auto rows =
      static_cast<std::int64_t>(std::bit_ceil(static_cast<std::uint64_t>(std::max<std::int64_t>(positions, 1024))));
  const std::int64_t present = table_.defined() ? table_.cosine.size(0) : 0;
  const bool exact = inv_freq_.device() == Device::shape;  // so that a pass takes what a first one takes
  if (exact ? present != rows : present < rows) table_ = ops::rotary_table(inv_freq_, rows);
  return table_;
}

std::shared_ptr<const RotaryTables> RotaryShared::of(const Tensor& inv_freq) {
  const std::scoped_lock lock(mutex_);
  for (const auto& known : tables_)
    if (ops::equal(known->inv_freq(), inv_freq)) return known;
  return tables_.emplace_back(std::make_shared<const RotaryTables>(inv_freq));
}

void Rotary::members(Members to) {
  if (stored_ == Stored::maybe)
    to.optional("rotary frequencies").tensor("inv_freq", {head_width_ / 2}, Role::buffer, inv_freq_);
}

void Rotary::ready(const Form& form) {
  inv_freq_ = inv_freq_.defined() ? inv_freq_.to(DType::f32).clone() : default_frequencies(head_width_).to(form.device);
  tables_ = shared_->of(inv_freq_);
}

}  // namespace groel::nn
