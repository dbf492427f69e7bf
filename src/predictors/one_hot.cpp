// One-hot residues as an encoder: a table with a row for each token.
#include "predictors/one_hot.h"

#include <algorithm>

#include "bio/esm_tokenizer.h"
#include "bio/residues.h"
#include "checkpoints/trunk.h"
#include "nn/embedding.h"

namespace groel::predictors {
namespace {

using models::Batch;
using models::Taps;

class OneHotEncoder final : public models::Model, public models::Encoder {
 public:
  OneHotEncoder() : tokens_(bio::esm_tokenizer({})), table_(tokens_->size(), bio::kOneHotWidth) {}

  void members(nn::Members to) override { to.part("one_hot", table_); }
  models::ModelInfo info() const override {
    return {.family = "one-hot residues", .width = bio::kOneHotWidth, .vocabulary = tokens_->size()};
  }
  const bio::Tokenizer& tokenizer() const override { return *tokens_; }
  std::vector<std::string> capabilities() const override { return {std::string(kName)}; }
  Tensor encode(const Batch& batch, const Taps& taps) const override {
    Tensor x = table_({batch.tokens, {}, -1});
    if (taps.hidden) taps.hidden(0, x);
    return x;
  }

 private:
  models::TokenizerPointer tokens_;
  nn::EmbeddingTable table_;
};

Tensor one_hot_table(const bio::Tokenizer& tokens) {
  return Tensor::computed({tokens.size(), bio::kOneHotWidth}, Device::cpu, [&](std::span<float> to) {
    std::fill(to.begin(), to.end(), 0.0F);
    for (std::int32_t id = 0; id < tokens.size(); ++id) {
      const std::string& text = tokens.token(id);
      const char letter = text.size() == 1 ? text[0] : '-';
      to[static_cast<std::size_t>(id * bio::kOneHotWidth + bio::one_hot_column(letter))] = 1;
    }
  });
}

}  // namespace

checkpoints::LoadedModel one_hot_model() {
  checkpoints::LoadedModel out;
  out.model = std::make_unique<OneHotEncoder>();
  out.model->built_by([] { return std::make_unique<OneHotEncoder>(); });
  *nn::tree_of(*out.model).parameters.at(0).slot = one_hot_table(out.model->tokenizer());
  out.model->prepare(ops::Precision::f32);
  out.path = checkpoints::kOneHot;
  out.layout = "one-hot residues";
  out.fingerprint = checkpoints::kOneHot;
  return out;
}

}  // namespace groel::predictors
