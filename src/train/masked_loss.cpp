// Computes the loss of masked residues.
#include "train/masked_loss.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace groel::train {
namespace {

// Rows of the targets, and their classes.
Tensor rows_of_targets(const Tensor& hidden, std::span<const std::int32_t> targets,
                       std::vector<std::int32_t>& classes) {
  for (const std::int32_t target : targets)
    if (target != kNoTarget) classes.push_back(target);
  const std::int64_t width = hidden.size(1);
  Tensor rows = Tensor::empty({static_cast<std::int64_t>(classes.size()), width});
  float* to = rows.mutable_data<float>();
  for (std::size_t t = 0; t < targets.size(); ++t) {
    if (targets[t] == kNoTarget) continue;
    const float* from = hidden.data<float>() + static_cast<std::int64_t>(t) * hidden.row_stride();
    to = std::copy_n(from, width, to);
  }
  return rows;
}

}  // namespace

LossSum cross_entropy_sum(const Tensor& logits, std::span<const std::int32_t> targets) {
  const std::int64_t classes = logits.size(1);
  LossSum sum;
  sum.class_targets.resize(static_cast<std::size_t>(classes));
  sum.class_correct.resize(static_cast<std::size_t>(classes));
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const float* row = logits.data<float>() + static_cast<std::int64_t>(i) * logits.row_stride();
    const auto target = static_cast<std::size_t>(targets[i]);
    const float* highest = std::max_element(row, row + classes);
    double total = 0;
    for (std::int64_t c = 0; c < classes; ++c) total += std::exp(static_cast<double>(row[c]) - *highest);
    sum.loss += std::log(total) + *highest - row[target];
    ++sum.targets;
    ++sum.class_targets[target];
    if (static_cast<std::size_t>(highest - row) != target) continue;
    ++sum.correct;
    ++sum.class_correct[target];
  }
  return sum;
}

LossSum masked_loss(const models::Model& model, const TrainBatch& batch) {
  if (batch.target_count == 0) return {};
  const Tensor hidden = models::require<models::Encoder>(model).encode(batch.input, {});
  std::vector<std::int32_t> classes;
  const Tensor rows = rows_of_targets(hidden, batch.targets.values<std::int32_t>(), classes);
  return cross_entropy_sum(models::require<models::MaskedLm>(model).logits(rows), classes);
}

}  // namespace groel::train
