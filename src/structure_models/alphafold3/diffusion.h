// AlphaFold 3's diffusion module: from noisy positions and the trunk's embeddings to denoised positions (Abramson et
// al. 2024, algorithms 20 to 23).
#pragma once

#include <memory>
#include <vector>

#include "structure_models/atom_encoder.h"
#include "structure_models/relative_encoding.h"

namespace groel::structure_models {

struct TokenTransformerForm {
  std::int64_t width = 768, condition = 384, pair_width = 128;
  std::int64_t blocks = 24, heads = 16, head_width = 48;
  std::int64_t blocks_together = 4;  ///< that share a product of pairs
  std::int64_t transition = 1536;    ///< inner width
  nn::folding::TransitionKind kind = nn::folding::TransitionKind::swiglu;
};

/// Whether what pairs add to the scores of all blocks is kept from one step to the next, or made anew.
enum class KeptLogits { all, none };

/// The transformer of tokens under the noise level.
class TokenTransformer final : public nn::Module {
 public:
  TokenTransformer() = default;
  explicit TokenTransformer(const TokenTransformerForm& form);

  /// `pair_norm`; `pair_logits.0`, … [together * H, Z]; of `blocks.0`, …: `attention`, `transition`.
  void members(nn::Members to) override;
  /// [N * N, Z], normalised: what `logits` are made of.
  void normalise(Tensor& pair) const;
  /// Of each block that shares a product [H, N, N] f32. pair: normalised.
  std::vector<Tensor> logits(const Tensor& pair, std::size_t group) const;
  std::size_t groups() const { return pair_logits_.size(); }
  /// x [S * N, D] in place; condition [N, C]. `logits`: of a group. `watch`: "token_block0", ….
  void update(Tensor& x, const Tensor& condition, const std::function<std::vector<Tensor>(std::size_t group)>& logits,
              const Watch& watch = {}) const;

 private:
  struct Block;
  TokenTransformerForm form_;
  nn::LayerNorm pair_norm_;
  std::vector<nn::Linear> pair_logits_;
  std::vector<std::shared_ptr<Block>> blocks_;
};

/// Where the frequencies and phases are from in which a noise level is written. constants: AlphaFold 3's. in_file: the
/// network's own.
enum class NoiseFrequencies { constants, in_file };

struct Alphafold3DiffusionForm {
  std::int64_t pair_width = 128, single_width = 384, target_width = 447;
  std::int64_t condition_width = 384;                           ///< of single tokens
  std::int64_t pair_condition = 128;                            ///< of pairs
  std::int64_t single_transition = 768, pair_transition = 256;  ///< inner widths
  AtomEncoderForm encoder{};
  TokenTransformerForm tokens{};
  AtomDecoderForm decoder{};
  float sigma_data = 16;
  /// Width of what a layer makes of relative positions before pairs see them (Protenix); 0: they stay features.
  std::int64_t relative_width = 0;
  NoiseFrequencies noise = NoiseFrequencies::constants;
  nn::Bias norm_bias = nn::Bias::no;    ///< of its layer norms
  nn::Bias single_bias = nn::Bias::no;  ///< of what single tokens are made of
};

/// What all steps and samples of a run share.
struct DiffusionConditions {
  const AtomWindows* atoms = nullptr;
  Tensor single;  ///< [N, C], without the noise level
  Tensor pair;    ///< [N * N, Z]: normalised for the transformer's scores
  AtomConditions encoder;
  WindowBias decoder;
  std::vector<std::vector<Tensor>> logits;  ///< of all groups where they are kept
};

class Alphafold3Diffusion final : public nn::Module {
 public:
  Alphafold3Diffusion() = default;
  explicit Alphafold3Diffusion(const Alphafold3DiffusionForm& form);

  /// `relative` where there is one; `noise_frequencies`, `noise_phases` [256] where they are in the file; `pair_norm`,
  /// `pair`, `pair_transitions.0`, `.1`; `single_norm`, `single`, `noise_norm`, `noise`,
  /// `single_transitions.0`, `.1`; `encoder`; `tokens_norm`, `tokens`; `transformer`; `out_norm`; `decoder`.
  void members(nn::Members to) override;

  struct Trunk {
    const Tensor& single;  ///< [N, S]
    const Tensor& pair;    ///< [N * N, Z]
    const Tensor& target;  ///< [N, T]
  };
  /// `watch`: "cond_pair", "pair_cond" (of atoms, all windows, a few at a time, with their first as its name's end).
  DiffusionConditions conditions(const Trunk& trunk, const TokenPlaces& places, const ReferenceAtoms& reference,
                                 const AtomWindows& atoms, KeptLogits kept, const Watch& watch = {}) const;
  /// noisy [S, A, 3] Å at a noise level -> denoised, likewise. `watch`: "cond_single", "enc.token_act", ….
  Tensor denoise(const Tensor& noisy, float level, const DiffusionConditions& conditions,
                 const Watch& watch = {}) const;

 private:
  Tensor pair_condition(const Trunk& trunk, const TokenPlaces& places) const;
  Tensor single_condition(const Tensor& single, float level) const;

  Alphafold3DiffusionForm form_;
  nn::LayerNorm pair_norm_, single_norm_, noise_norm_, tokens_norm_, out_norm_;
  nn::Linear relative_, pair_, single_, noise_, tokens_;
  Tensor frequencies_, phases_;  // (256)
  nn::folding::Transition pair_transitions_[2], single_transitions_[2];
  AtomEncoder encoder_;
  TokenTransformer transformer_;
  AtomDecoder decoder_;
};

}  // namespace groel::structure_models
