// Adds gradients piece by piece, on all threads.
#include "train/gradient_sum.h"

#include <algorithm>

#include "base/threads.h"
#include "train/pieces.h"

namespace groel::train {
namespace {

std::vector<TrainedParameter> with_gradients(std::vector<TrainedParameter> parameters) {
  std::erase_if(parameters, [](const TrainedParameter& p) { return !p.grad.defined(); });
  return parameters;
}

}  // namespace

GradientSum::GradientSum(std::vector<TrainedParameter> parameters)
    : parameters_(with_gradients(std::move(parameters))) {}

void GradientSum::add_own() {
  const bool first = sums_.empty();
  if (first)
    for (const TrainedParameter& p : parameters_) sums_.push_back(Tensor::empty(p.grad.shape()));
  const std::vector<ParameterPiece> pieces = pieces_of(parameters_);
  parallel_for(static_cast<std::int64_t>(pieces.size()), [&](std::int64_t i) {
    const auto& [p, begin, end] = pieces[static_cast<std::size_t>(i)];
    float* const sum = sums_[p].mutable_data<float>();
    float* const own = parameters_[p].grad.mutable_data<float>();
    for (std::int64_t at = begin; at < end; ++at) {
      sum[at] = first ? own[at] : sum[at] + own[at];
      own[at] = 0;
    }
  });
}

void GradientSum::add(std::span<const float> numbers) {
  const bool first = sums_.empty();
  std::size_t count = 0;
  std::vector<const float*> begins;
  for (const TrainedParameter& p : parameters_) {
    if (first) sums_.push_back(Tensor::empty(p.grad.shape()));
    begins.push_back(numbers.data() + count);
    count += static_cast<std::size_t>(p.grad.count());
  }
  GROEL_REQUIRE(count == numbers.size());
  const std::vector<ParameterPiece> pieces = pieces_of(parameters_);
  parallel_for(static_cast<std::int64_t>(pieces.size()), [&](std::int64_t i) {
    const auto& [p, begin, end] = pieces[static_cast<std::size_t>(i)];
    float* const sum = sums_[p].mutable_data<float>();
    for (std::int64_t at = begin; at < end; ++at) sum[at] = first ? begins[p][at] : sum[at] + begins[p][at];
  });
}

void GradientSum::finish() {
  for (std::size_t p = 0; p < sums_.size(); ++p) parameters_[p].grad.copy_from(sums_[p]);
}

std::vector<float> take_gradients(std::vector<TrainedParameter>& parameters) {
  std::vector<float> out;
  for (const TrainedParameter& p : parameters) {
    if (!p.grad.defined()) continue;
    const auto values = p.grad.values<float>();
    out.insert(out.end(), values.begin(), values.end());
  }
  zero_gradients(parameters);
  return out;
}

}  // namespace groel::train
