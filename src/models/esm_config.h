// The configuration of ESM-2, ESM-1b and ESM-1v in Hugging Face's terms.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "models/classifier.h"

namespace groel::models {

struct EsmConfig {
  std::int64_t layers, width, heads, ffn, vocabulary;
  std::int64_t positions;  // rows of the learned table
  float epsilon;
  bool rotary, token_dropout, norm_before;
  bool lm_head_required, mask_row_zeroed_in_head;
  double dropout;            // of each block's two outputs, in training
  double attention_dropout;  // of the softmax weights
  double classifier_dropout;
  std::optional<Classification> classification;  // what a classification head's file says

  /// Errors: bad_model naming the field.
  static EsmConfig read(const nlohmann::json& json);
};

}  // namespace groel::models
