// A trunk of transformer blocks over token sequences, with the heads that such a trunk may have.
#pragma once

#include <memory>

#include "models/classifier.h"
#include "models/model.h"
#include "nn/classification_head.h"
#include "nn/contact_head.h"
#include "nn/layer_norm.h"
#include "nn/rotary.h"
#include "ops/attention.h"

namespace groel::models {

/// What a causal model has kept of the sequences of a batch.
struct Kept {
  std::span<Prefix* const> prefixes;
  DType type;
};

class PromptedBatch;

/// What a block's pass needs beside x.
struct Pass {
  const Batch& batch;  ///< with the rows of prompts
  const Taps& taps;
  int block;                                                ///< from 0
  ops::Precision precision;                                 ///< beside the products
  const Kept* kept = nullptr;                               ///< of earlier tokens; none: the batch is all there is
  std::shared_ptr<const PromptedBatch> prompted = nullptr;  ///< none: no prompts

  /// What products read: bf16 where they are bf16.
  DType product_input() const { return precision == ops::Precision::bf16 ? DType::bf16 : DType::f32; }
  /// Of what the block drops in training: this number and the next belong to it alone.
  std::uint64_t stream() const { return 2 * static_cast<std::uint64_t>(block); }
  /// Softmax attention -> [T, H*K], over what is kept, too. Its maps are shown to the tap that wants them.
  Tensor attention(ops::AttentionInput input) const;

 private:
  Tensor attention_with_kept(const ops::AttentionInput& input) const;
};

class Block : public nn::Module {
 public:
  /// x [T, D] -> [T, D]; in place of x at inference.
  virtual Tensor forward(const Tensor& x, const Pass& pass) const = 0;

 protected:
  /// x + dropout(linear(input)); in place of x at inference.
  static Tensor join(const nn::Linear& linear, const Tensor& input, const Tensor& x, double dropout,
                     std::uint64_t stream);
  /// x + dropout(linear(attention)), through the gate of prompts where there is one.
  static Tensor join_attention(const nn::Linear& linear, const ops::AttentionInput& input, const Tensor& x,
                               double dropout, const Pass& pass);
};

struct TransformerShape {
  std::string_view family;
  std::int64_t layers, width, heads;
  std::int64_t ffn;         ///< width inside of the feed-forward half, after a gate
  std::int64_t inner;       ///< columns of the first product of that half: twice as many where there is a gate
  std::int64_t vocabulary;  ///< rows of the table of tokens, columns of the logits
  std::optional<std::int64_t> max_residues;  ///< none: any length
  std::optional<Classification> classification;
  double dropout = 0, classifier_dropout = 0, attention_dropout = 0;
  bool causal = false;                     ///< a token sees those before it alone, and its logits are of the next
  std::optional<std::int64_t> max_tokens;  ///< of a causal model
  bool norm_in_heads = false;              ///< the final norm belongs to the heads: the last layer is seen without it
};

/// A family derives from it: it names the tensors, embeds, and has the language-model head.
class Transformer : public Model,
                    public Encoder,
                    public MaskedLm,
                    public CausalLm,
                    public ContactPredictor,
                    public Classifier,
                    public PromptTaker {
 public:
  ModelInfo info() const override;
  const bio::Tokenizer& tokenizer() const override { return *tokenizer_; }
  std::vector<std::string> capabilities() const override;

  Tensor encode(const Batch& batch, const Taps& taps) const override;

  Tensor extend(Batch batch, std::span<Prefix* const> prefixes, DType held) const override;
  std::optional<std::int64_t> max_tokens() const override { return shape_.max_tokens; }
  std::size_t prefix_bytes(std::int64_t tokens, DType held) const override;

  const Classification& classification() const override { return shape_.classification.value(); }
  Tensor head_input(const Tensor& last_hidden, const Batch& batch) const override;
  using Classifier::classify;
  Tensor classify(const Tensor& head_input) const override;

  void add_contact_maps(Tensor& logits, int layer, const Tensor& maps,
                        std::span<const std::int32_t> tokens) const override;
  void finish_contacts(Tensor& logits) const override { contact_head_.finish(logits); }

  void take_prompts(const nn::PromptShape& shape) override;
  const nn::Prompts* prompts() const override { return prompts_.get(); }

 protected:
  Transformer(TransformerShape shape, TokenizerPointer tokenizer, nn::LayerNorm final_norm);
  void add_block(std::unique_ptr<Block> block) { blocks_.push_back(std::move(block)); }

  /// -> [T, D]
  virtual Tensor embed(const Batch& batch) const = 0;
  /// What the rows that `embed` and prompts give go through before the first block.
  virtual Tensor embedded(const Tensor& x) const { return x; }
  /// Whether the batch's prompts leave the model's scale of masked sequences as it is.
  bool scales_masked(const Batch& batch) const;

  /// x [T, D] through the final norm.
  Tensor normed(const Tensor& x) const { return final_norm_(x); }

  /// Names of the parts that all have, for `members`, in this order.
  void name_blocks(const nn::Members& to, std::string_view prefix);
  void name_norm(const nn::Members& to, std::string_view name) { to.after_blocks().part(name, final_norm_); }
  void name_contact_head(const nn::Members& to, std::string_view name);
  void name_lm_head(const nn::Members& to, std::string_view name, nn::Module& head, bool required);
  void name_classes(const nn::Members& to);

  void check_trainable() const override;

 private:
  bool labels_tokens() const { return shape_.classification->label_of == LabelOf::token; }
  Tensor run(const Batch& batch, const Taps& taps, const Kept* kept) const;
  Tensor run_block(const Tensor& x, const Pass& pass) const;
  std::shared_ptr<const PromptedBatch> prompted(const Batch& batch) const;

  TransformerShape shape_;
  TokenizerPointer tokenizer_;
  std::unique_ptr<nn::Prompts> prompts_;
  std::vector<std::unique_ptr<Block>> blocks_;
  nn::LayerNorm final_norm_;
  nn::ContactHead contact_head_;
  nn::ClassificationHead sequence_head_;
  nn::Linear token_head_;
};

}  // namespace groel::models
