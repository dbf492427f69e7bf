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
  bool tied;                                     // the output table is the embedding table, as by default
  std::optional<std::int64_t> mask_id, pad_id;

  /// Errors: bad_model naming the field that is missing, impossible, or asks for what would give other numbers than
  /// this build computes. Fields that are not known, and those of training and generation, are let pass.
  static EsmConfig read(const nlohmann::json& json);
  /// Errors: bad_model, where the vocabulary is not the one that the configuration speaks of.
  void check_vocabulary(const bio::Tokenizer& tokenizer) const;
};

}  // namespace groel::models
