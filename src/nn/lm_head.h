// Language-model heads as in BERT: dense, GELU, layer norm, decoder.
#pragma once

#include "nn/embedding.h"
#include "nn/layer_norm.h"
#include "nn/linear.h"

namespace groel::nn {

/// With a decoder of its own.
class LmHead final : public Module {
 public:
  LmHead(std::int64_t width, std::int64_t vocabulary, float epsilon)
      : dense_(width, width, {.exactness = Exactness::head}),
        norm_(width, epsilon),
        decoder_(width, vocabulary, {.exactness = Exactness::head}) {}

  /// `dense`, `layer_norm`, `decoder`.
  void members(Members to) override {
    to.part("dense", dense_);
    to.part("layer_norm", norm_);
    to.part("decoder", decoder_);
  }
  /// x [T, D] -> logits [T, V] f32.
  Tensor operator()(const Tensor& x) const {
    return decoder_(norm_(dense_(x, {.activation = ops::Activation::gelu_erf})));
  }

 private:
  Linear dense_;
  LayerNorm norm_;
  Linear decoder_;
};

/// No more than the embedding table, or a table of its own: as in GPT-2.
class TableHead final : public Module {
 public:
  /// `words` [V, D] outlives it. `tied`: a table of its own has to be the same.
  TableHead(const EmbeddingTable& words, std::int64_t width, std::int64_t vocabulary, bool tied)
      : words_(words), width_(width), vocabulary_(vocabulary), tied_(tied) {}

  /// `weight` [V, D], which may be absent where it is tied.
  void members(Members to) override;
  /// Errors: bad_model where the tables should be one and are not.
  void ready(const Form& form) override;
  void repack() override;
  std::size_t packed_bytes() const override { return packed_.defined() ? packed_.bytes() : 0; }

  /// x [T, D] -> logits [T, V] f32.
  Tensor operator()(const Tensor& x) const;

 private:
  void pack();

  const EmbeddingTable& words_;
  std::int64_t width_;
  std::int64_t vocabulary_;
  bool tied_;
  Tensor table_;     // (V, D), its own
  Tensor gradient_;  // (V, D)
  Form form_;
  ops::PackedWeight packed_;
  ops::PackedWeight packed_transposed_;  // in training only
};

/// Whose decoder is the embedding table; some files hold a table of its own all the same.
class TiedLmHead final : public Module {
 public:
  /// `words` [V, D] outlives it. `tied`: a table of its own has to be the same.
  TiedLmHead(const EmbeddingTable& words, std::int64_t width, std::int64_t vocabulary, float epsilon, bool tied)
      : words_(words),
        width_(width),
        vocabulary_(vocabulary),
        tied_(tied),
        dense_(width, width, {.exactness = Exactness::head}),
        norm_(width, epsilon) {}

  /// `dense`, `layer_norm`, `bias` [V], and `decoder.weight` [V, D], which may be absent where it is tied.
  void members(Members to) override;
  /// Errors: bad_model where the tables should be one and are not; in training unsupported where they are not.
  void ready(const Form& form) override;
  void repack() override;
  std::size_t packed_bytes() const override { return packed_.defined() ? packed_.bytes() : 0; }

  /// x [T, D] -> logits [T, V] f32.
  Tensor operator()(const Tensor& x) const;

 private:
  bool same_tables() const;
  void pack(const Tensor& table, bool both_ways);

  const EmbeddingTable& words_;
  std::int64_t width_;
  std::int64_t vocabulary_;
  bool tied_;
  Linear dense_;
  LayerNorm norm_;
  Tensor bias_;   // (V)
  Tensor table_;  // (V, D), only while loading
  ops::PackedWeight packed_;
  // In training only
  ops::PackedWeight packed_transposed_;
  Tensor bias_gradient_;  // (V)
};

}  // namespace groel::nn
