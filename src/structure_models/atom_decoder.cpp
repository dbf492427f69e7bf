// Atoms after the transformer of tokens: every atom begins with what its token has become.
#include "ops/elementwise.h"
#include "structure_models/atom_encoder.h"

namespace groel::structure_models {

AtomDecoder::AtomDecoder(const AtomDecoderForm& form)
    : tokens_(form.token_width, form.transformer.width, {.bias = nn::Bias::no}),
      transformer_(form.transformer),
      norm_(form.transformer.width, 1e-5F, form.norm_bias),
      positions_(form.transformer.width, 3, {.bias = nn::Bias::no}) {}

void AtomDecoder::members(nn::Members to) {
  to.part("tokens", tokens_);
  to.part("transformer", transformer_);
  to.part("norm", norm_);
  to.part("positions", positions_);
}

Tensor AtomDecoder::decode(const Tensor& tokens, const EncodedAtoms& encoded, const Tensor& condition,
                           const AtomWindows& atoms, const WindowBias& bias, const Watch& watch) const {
  const Tensor broadcast = tokens_(tokens);  // [S * N, D]
  const std::int64_t samples = encoded.atoms.size(0) / atoms.atoms, count = atoms.tokens();
  Tensor x = encoded.atoms.clone();
  for (std::int64_t s = 0; s < samples; ++s) {
    const Tensor own = x.rows(s * atoms.atoms, (s + 1) * atoms.atoms);
    Tensor(own).copy_from(ops::add(own, taken_rows(broadcast.rows(s * count, (s + 1) * count), atoms.token)));
  }
  transformer_.update(x, condition, atoms, bias, watch);
  return positions_(norm_(x)).reshape({samples, atoms.atoms, 3});
}

}  // namespace groel::structure_models
