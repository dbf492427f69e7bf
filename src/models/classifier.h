// Models that classify sequences or residues, or predict a number for them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/model.h"

namespace groel::models {

/// Hugging Face's problem types, and what a label belongs to.
enum class Problem { single_label, multi_label, regression };
enum class LabelOf { sequence, token };
/// What a head of whole sequences reads: the first token, as Transformers' does, or the mean over the residues.
enum class Pooling { cls, mean };

struct Classification {
  LabelOf label_of = LabelOf::sequence;
  Problem problem = Problem::single_label;
  std::vector<std::string> labels;  ///< names in order of class; of a regression, of its outputs
  Pooling pooling = Pooling::cls;   ///< of a head of sequences
};

/// What the configuration says of one; nothing where its architectures name none. Errors: bad_model naming the field.
std::optional<Classification> read_classification(const nlohmann::json& json);

/// What the names of a head's tensors begin with.
inline constexpr std::string_view kClassifier = "classifier.";
/// Where the tensors of a head of sequences are named. Transformers knows nothing of the mean: under names that it does
/// not know, it says that it has no head instead of giving other results.
constexpr std::string_view head_prefix(Pooling pooling) {
  return pooling == Pooling::mean ? "classifier.mean" : "classifier";
}

class Classifier {
 public:
  static constexpr std::string_view kName = "classifier";
  virtual ~Classifier() = default;
  virtual const Classification& classification() const = 0;
  /// What the head reads of the last hidden state [T, D]: [B, D] for sequences, all of it for tokens.
  virtual Tensor head_input(const Tensor& last_hidden, const Batch& batch) const = 0;
  /// -> [B, C] f32 for sequences, [T, C] for tokens.
  virtual Tensor classify(const Tensor& head_input) const = 0;
  Tensor classify(const Tensor& last_hidden, const Batch& batch) const {
    return classify(head_input(last_hidden, batch));
  }
};

}  // namespace groel::models
