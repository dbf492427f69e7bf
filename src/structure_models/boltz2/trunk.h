// Boltz-2's trunk: one pass from the embeddings of the pass before to new ones.
#pragma once

#include <memory>
#include <vector>

#include "structure_models/alphafold3/trunk.h"
#include "structure_models/boltz2/input.h"

namespace groel::structure_models {

/// What it says of templates. Beside AlphaFold 3's: 38 bins of distances that say something of every pair within a
/// chain, directions as their signs, what blocks make of pairs on top of what they begin with, and a mean over
/// templates that are there.
class Boltz2Templates final : public nn::Module {
 public:
  explicit Boltz2Templates(const TemplateForm& form);

  /// `features` [T, 109]: distances 38, pseudo-beta, direction 3, frame, letters of the row, of the column;
  /// `pair_norm`, `pair` [T, C]; `blocks.0`, …; `norm`; `out` [C, T].
  void members(nn::Members to) override;
  /// Adds to z [N * N, C]. `done` (may be empty) is called after each template.
  void add(const std::vector<Boltz2Template>& templates, std::span<const std::int32_t> chains, Tensor& z,
           const std::function<void()>& done = {}) const;

  static constexpr std::int64_t kFeatures = 38 + 1 + 3 + 1 + 2 * kBoltz2Letters;

 private:
  Tensor embedded(const Boltz2Template& one, std::span<const std::int32_t> chains, const Tensor& z) const;

  TemplateForm form_;
  nn::Linear features_;  // (T, 109)
  nn::LayerNorm pair_norm_;
  nn::Linear pair_;  // (T, C)
  std::vector<std::shared_ptr<nn::folding::PairBlock>> blocks_;
  nn::LayerNorm norm_;
  nn::Linear out_;  // (C, T)
};

/// Its alignment: rows are updated before pairs learn of them, in every block.
class Boltz2Alignment final : public nn::Module {
 public:
  explicit Boltz2Alignment(const AlignmentModuleForm& form);

  /// `features` [M, 36] of 33 letters, whether something is deleted, how much, whether it is paired; `target` [M, S];
  /// of `blocks.0`, … `averaging`, `transition`, `outer`, `pairs`.
  void members(nn::Members to) override;
  /// Updates pairs by the first `rows` of the alignment, in place. `watch`: "msa.m", "msa.z" of the last block.
  void update(const Boltz2Input& input, std::int64_t rows, const Tensor& target, nn::folding::Pairs& pairs,
              const Watch& watch = {}, const std::function<void()>& done = {}) const;

  static constexpr std::int64_t kFeatures = kBoltz2Letters + 3;

 private:
  struct Block;
  AlignmentModuleForm form_;
  nn::Linear features_;  // (M, 36)
  nn::Linear target_;    // (M, S)
  std::vector<std::shared_ptr<Block>> blocks_;
};

/// What is said of each pair of tokens before anything is computed of it: where they are relative to each other, their
/// bond, and that nobody has said whether they touch.
class Boltz2Pairs final : public nn::Module {
 public:
  explicit Boltz2Pairs(std::int64_t width);

  /// `relative` [Z, 139], `bond` [Z, 1], `bond_types` [7, Z], `unspecified` [Z].
  void members(nn::Members to) override;
  /// To z [N * N, Z].
  void add(const TokenPlaces& places, std::span<const Boltz2Bond> bonds, Tensor& z) const;

 private:
  std::int64_t width_;
  nn::Linear relative_, bond_;
  Tensor types_, unspecified_;
};

class Boltz2Trunk final : public nn::Module {
 public:
  explicit Boltz2Trunk(const Alphafold3TrunkForm& form);

  /// `row`, `column` [Z, S]; `pairs`; `previous_pair_norm`, `previous_pair`; `templates`; `alignment`; `single`,
  /// `previous_single_norm`, `previous_single`; `pairformer.0`, ….
  void members(nn::Members to) override;
  /// The state before the first pass: zeros.
  TrunkState start(std::int64_t tokens) const;
  /// In place; target [N, S]; `rows` of the alignment. `watch`: "z_init", "template_update", those of the alignment,
  /// "pairformer.z", "pairformer.s". `done` (may be empty) is called after each of `steps(templates)`.
  void pass(const Boltz2Input& input, const Tensor& target, std::int64_t rows, TrunkState& state,
            const Watch& watch = {}, const std::function<void()>& done = {}) const;
  std::int64_t steps(std::size_t templates) const {
    return static_cast<std::int64_t>(templates) + form_.alignment.blocks + form_.blocks;
  }

 private:
  Alphafold3TrunkForm form_;
  nn::Linear row_, column_;
  Boltz2Pairs pairs_;
  nn::LayerNorm previous_pair_norm_, previous_single_norm_;
  nn::Linear previous_pair_, previous_single_, single_;
  Boltz2Templates templates_;
  Boltz2Alignment alignment_;
  nn::folding::Pairformer pairformer_;
};

}  // namespace groel::structure_models
