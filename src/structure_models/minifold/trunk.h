// The folding trunk of MiniFold: updates of pairs alone, passed through several times with the likeliest distances that
// came of it (Wohlwend et al. 2025, TMLR).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "nn/embedding.h"
#include "structure_models/minifold/shape.h"
#include "structure_models/pairs_from_residues.h"
#include "structure_models/sequence_structure.h"
#include "structure_models/taps.h"

namespace groel::structure_models {

class MinifoldBlock;

/// What bins of distances add to pairs: a linear layer of one-hot vectors, as a table.
class BinTable final : public nn::Module {
 public:
  BinTable(std::int64_t bins, std::int64_t width) : bins_(bins), width_(width) {}
  /// `weight` [Cz, bins], `bias` [Cz].
  void members(nn::Members to) override;
  void ready(const nn::Form& form) override;
  std::size_t packed_bytes() const override { return table_.defined() ? table_.bytes() : 0; }
  /// [bins + 1, Cz] f32: of each bin; the last row is of none.
  const Tensor& table() const { return table_; }

 private:
  std::int64_t bins_, width_;
  Tensor weight_, bias_, table_;
};

struct MinifoldTrunkInput {
  Tensor s;  ///< [N, Cs]
  Tensor z;  ///< [N*N, Cz], of the language model's attention; is overwritten
  std::int64_t passes = 4;
  std::function<void(const EsmfoldProgress&)> progress = {};
};

class MinifoldTrunk final : public nn::Module {
 public:
  explicit MinifoldTrunk(const MinifoldShape& shape);
  ~MinifoldTrunk() override;
  void members(nn::Members to) override;
  /// -> z [N*N, Cz] of the last pass. What taps see is that of the first pass, and `recycle.1`.
  Tensor operator()(const MinifoldTrunkInput& input, const ModuleTaps& taps = {}) const;
  /// [N*N, bins] of z [N*N, Cz]; symmetric.
  Tensor distance_logits(const Tensor& z) const;

 private:
  void begin(const Tensor& s, Tensor& z, const ModuleTaps& taps) const;
  Tensor entering(const Tensor& base, std::span<const std::int32_t> bins) const;
  std::vector<std::int32_t> likeliest_distances(const Tensor& z) const;
  Tensor logits_of(const Tensor& z, std::int64_t begin, std::int64_t end) const;

  MinifoldShape shape_;
  nn::EmbeddingTable positions_;  // (2*bins + 2, Cz); row 0 is of pairs that are masked, of which there are none
  PairsFromResidues from_residues_;
  nn::Linear projection_;  // (Cz, 3*Cz): of attention's pairs, residues' pairs, positions
  BinTable recycled_;
  std::vector<std::unique_ptr<MinifoldBlock>> blocks_;
  nn::Linear distance_1_, distance_2_;
};

}  // namespace groel::structure_models
