// From atoms to tokens and back: what is known of each atom, of each pair of atoms near one another, the encoder and
// the decoder around the transformer of tokens (Abramson et al. 2024, algorithms 5 and 6).
#pragma once

#include <span>
#include <vector>

#include "structure_models/atom_transformer.h"

namespace groel::structure_models {

/// The reference conformers of A atoms.
struct ReferenceAtoms {
  std::vector<float> positions;         ///< [A, 3], Å
  std::vector<float> charge;            ///< [A]
  std::vector<std::uint8_t> known;      ///< [A]: 1 where there is a position
  std::vector<std::int32_t> element;    ///< [A]: atomic number
  std::vector<std::int32_t> name;       ///< [A, 4]: ASCII less 32
  std::vector<std::int32_t> space;      ///< [A]: conformers are comparable within one
  std::vector<std::int32_t> key_space;  ///< [A]: the same, as keys have it
  std::int32_t empty_key_space = 0;     ///< that of keys that are no atom
};

inline constexpr std::int64_t kElements = 128, kNameLetters = 64;
/// Position, charge, known, element, four letters.
inline constexpr std::int64_t kAtomFeatures = 3 + 1 + 1 + kElements + 4 * kNameLetters;

/// What is said of an atom without a reference position. silent: nothing (AlphaFold 3, Protenix). as_others: its
/// element, name and charge all the same (OpenFold3).
enum class UnknownAtoms { silent, as_others };

/// How a charge is written: asinh(c), or c itself (Boltz-2).
enum class ChargeScale { asinh, plain };

/// What queries begin with after the trunk: all that is known of an atom, or that without the trunk (Boltz-2).
enum class QueryStart { conditions, atoms };

struct AtomEncoderForm {
  AtomTransformerForm transformer;
  std::int64_t token_width = 384;     ///< of what each token gets
  std::int64_t single_condition = 0;  ///< width of the trunk's single tokens; 0: the encoder before the trunk
  std::int64_t pair_condition = 0;    ///< width of the trunk's pairs, likewise
  UnknownAtoms unknown = UnknownAtoms::silent;
  ChargeScale charge = ChargeScale::asinh;
  QueryStart start = QueryStart::conditions;
  nn::Bias feature_bias = nn::Bias::no;
  nn::Bias norm_bias = nn::Bias::no;  ///< of the norms of what the trunk knows
};

/// What the trunk knows, where the encoder follows it.
struct AtomTrunk {
  Tensor single;  ///< [N, S]
  Tensor pair;    ///< [N * N, Z]
};

/// What does not change with the atoms' positions.
struct AtomConditions {
  Tensor single;    ///< [A, D]
  WindowBias bias;  ///< of the encoder
  Tensor start;     ///< [A, D]: what queries begin with; undefined: `single`
};

struct EncodedAtoms {
  Tensor tokens;  ///< [S * N, T]: means over atoms
  Tensor atoms;   ///< [S * A, D]
};

class AtomEncoder final : public nn::Module {
 public:
  AtomEncoder() = default;
  explicit AtomEncoder(const AtomEncoderForm& form);

  /// `features` [D, 389]; `pair_query`, `pair_key` [P, D]; `pair_features` [P, 5] of x, y, z and the inverse distance
  /// within one conformer, and whether it is one; `pair_mlp.0`, `.1`, `.2` [P, P]; `transformer`; `tokens` [T, D].
  /// After the trunk also `trunk_single_norm`, `trunk_single` [D, S], `trunk_pair_norm`, `trunk_pair` [P, Z], and
  /// `positions` [D, 3].
  void members(nn::Members to) override;

  /// `each`: is given the pairs [windows * 32 * 128, P] of some windows and the first one, in order; may be empty.
  using PairsSeen = std::function<void(const Tensor& pairs, std::int64_t first)>;
  AtomConditions conditions(const ReferenceAtoms& reference, const AtomWindows& atoms, const AtomTrunk& trunk,
                            const PairsSeen& each = {}) const;

  /// positions [S, A, 3], scaled; undefined before the trunk, where S is 1.
  EncodedAtoms encode(const Tensor& positions, const AtomConditions& conditions, const AtomWindows& atoms,
                      const Watch& watch = {}) const;

 private:
  bool after_trunk() const { return form_.single_condition > 0; }
  Tensor of_reference(const ReferenceAtoms& reference, std::int64_t atoms) const;
  Tensor trunk_pairs(const AtomTrunk& trunk) const;
  struct PairInputs;
  Tensor pairs(const PairInputs& in, std::int64_t first, std::int64_t last) const;

  AtomEncoderForm form_;
  nn::Linear features_;               // (D, 389)
  nn::Linear pair_query_, pair_key_;  // (P, D)
  nn::Linear pair_features_;          // (P, 5)
  nn::Linear pair_mlp_[3];            // (P, P)
  AtomTransformer transformer_;
  nn::Linear tokens_;  // (T, D)
  nn::LayerNorm trunk_single_norm_, trunk_pair_norm_;
  nn::Linear trunk_single_;  // (D, S)
  nn::Linear trunk_pair_;    // (P, Z)
  nn::Linear positions_;     // (D, 3)
};

struct AtomDecoderForm {
  AtomTransformerForm transformer;
  std::int64_t token_width = 768;
  nn::Bias norm_bias = nn::Bias::no;
};

class AtomDecoder final : public nn::Module {
 public:
  AtomDecoder() = default;
  explicit AtomDecoder(const AtomDecoderForm& form);

  /// `tokens` [D, T]; `transformer`; `norm`; `positions` [3, D].
  void members(nn::Members to) override;
  const AtomTransformer& transformer() const { return transformer_; }
  /// tokens [S * N, T], encoded atoms [S * A, D] -> [S, A, 3], scaled.
  Tensor decode(const Tensor& tokens, const EncodedAtoms& encoded, const Tensor& condition, const AtomWindows& atoms,
                const WindowBias& bias, const Watch& watch = {}) const;

 private:
  nn::Linear tokens_;  // (D, T)
  AtomTransformer transformer_;
  nn::LayerNorm norm_;
  nn::Linear positions_;  // (3, D)
};

}  // namespace groel::structure_models
