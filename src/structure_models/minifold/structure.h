// From MiniFold's pairs to atoms: states of residues out of pairs, attention over residues, and one frame for each.
#pragma once

#include <memory>
#include <vector>

#include "nn/layer_norm.h"
#include "nn/linear.h"
#include "structure_models/angle_resnet.h"
#include "structure_models/minifold/shape.h"
#include "structure_models/taps.h"

namespace groel::structure_models {

/// States of residues: linear(mean of its row | mean of its column | s), of pairs that went through two layers.
class ResiduesFromPairs final : public nn::Module {
 public:
  ResiduesFromPairs(std::int64_t pair_width, std::int64_t width);
  void members(nn::Members to) override;
  void ready(const nn::Form& form) override;
  /// z [N*N, Cz], s [N, Cs] -> [N, Cs]
  Tensor operator()(const Tensor& z, const Tensor& s) const;

 private:
  std::int64_t width_;  // of pairs
  nn::LayerNorm norm_;
  nn::Linear first_, second_;  // (Cz, Cz)
  nn::Linear combine_;         // (Cs, 2*Cz + Cs)
  DType input_ = DType::f32;
};

/// All f32.
struct MinifoldStructureOutput {
  Tensor frames;      ///< [N, 12]: rotation row by row, translation in Å
  Tensor raw_angles;  ///< [N, 7, 2]
  Tensor angles;      ///< [N, 7, 2]: sine and cosine of omega, phi, psi, chi 1 to 4
  Tensor atoms;       ///< [N, 14, 3] in Å, zeros where a residue has no such atom (ideal_residues.h)
  Tensor states;      ///< [N, Cs]
};

class MinifoldStructure final : public nn::Module {
 public:
  explicit MinifoldStructure(const MinifoldShape& shape);
  ~MinifoldStructure() override;
  /// layer_norm_s, layer_norm_z, linear_in, biases.N (heads of block N), attn.N, transitions.N, bb_update,
  /// angle_resnet.
  void members(nn::Members to) override;
  /// s [N, Cs], z [N*N, Cz], `types` [N] of residues 0..20.
  MinifoldStructureOutput operator()(const Tensor& s, const Tensor& z, std::span<const std::int32_t> types,
                                     const ModuleTaps& taps = {}) const;

 private:
  class Block;
  void place(std::span<const std::int32_t> types, const Tensor& points, MinifoldStructureOutput& out) const;

  MinifoldShape shape_;
  nn::LayerNorm norm_s_, norm_z_;
  nn::Linear in_;
  std::vector<std::unique_ptr<Block>> blocks_;
  nn::Linear backbone_;  // (9, Cs): N, CA and C
  AngleResnet angles_;
};

}  // namespace groel::structure_models
