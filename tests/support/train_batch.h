// Training batches as golden files have them: padded ids, attention mask, labels.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "train/trainee.h"

namespace groel::testing {

/// What the labels of a batch are: a class for each token, the class of the token after each (a first label is
/// of none), a class for each sequence, or numbers for each sequence.
enum class LabelForm { token_classes, next_tokens, sequence_classes, sequence_numbers };

/// Of Transformers' problem types; where that says nothing, by its rule: several labels per sequence are multi-label,
/// one output is a regression.
inline LabelForm label_form(const std::string& problem_type, const nlohmann::json& labels, std::int64_t outputs) {
  if (problem_type == "single_label_classification") return LabelForm::sequence_classes;
  if (!problem_type.empty() || labels.at(0).is_array() || outputs == 1) return LabelForm::sequence_numbers;
  return LabelForm::sequence_classes;
}

/// A padded batch without its padding. Without an attention mask nothing is padding.
inline train::TrainBatch read_batch(const nlohmann::json& json, LabelForm form, const bio::Tokenizer& tokenizer) {
  const std::vector<std::vector<std::int32_t>> ids = json["input_ids"];
  const nlohmann::json& labels = json["labels"];
  std::vector<std::vector<std::int32_t>> sequences;
  std::vector<std::int32_t> classes;
  std::vector<float> numbers;
  for (std::size_t s = 0; s < ids.size(); ++s) {
    auto& sequence = sequences.emplace_back();
    for (std::size_t t = 0; t < ids[s].size(); ++t) {
      if (json.contains("attention_mask") && json["attention_mask"][s][t] == 0) continue;
      sequence.push_back(ids[s][t]);
      if (form == LabelForm::token_classes) classes.push_back(labels[s][t]);
      if (form == LabelForm::next_tokens && sequence.size() > 1) classes.push_back(labels[s][t]);
    }
    if (form == LabelForm::next_tokens && !sequence.empty()) classes.push_back(train::kNoTarget);
    if (form == LabelForm::sequence_classes) classes.push_back(labels[s]);
    if (form == LabelForm::sequence_numbers)
      for (const auto& value : labels[s].is_array() ? labels[s] : nlohmann::json::array({labels[s]}))
        numbers.push_back(value.get<float>());
  }
  train::TrainBatch out;
  out.input = models::Batch::pack(sequences, tokenizer);
  const auto rows = static_cast<std::int64_t>(sequences.size());
  if (form == LabelForm::sequence_numbers) {
    out.targets =
        Tensor::of<float>({rows, static_cast<std::int64_t>(numbers.size()) / rows}, std::span<const float>(numbers));
    out.target_count = static_cast<std::int64_t>(numbers.size());
  } else {
    out.targets =
        Tensor::of<std::int32_t>({static_cast<std::int64_t>(classes.size())}, std::span<const std::int32_t>(classes));
    out.target_count = static_cast<std::int64_t>(
        classes.size() - static_cast<std::size_t>(std::count(classes.begin(), classes.end(), train::kNoTarget)));
  }
  return out;
}

}  // namespace groel::testing
