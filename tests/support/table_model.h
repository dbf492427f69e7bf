// A model whose prediction for a token is a row of a table, so that all results are known by hand.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/model.h"
#include "nn/embedding.h"

namespace groel::testing {

/// Column `column` of the row of a token.
inline float table_value(std::int32_t id, std::int64_t column) {
  return static_cast<float>((id * 31 + column * 17) % 23) / 8.0F - 1;
}

class TableModel final : public models::Model, public models::Encoder, public models::MaskedLm {
 public:
  explicit TableModel(models::TokenizerPointer tokenizer)
      : tokenizer_(std::move(tokenizer)), words_(tokenizer_->size(), tokenizer_->size()) {}

  models::ModelInfo info() const override {
    const std::int64_t size = tokenizer_->size();
    return {"table", 1, size, 1, size, size, size, size * size, {}};
  }
  const bio::Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::vector<std::string> capabilities() const override { return {"encoder", "masked_lm"}; }
  void members(nn::Members to) override { to.part("words", words_); }

  Tensor encode(const models::Batch& batch, const models::Taps& taps) const override {
    const auto ids = batch.tokens.values<std::int32_t>();
    seen_.assign(ids.begin(), ids.end());
    Tensor x = words_({batch.tokens, {}});
    for (int layer = 0; taps.hidden && layer <= 1; ++layer) taps.hidden(layer, x);
    return x;
  }
  Tensor logits(const Tensor& last_hidden) const override { return last_hidden.clone(); }

  /// The tokens of the last batch that it was given.
  const std::vector<std::int32_t>& seen() const { return seen_; }

 private:
  models::TokenizerPointer tokenizer_;
  nn::EmbeddingTable words_;  // (V, V)
  mutable std::vector<std::int32_t> seen_;
};

template <class Tokenizer>
std::unique_ptr<TableModel> table_model() {
  const auto tokenizer = std::make_shared<const Tokenizer>();
  auto model = std::make_unique<TableModel>(tokenizer);
  model->built_by([tokenizer] { return std::make_unique<TableModel>(tokenizer); });
  Tensor table = Tensor::empty({tokenizer->size(), tokenizer->size()});
  float* to = table.mutable_data<float>();
  for (std::int32_t id = 0; id < tokenizer->size(); ++id)
    for (std::int64_t column = 0; column < tokenizer->size(); ++column) *to++ = table_value(id, column);
  *nn::tree_of(*model).parameters.at(0).slot = table;
  model->prepare(ops::Precision::f32);
  return model;
}

}  // namespace groel::testing
