// Reads one part after the other off its arrays.
#include "structure_models/network_sizes.h"

#include <fmt/format.h>

#include "base/error.h"

namespace groel::structure_models {

std::int64_t NetworkSizes::operator()(const std::string& layer, std::size_t axis) const {
  const auto found = arrays_.find(layer + ".weight");
  if (found == arrays_.end() || found->second.shape.size() <= axis)
    throw Error(ErrorKind::bad_model,
                {fmt::format("{}.weight is missing, which tells a size of the network", layer), path_.string(), {}});
  return found->second.shape[axis];
}

std::int64_t NetworkSizes::blocks(const std::string& before, const std::string& after) const {
  std::int64_t out = 0;
  while (arrays_.contains(fmt::format("{}{}{}.weight", before, out, after))) ++out;
  return out;
}

namespace {

nn::folding::PairBlockForm pair_block_form(const NetworkSizes& size, const std::string& at,
                                           const NetworkTraits& traits) {
  nn::folding::PairBlockForm out;
  out.width = size(at + "multiply_outgoing.out", 0);
  out.product_width = size(at + "multiply_outgoing.out", 1);
  out.heads = size(at + "attend_starting.bias", 0);
  out.head_width = size(at + "attend_starting.query", 0) / out.heads;
  out.transition = size(at + "transition.out", 1);
  out.ending_bias = traits.ending_bias;
  return out;
}

}  // namespace

nn::folding::PairformerForm pairformer_form(const NetworkSizes& size, const std::string& at,
                                            const NetworkTraits& traits) {
  nn::folding::PairformerForm out;
  out.pairs = pair_block_form(size, at + "pairs.", traits);
  out.single_width = size(at + "attention.query", 1);
  out.single_heads = size(at + "pair_logits", 0);
  out.single_head_width = size(at + "attention.query", 0) / out.single_heads;
  out.single_transition = size(at + "transition.out", 1);
  return out;
}

namespace {

AtomTransformerForm atom_transformer_form(const NetworkSizes& size, const std::string& at,
                                          const NetworkTraits& traits) {
  AtomTransformerForm out;
  out.width = size(at + "blocks.0.attention.query", 1);
  out.pair_width = size(at + "pair_logits", 1);
  out.blocks = size.blocks(at + "blocks.", ".attention.query");
  out.heads = size(at + "pair_logits", 0) / out.blocks;
  out.head_width = size(at + "blocks.0.attention.query", 0) / out.heads;
  out.transition = size(at + "blocks.0.transition.out", 1);
  out.keys = traits.atom_keys;
  out.empty_keys = EmptyKeys::hidden;
  return out;
}

AlignmentModuleForm alignment_form(const NetworkSizes& size, const std::string& at, const NetworkTraits& traits) {
  AlignmentModuleForm out;
  out.width = size(at + "features", 0);
  out.features = size(at + "features", 1);
  out.target_width = size(at + "target", 1);
  out.blocks = size.blocks(at + "blocks.", ".outer.out");
  out.last = LastBlock::pairs_only;
  out.deletions = traits.deletions;
  const std::string first = at + "blocks.0.";
  out.pairs = pair_block_form(size, first + "pairs.", traits);
  out.outer.alignment_width = out.width;
  out.outer.inner = size(first + "outer.left", 0);
  out.outer.pair_width = out.pairs.width;
  out.averaging.alignment_width = out.width;
  out.averaging.pair_width = out.pairs.width;
  if (out.blocks > 1) {  // the last has none
    out.averaging.heads = size(first + "averaging.logits", 0);
    out.averaging.head_width = size(first + "averaging.value", 0) / out.averaging.heads;
    out.transition = size(first + "transition.out", 1);
  }
  return out;
}

Alphafold3TrunkForm trunk_form(const NetworkSizes& size, const NetworkTraits& traits) {
  Alphafold3TrunkForm out;
  out.pair_width = size("trunk.row", 0);
  out.target_width = size("trunk.row", 1);
  out.single_width = size("trunk.single", 0);
  out.templates.pair_width = out.pair_width;
  out.templates.letters = traits.letters;
  out.templates.pairs = traits.template_pairs;
  out.templates.without_blocks = WithoutBlocks::unused;
  out.templates.blocks = size.blocks("trunk.templates.blocks.", ".multiply_outgoing.out");
  out.templates.block.width = size("trunk.templates.features", 0);
  if (out.templates.blocks > 0) out.templates.block = pair_block_form(size, "trunk.templates.blocks.0.", traits);
  out.alignment = alignment_form(size, "trunk.alignment.", traits);
  out.blocks = size.blocks("trunk.pairformer.", ".attention.query");
  out.pairformer = pairformer_form(size, "trunk.pairformer.0.", traits);
  return out;
}

TokenTransformerForm token_transformer_form(const NetworkSizes& size, const std::string& at) {
  TokenTransformerForm out;
  out.width = size(at + "blocks.0.attention.query", 1);
  out.condition = size(at + "blocks.0.attention.zero", 1);
  out.pair_width = size(at + "pair_logits.0", 1);
  out.blocks = size.blocks(at + "blocks.", ".attention.query");
  out.blocks_together = 1;
  out.heads = size(at + "pair_logits.0", 0);
  out.head_width = size(at + "blocks.0.attention.query", 0) / out.heads;
  out.transition = size(at + "blocks.0.transition.out", 1);
  return out;
}

}  // namespace

Alphafold3DiffusionForm diffusion_form(const NetworkSizes& size, const Alphafold3TrunkForm& trunk,
                                       const NetworkTraits& traits) {
  Alphafold3DiffusionForm out;
  out.pair_width = trunk.pair_width;
  out.single_width = trunk.single_width;
  out.target_width = trunk.target_width;
  out.condition_width = size("diffusion.single", 0);
  out.pair_condition = size("diffusion.pair", 0);
  out.single_transition = size("diffusion.single_transitions.0.out", 1);
  out.pair_transition = size("diffusion.pair_transitions.0.out", 1);
  out.relative_width = size.has("diffusion.relative") ? size("diffusion.relative", 0) : 0;
  out.noise = NoiseFrequencies::in_file;
  out.encoder.transformer = atom_transformer_form(size, "diffusion.encoder.transformer.", traits);
  out.encoder.unknown = traits.unknown_atoms;
  out.encoder.token_width = size("diffusion.encoder.tokens", 0);
  out.encoder.single_condition = size("diffusion.encoder.trunk_single", 1);
  out.encoder.pair_condition = size("diffusion.encoder.trunk_pair", 1);
  out.tokens = token_transformer_form(size, "diffusion.transformer.");
  out.decoder.transformer = atom_transformer_form(size, "diffusion.decoder.transformer.", traits);
  out.decoder.token_width = size("diffusion.decoder.tokens", 1);
  return out;
}

AtomEncoderForm first_encoder_form(const NetworkSizes& size, const NetworkTraits& traits) {
  AtomEncoderForm out;
  out.transformer = atom_transformer_form(size, "atoms.transformer.", traits);
  out.token_width = size("atoms.tokens", 0);
  out.unknown = traits.unknown_atoms;
  return out;
}

NetworkCoreForm core_form(const NetworkSizes& size, const NetworkTraits& traits) {
  const Alphafold3TrunkForm trunk = trunk_form(size, traits);
  return {first_encoder_form(size, traits), trunk, diffusion_form(size, trunk, traits), size("distogram", 0)};
}

}  // namespace groel::structure_models
