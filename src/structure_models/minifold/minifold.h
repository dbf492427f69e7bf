// MiniFold: a protein's structure from its sequence alone, by ESM-2, its attention maps, and updates of pairs that are
// triangle multiplication and layers of two products (Wohlwend et al. 2025, TMLR). The published weights are under the
// MIT licence.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "models/model.h"
#include "structure_models/minifold/structure.h"
#include "structure_models/minifold/trunk.h"

namespace groel::structure_models {

/// What the language model says of a protein of N residues.
struct MinifoldDescription {
  Tensor s;  ///< [N, Cs]
  Tensor z;  ///< [N*N, Cz], of its attention maps
};

struct MinifoldOptions {
  std::int64_t recycles = -1;  ///< passes through the trunk after the first; below 0: as published (3)
  std::function<void(const EsmfoldProgress&)> progress = {};
};

/// All f32.
struct MinifoldOutput {
  Tensor z;  ///< [N*N, Cz] pairs of the last pass
  Tensor s;  ///< [N, Cs] states that the structure is made of
  MinifoldStructureOutput structure;
  Tensor plddt_logits;  ///< [N, 50]
  Tensor plddt;         ///< [N] of residues, 0..1
};

/// Attention maps of all layers and heads, which are never there at once, through two layers of products.
class PairsFromAttention final : public nn::Module {
 public:
  PairsFromAttention(std::int64_t layers, std::int64_t heads, std::int64_t width);
  /// `0.weight` [Cz, layers*heads] (the heads of a layer side by side), `0.bias`; `2`.
  void members(nn::Members to) override;
  void ready(const nn::Form& form) override;
  std::size_t packed_bytes() const override;
  /// Adds a layer's maps [H, n, n], layers from 0 in order, to what was of the others [n*n, Cz]; layer 0 begins it.
  void add(std::int64_t layer, const Tensor& maps, Tensor& sum) const;
  /// The sum of all becomes pairs, in place.
  void finish(Tensor& sum) const;

 private:
  std::int64_t layers_, heads_, width_;
  Tensor weight_, bias_;
  std::vector<ops::PackedWeight> packed_;  // of each layer (Cz, H)
  nn::Linear out_;
};

class Minifold final : public nn::Module {
 public:
  /// `language_model`: ESM-2, loaded and prepared later by `prepare`. Errors: bad_model.
  Minifold(MinifoldShape shape, std::unique_ptr<models::Model> language_model);
  ~Minifold() override;
  /// The language model's tensors under its own names, all others under those of `adapt_minifold_names`.
  void members(nn::Members to) override;
  /// Once tensors are in place. The structure module and the heads stay f32.
  void prepare(ops::Precision precision);

  const MinifoldShape& shape() const { return shape_; }
  const models::Model& language_model() const { return *language_model_; }
  std::int64_t passes(const MinifoldOptions& options) const;
  std::size_t weight_bytes() const;
  std::int64_t parameters() const;
  /// Bytes that describing and folding a protein of N residues takes beside the weights, found by doing so on tensors
  /// without data.
  std::size_t fold_bytes(std::int64_t residues) const;

  /// Of each protein, residues 0..20 (ideal_residues.h), all in one packed pass; the same whatever else is in the
  /// batch. The language model sees residues alone, no tokens at their ends.
  std::vector<MinifoldDescription> describe(std::span<const std::vector<std::int32_t>* const> proteins) const;
  /// `described`: of these types; its pairs are overwritten. ModuleTaps see the first pass.
  MinifoldOutput fold(std::span<const std::int32_t> types, const MinifoldDescription& described,
                      const MinifoldOptions& options = {}, const ModuleTaps& taps = {}) const;
  /// Both.
  MinifoldOutput fold(const std::vector<std::int32_t>& types, const MinifoldOptions& options = {},
                      const ModuleTaps& taps = {}) const;
  /// [N*N, 64]: of the distance between Cα, below 2 to above 25 Å; symmetric.
  Tensor distogram_logits(const Tensor& z) const { return trunk_.distance_logits(z); }

 private:
  std::unique_ptr<Minifold> without_data() const;
  void judge(MinifoldOutput& out) const;

  MinifoldShape shape_;
  std::unique_ptr<models::Model> language_model_;
  std::array<std::int32_t, 21> tokens_{};  // of each type
  ops::Precision precision_ = ops::Precision::f32;
  nn::Linear language_in_, language_out_;
  PairsFromAttention attention_;
  MinifoldTrunk trunk_;
  ResiduesFromPairs residues_;
  MinifoldStructure structure_;
  nn::LayerNorm confidence_norm_;
  nn::Linear confidence_1_, confidence_2_, confidence_3_;
};

}  // namespace groel::structure_models
