// A small transformer encoder over the residues: blocks as in ESM-2, norms first, rotary positions.
#pragma once

#include <memory>
#include <vector>

#include "nn/heads/residue_layers.h"
#include "nn/layer_norm.h"
#include "nn/rotary.h"

namespace groel::nn {

class TransformerBlock final : public Module {
 public:
  TransformerBlock(std::int64_t width, const HeadShape& shape);

  /// `attention_norm`, `attention` (query, key, value), `attention_out`, `norm`, `up`, `down`.
  void members(Members to) override;

  struct Pass {
    Tensor bounds;
    ops::RotaryTable rotary;
    std::size_t place;  ///< of its dropout
  };
  /// x [T, D] -> [T, D].
  Tensor operator()(const Tensor& x, const Pass& pass) const;

 private:
  std::int64_t width_, heads_;
  double dropout_;
  LayerNorm attention_norm_;
  Linear attention_, attention_out_;
  LayerNorm norm_;
  Linear up_, down_;
};

class TransformerHead final : public PredictionHead {
 public:
  explicit TransformerHead(const HeadShape& shape);
  bool reads_residues() const override { return true; }
  std::vector<std::string> entrances() const override { return {"input"}; }

 private:
  /// `input`, `layers.0` and so on, `norm`, `output`.
  void layers(Members to) override;
  Tensor outputs(const HeadInput& input) const override;

  Linear input_;
  std::vector<TransformerBlock> blocks_;
  LayerNorm norm_;
  ResidueOutput output_;
  std::unique_ptr<RotaryTables> rotary_;
};

}  // namespace groel::nn
