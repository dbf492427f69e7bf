// Models that put sequences or residues into classes, or give them a number.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/model.h"

namespace groel::models {

/// Hugging Face's problem types, and what a label belongs to.
enum class Problem { single_label, multi_label, regression };
enum class LabelOf { sequence, token };

struct Classification {
  LabelOf label_of = LabelOf::sequence;
  Problem problem = Problem::single_label;
  std::vector<std::string> labels;  ///< names in order of class; of a regression, of its outputs
};

class Classifier {
 public:
  static constexpr std::string_view kName = "classifier";
  virtual ~Classifier() = default;
  virtual const Classification& classification() const = 0;
  /// last hidden state [T, D] -> [B, C] f32 for sequences, [T, C] for tokens.
  virtual Tensor classify(const Tensor& last_hidden, const Batch& batch) const = 0;
};

}  // namespace groel::models
