// What a head of its own is to be, from the options.
#pragma once

#include <optional>

#include "nn/heads/prediction_head.h"

namespace groel::tasks {

struct TrainOptions;

struct HeadPlan {
  nn::HeadShape shape{};         ///< "logistic" and "knn", too; inputs and outputs are not known yet
  std::optional<int> layer{};    ///< whose vectors; none: the last
  std::int64_t neighbours = 5;   ///< of knn
  double inverse_strength = 1;   ///< of logistic
  bool balanced = false;         ///< weights of classes
  std::int64_t batch = 32;       ///< sequences
  std::size_t vector_cache = 0;  ///< bytes on disk; 0: none
  bool copy_trunk = false;
  std::string from;                   ///< the model as it was named
  std::vector<std::string> prompt{};  ///< that join every sequence, by name or path

  bool one_hot() const;
  /// Fitted at once instead of step by step.
  bool at_once() const { return shape.kind == "logistic" || shape.kind == "knn"; }
};

/// None for the model's own head. Errors: usage, for options that do not go with that head.
std::optional<HeadPlan> head_plan(const TrainOptions& options);

}  // namespace groel::tasks
