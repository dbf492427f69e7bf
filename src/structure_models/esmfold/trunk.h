// The folding trunk of ESMFold: blocks over residues and pairs, passed through several times with what came of it.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "nn/embedding.h"
#include "structure_models/esmfold/shape.h"
#include "structure_models/sequence_structure.h"

namespace groel::structure_models {

class EsmfoldBlock;

struct EsmfoldTrunkInput {
  Tensor residues;                              ///< [N, Cs], what the language model says of them
  std::span<const std::int32_t> types;          ///< [N] of 0..20
  std::span<const std::int32_t> residue_index;  ///< [N] numbers in the chain, by whose differences pairs are told apart
  std::int64_t passes = 4;
  StructureModule::Keep keep = StructureModule::Keep::last;
  std::function<void(const EsmfoldProgress&)> progress = {};
};

struct EsmfoldTrunkOutput {
  Tensor s;  ///< [N, Cs]
  Tensor z;  ///< [N*N, Cz]
  std::vector<StructureRound> rounds;
};

class EsmfoldTrunk final : public nn::Module {
 public:
  explicit EsmfoldTrunk(const EsmfoldShape& shape);
  ~EsmfoldTrunk() override;
  void members(nn::Members to) override;
  /// What taps see is that of the first pass.
  EsmfoldTrunkOutput operator()(const EsmfoldTrunkInput& input, const ModuleTaps& taps = {}) const;

 private:
  void begin_pass(const EsmfoldTrunkInput& input, std::span<const std::int32_t> bins, EsmfoldTrunkOutput& state,
                  const ModuleTaps& taps) const;

  EsmfoldTrunkShape shape_;
  nn::EmbeddingTable positions_;  // (2*bins + 2, Cz); row 0 is of pairs that are masked, of which there are none
  nn::LayerNorm recycled_s_norm_, recycled_z_norm_;
  nn::EmbeddingTable distances_;  // (15, Cz)
  std::vector<std::unique_ptr<EsmfoldBlock>> blocks_;
  nn::Linear to_structure_s_, to_structure_z_;
  StructureModule structure_;
};

/// atoms [N, 14, 3] -> of each pair the bin of the distance between Cβ, of 15 from 3.375 to 21.375 Å, as the trunk
/// reads it. Cβ is where it is in an ideal residue; of a residue without atoms at the origin.
std::vector<std::int32_t> recycled_distances(const Tensor& atoms);

}  // namespace groel::structure_models
