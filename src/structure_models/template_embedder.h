// What templates say about pairs of tokens (Abramson et al. 2024, algorithm 16).
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "nn/folding/pair_block.h"
#include "nn/layer_norm.h"
#include "structure_models/watch.h"

namespace groel::structure_models {

/// One template over N tokens with 24 slots.
struct TemplateStructure {
  std::vector<std::int32_t> letters;    ///< [N]: residue types, as the network numbers them; beyond them: none
  std::vector<float> pseudo_beta;       ///< [N, 3], Å
  std::vector<std::uint8_t> has_beta;   ///< [N]
  std::vector<float> backbone;          ///< [N, 3, 3]: N, CA, C of proteins, Å
  std::vector<std::uint8_t> has_frame;  ///< [N]: all three are there
  /// [N, N, 44]: distances 39, pseudo-beta, direction 3, backbone of each pair, before chains are told apart; empty:
  /// they are made of the positions.
  std::vector<float> pairs = {};
  bool empty = false;  ///< nothing lies in it, so that all such are alike
};

/// Which pairs a template says something of. by_numbers: of all, and the more the higher the product of their chains'
/// numbers, with which distances, directions and masks are multiplied (OpenFold3's preview 1).
enum class TemplatePairs { within_chains, all, by_numbers };

/// What an embedder without blocks gives: what it makes of features, or nothing (Protenix 0.5).
enum class WithoutBlocks { used, unused };

struct TemplateForm {
  std::int64_t pair_width = 128;
  std::int64_t letters = 31;
  std::int64_t blocks = 2;
  nn::folding::PairBlockForm block{};  ///< width: that of templates
  TemplatePairs pairs = TemplatePairs::within_chains;
  WithoutBlocks without_blocks = WithoutBlocks::used;
  /// Distances 39, pseudo-beta 1, letters of the column, of the row, direction 3, backbone 1.
  std::int64_t features() const { return 39 + 1 + 2 * letters + 3 + 1; }
};

class TemplateEmbedder final : public nn::Module {
 public:
  TemplateEmbedder() = default;
  explicit TemplateEmbedder(const TemplateForm& form);

  /// `features` [T, F]; `pair_norm`, `pair` [T, C]; `blocks.0`, …; `norm`; `out` [C, T].
  void members(nn::Members to) override;
  /// Adds to z [N * N, C]. chains [N]: of tokens. `watch`: "template0", …. `done` (may be empty) is called after each
  /// of `steps(templates.size())`.
  void add(const std::vector<TemplateStructure>& templates, std::span<const std::int32_t> chains, Tensor& z,
           const Watch& watch = {}, const std::function<void()>& done = {}) const;
  std::int64_t steps(std::size_t templates) const { return unused() ? 0 : static_cast<std::int64_t>(templates); }

 private:
  bool unused() const { return blocks_.empty() && form_.without_blocks == WithoutBlocks::unused; }
  Tensor embedded(const TemplateStructure& one, std::span<const std::int32_t> chains, const Tensor& z) const;

  TemplateForm form_;
  nn::Linear features_;  // (T, F)
  nn::LayerNorm pair_norm_;
  nn::Linear pair_;  // (T, C)
  std::vector<std::shared_ptr<nn::folding::PairBlock>> blocks_;
  nn::LayerNorm norm_;
  nn::Linear out_;  // (C, T)
};

}  // namespace groel::structure_models
