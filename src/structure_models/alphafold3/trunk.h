// AlphaFold 3's trunk: one pass from the embeddings of the pass before to new ones (Abramson et al. 2024, algorithm 1).
#pragma once

#include <memory>
#include <vector>

#include "nn/folding/outer_product_mean.h"
#include "nn/folding/pair_averaging.h"
#include "nn/folding/pairformer.h"
#include "structure_models/relative_encoding.h"
#include "structure_models/template_embedder.h"

namespace groel::structure_models {

/// Whether the last block updates the alignment, which nothing reads after it.
enum class LastBlock { whole, pairs_only };

/// How many deletions before a letter are written: atan(d / 3) times 2 / pi, so that it is at most 1, or times 8 / pi
/// (OpenFold3's previews, by the order in which they multiply and divide).
enum class DeletionScale { to_one, to_four };

struct AlignmentModuleForm {
  std::int64_t width = 64, target_width = 447, features = 34;
  std::int64_t blocks = 4;
  nn::folding::OuterProductMeanForm outer{};
  nn::folding::PairAveragingForm averaging{};
  std::int64_t transition = 256;  ///< inner width
  nn::folding::PairBlockForm pairs{};
  LastBlock last = LastBlock::whole;
  DeletionScale deletions = DeletionScale::to_one;
};

/// Rows of an alignment as a pass takes them.
struct AlignmentRows {
  std::int64_t tokens = 0;
  std::span<const std::int8_t> letters;  ///< [R, N]
  std::span<const float> deletions;      ///< [R, N]
  std::span<const std::int32_t> order;   ///< the rows that are used
  /// [R, N]: 1 where a row has the token; empty: everywhere. What is not there counts for no product of rows and is
  /// left out of transitions.
  std::span<const std::uint8_t> mask = {};
};

/// The alignment's part of the trunk (algorithm 8).
class AlignmentModule final : public nn::Module {
 public:
  AlignmentModule() = default;
  explicit AlignmentModule(const AlignmentModuleForm& form);

  /// `features` [M, 34] of 32 letters, whether something is deleted, and how much; `target` [M, T]; of `blocks.0`, …
  /// `outer`, `averaging`, `transition`, `pairs`.
  void members(nn::Members to) override;
  /// Adds to z [N * N, C] in place. target [N, T]. `watch`: "msa_init", "msa_block0.m", "msa_block0.z", …, and the
  /// updates of the first block. `done` (may be empty) is called after each block.
  void update(const AlignmentRows& rows, const Tensor& target, nn::folding::Pairs& pairs, const Watch& watch = {},
              const std::function<void()>& done = {}) const;

 private:
  struct Block;
  bool updates(std::size_t block) const;
  Tensor embedded(const AlignmentRows& rows, const Tensor& target) const;

  AlignmentModuleForm form_;
  nn::Linear features_;  // (M, 34)
  nn::Linear target_;    // (M, T)
  std::vector<std::shared_ptr<Block>> blocks_;
};

struct Alphafold3TrunkForm {
  std::int64_t pair_width = 128, single_width = 384, target_width = 447;
  TemplateForm templates{};
  AlignmentModuleForm alignment{};
  std::int64_t blocks = 48;
  nn::folding::PairformerForm pairformer{};
};

/// Single tokens and pairs: what a pass begins with and what it gives.
struct TrunkState {
  Tensor single;            ///< [N, S]
  nn::folding::Pairs pair;  ///< [N * N, Z]
};

/// What a pass is given beside the state.
struct Alphafold3TrunkInput {
  const TokenPlaces& places;
  const Tensor& target;  ///< [N, T]
  const std::vector<TemplateStructure>& templates;
  const AlignmentRows& alignment;
  /// Entries (row, column) of the pair matrix with a bond, each once.
  std::span<const std::pair<std::int32_t, std::int32_t>> bonds;
};

class Alphafold3Trunk final : public nn::Module {
 public:
  explicit Alphafold3Trunk(const Alphafold3TrunkForm& form);

  /// `row`, `column` [Z, T]; `relative` [Z, 139]; `bond` [Z, 1]; `previous_pair_norm`, `previous_pair`; `templates`;
  /// `alignment`; `single`, `previous_single_norm`, `previous_single`; `pairformer.0`, ….
  void members(nn::Members to) override;
  /// The state before the first pass: zeros.
  TrunkState start(std::int64_t tokens) const;
  /// In place. `watch`: "z_init", "template0", "z_after_template", those of the alignment, "s_init", "pairformer0.z",
  /// …. `done` (may be empty) is called after each of `steps(in.templates.size())`: templates, blocks of the alignment,
  /// and those of the Pairformer.
  void pass(const Alphafold3TrunkInput& in, TrunkState& state, const Watch& watch = {},
            const std::function<void()>& done = {}) const;
  std::int64_t steps(std::size_t templates) const {
    return templates_.steps(templates) + form_.alignment.blocks + form_.blocks;
  }

 private:
  void embed_pairs(const Alphafold3TrunkInput& in, Tensor& z) const;

  Alphafold3TrunkForm form_;
  nn::Linear row_, column_, relative_, bond_;
  nn::LayerNorm previous_pair_norm_, previous_single_norm_;
  nn::Linear previous_pair_, previous_single_, single_;
  TemplateEmbedder templates_;
  AlignmentModule alignment_;
  nn::folding::Pairformer pairformer_;
};

}  // namespace groel::structure_models
