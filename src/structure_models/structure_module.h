// The structure module of AlphaFold 2: frames of residues and torsion angles, refined in rounds with shared weights.
#pragma once

#include <memory>
#include <vector>

#include "nn/layer_norm.h"
#include "structure_models/angle_resnet.h"
#include "structure_models/invariant_point_attention.h"
#include "structure_models/taps.h"

namespace groel::structure_models {

struct StructureModuleShape {
  PointAttentionShape attention;
  std::int64_t rounds = 8;
  std::int64_t transition_layers = 1;
  std::int64_t angle_width = 128, angle_blocks = 2;
  float translation_scale = 10;    ///< Å in a unit of the network
  float least_angle_norm = 1e-8F;  ///< of (sine, cosine) before they are normalised, squared
};

/// After one round; all f32.
struct StructureRound {
  Tensor frames;      ///< [N, 7]: unit quaternion (real part first), translation in Å
  Tensor raw_angles;  ///< [N, 7, 2]
  Tensor angles;      ///< [N, 7, 2]: sine and cosine of omega, phi, psi, chi 1 to 4
  Tensor atoms;       ///< [N, 14, 3] in Å, zeros where a residue has no such atom (ideal_residues.h)
  Tensor states;      ///< [N, Cs]
};

class StructureModule final : public nn::Module {
 public:
  explicit StructureModule(const StructureModuleShape& shape);
  ~StructureModule() override;
  /// Names of OpenFold: layer_norm_s, layer_norm_z, linear_in, ipa, transition.layers.0.linear_1, bb_update.linear, …
  void members(nn::Members to) override;

  /// Which rounds are kept.
  enum class Keep { last, all };
  /// s [N, Cs], z [N*N, Cz] (both before their norms; z is overwritten), `types` [N] of residues 0..20 -> the last
  /// round, or all.
  std::vector<StructureRound> operator()(const Tensor& s, const Tensor& z, std::span<const std::int32_t> types,
                                         Keep keep = Keep::last, const ModuleTaps& taps = {}) const;

 private:
  class TransitionLayer;
  Tensor transition(Tensor s) const;
  StructureRound described(const Tensor& s, const Tensor& first, std::span<const std::int32_t> types,
                           std::span<const QuaternionFrame> frames, const ModuleTaps& taps) const;

  StructureModuleShape shape_;
  nn::LayerNorm norm_s_, norm_z_;
  nn::Linear in_;
  InvariantPointAttention attention_;
  nn::LayerNorm attention_norm_;
  std::vector<std::unique_ptr<TransitionLayer>> transition_;
  nn::LayerNorm transition_norm_;
  nn::Linear backbone_update_;  // (6, Cs)
  AngleResnet angles_;
};

}  // namespace groel::structure_models
