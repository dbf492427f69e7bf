// What the kinds of case with labels share: the form of the labels, and what a model's head says of a batch.
#pragma once

#include "golden/model_case.h"
#include "models/classifier.h"
#include "support/train_batch.h"

namespace groel::golden {

/// The form of a case's labels, by its configuration; `labels` are of one batch.
inline testing::LabelForm form_of(const Case& golden, const nlohmann::json& labels) {
  if (head_of(golden.config()) == Head::causal_language_model) return testing::LabelForm::next_tokens;
  if (head_of(golden.config()) != Head::sequence_labels) return testing::LabelForm::token_classes;
  std::string problem = text_of(golden.config(), "problem_type");
  if (problem.empty()) problem = text_of(golden.inputs(), "problem_type");
  const nlohmann::json& names = golden.config().contains("id2label") ? golden.config()["id2label"] : nullptr;
  return testing::label_form(problem, labels, names.is_object() ? static_cast<std::int64_t>(names.size()) : 2);
}

/// Logits of a classifier [B, C] or [T, C], or of a language model [T, V].
inline Tensor head_logits(const models::Model& model, const models::Batch& batch, Head head) {
  const Tensor hidden = models::require<models::Encoder>(model).encode(batch, {});
  if (head == Head::language_model || head == Head::causal_language_model)
    return models::require_language_model(model).logits(hidden);
  return models::require<models::Classifier>(model).classify(hidden, batch);
}

}  // namespace groel::golden
