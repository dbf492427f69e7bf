// The transformer of atoms: attention within windows, biased by pairs of atoms, under what is known of each atom
// (Abramson et al. 2024, algorithm 7).
#pragma once

#include <memory>
#include <vector>

#include "nn/folding/biased_attention.h"
#include "nn/folding/transition.h"
#include "structure_models/atom_windows.h"
#include "structure_models/watch.h"

namespace groel::structure_models {

/// Keys of a window that are no atom. visible: they take their share of the softmax with a value of zeros (AlphaFold
/// 3).
enum class EmptyKeys { visible, hidden };

struct AtomTransformerForm {
  std::int64_t width = 128, pair_width = 16;
  std::int64_t blocks = 3, heads = 4, head_width = 32;
  std::int64_t transition = 256;  ///< inner width
  nn::folding::KeyNorm keys = nn::folding::KeyNorm::own;
  EmptyKeys empty_keys = EmptyKeys::visible;
  nn::folding::TransitionKind kind = nn::folding::TransitionKind::swiglu;
};

/// What pairs of atoms add to the scores of a window's queries and keys: for each block [H * A, 128] f32, where the
/// rows of window w begin at H * 32 * w and are [H, queries of w, 128].
struct WindowBias {
  std::vector<Tensor> blocks;
  /// [H, queries, 128] of each window.
  std::vector<Tensor> of(std::size_t block, const AtomWindows& atoms) const;
};

class AtomTransformer final : public nn::Module {
 public:
  AtomTransformer() = default;
  explicit AtomTransformer(const AtomTransformerForm& form);

  /// `pair_norm`, `pair_logits` [blocks * H, P]; `blocks.0.attention`, `blocks.0.transition`, ….
  void members(nn::Members to) override;

  /// A bias of all blocks without values.
  WindowBias empty_bias(const AtomWindows& atoms) const;
  /// Fills in windows from `first` on. pairs [windows * 32 * 128, P]: of whole windows, also the last.
  void fill_bias(const Tensor& pairs, std::int64_t first, const AtomWindows& atoms, WindowBias& to) const;

  /// x [S * A, D], S samples one after the other, is updated in place; condition [A, D] is that of all. `watch`:
  /// "block0", ….
  void update(Tensor& x, const Tensor& condition, const AtomWindows& atoms, const WindowBias& bias,
              const Watch& watch = {}) const;

 private:
  struct Block;
  AtomTransformerForm form_;
  nn::LayerNorm pair_norm_;
  nn::Linear pair_logits_;  // (blocks * H, P)
  std::vector<std::shared_ptr<Block>> blocks_;
};

}  // namespace groel::structure_models
