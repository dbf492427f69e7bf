// The sizes of a Protenix network, read off the shapes of its arrays.
#include <fmt/format.h>

#include "base/error.h"
#include "structure_models/protenix.h"

namespace groel::structure_models {
namespace {

class Sizes {
 public:
  Sizes(const io::ArrayMap& arrays, const std::filesystem::path& path) : arrays_(arrays), path_(path) {}

  std::int64_t operator()(const std::string& name, std::size_t axis) const {
    const auto found = arrays_.find(name + ".weight");
    if (found == arrays_.end() || found->second.shape.size() <= axis)
      throw Error(ErrorKind::bad_model,
                  {fmt::format("{}.weight is missing, which tells a size of the network", name), path_.string(), {}});
    return found->second.shape[axis];
  }
  std::int64_t blocks(const std::string& before, const std::string& after) const {
    std::int64_t out = 0;
    while (arrays_.contains(fmt::format("{}{}{}.weight", before, out, after))) ++out;
    return out;
  }

 private:
  const io::ArrayMap& arrays_;
  const std::filesystem::path& path_;
};

nn::folding::PairBlockForm pair_block(const Sizes& size, const std::string& at) {
  nn::folding::PairBlockForm out;
  out.width = size(at + "multiply_outgoing.out", 0);
  out.product_width = size(at + "multiply_outgoing.out", 1);
  out.heads = size(at + "attend_starting.bias", 0);
  out.head_width = size(at + "attend_starting.query", 0) / out.heads;
  out.transition = size(at + "transition.out", 1);
  out.ending_bias = nn::folding::EndingBias::transposed;
  return out;
}

nn::folding::PairformerForm pairformer(const Sizes& size, const std::string& at) {
  nn::folding::PairformerForm out;
  out.pairs = pair_block(size, at + "pairs.");
  out.single_width = size(at + "attention.query", 1);
  out.single_heads = size(at + "pair_logits", 0);
  out.single_head_width = size(at + "attention.query", 0) / out.single_heads;
  out.single_transition = size(at + "transition.out", 1);
  return out;
}

AtomTransformerForm atom_transformer(const Sizes& size, const std::string& at) {
  AtomTransformerForm out;
  out.width = size(at + "blocks.0.attention.query", 1);
  out.pair_width = size(at + "pair_logits", 1);
  out.blocks = size.blocks(at + "blocks.", ".attention.query");
  out.heads = size(at + "pair_logits", 0) / out.blocks;
  out.head_width = size(at + "blocks.0.attention.query", 0) / out.heads;
  out.transition = size(at + "blocks.0.transition.out", 1);
  out.keys = nn::folding::KeyNorm::on_top;
  out.empty_keys = EmptyKeys::hidden;
  return out;
}

AlignmentModuleForm alignment(const Sizes& size, const std::string& at) {
  AlignmentModuleForm out;
  out.width = size(at + "features", 0);
  out.features = size(at + "features", 1);
  out.target_width = size(at + "target", 1);
  out.blocks = size.blocks(at + "blocks.", ".outer.out");
  out.last = LastBlock::pairs_only;
  const std::string first = at + "blocks.0.";
  out.pairs = pair_block(size, first + "pairs.");
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

Alphafold3TrunkForm trunk(const Sizes& size) {
  Alphafold3TrunkForm out;
  out.pair_width = size("trunk.row", 0);
  out.target_width = size("trunk.row", 1);
  out.single_width = size("trunk.single", 0);
  out.templates.pair_width = out.pair_width;
  out.templates.letters = kProtenixLetters;
  out.templates.without_blocks = WithoutBlocks::unused;
  out.templates.blocks = size.blocks("trunk.templates.blocks.", ".multiply_outgoing.out");
  out.templates.block.width = size("trunk.templates.features", 0);
  if (out.templates.blocks > 0) out.templates.block = pair_block(size, "trunk.templates.blocks.0.");
  out.alignment = alignment(size, "trunk.alignment.");
  out.blocks = size.blocks("trunk.pairformer.", ".attention.query");
  out.pairformer = pairformer(size, "trunk.pairformer.0.");
  return out;
}

TokenTransformerForm tokens(const Sizes& size, const std::string& at) {
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

Alphafold3DiffusionForm diffusion(const Sizes& size, const Alphafold3TrunkForm& trunk) {
  Alphafold3DiffusionForm out;
  out.pair_width = trunk.pair_width;
  out.single_width = trunk.single_width;
  out.target_width = trunk.target_width;
  out.condition_width = size("diffusion.single", 0);
  out.pair_condition = size("diffusion.pair", 0);
  out.single_transition = size("diffusion.single_transitions.0.out", 1);
  out.pair_transition = size("diffusion.pair_transitions.0.out", 1);
  out.relative_width = size("diffusion.relative", 0);
  out.noise = NoiseFrequencies::in_file;
  out.encoder.transformer = atom_transformer(size, "diffusion.encoder.transformer.");
  out.encoder.token_width = size("diffusion.encoder.tokens", 0);
  out.encoder.single_condition = size("diffusion.encoder.trunk_single", 1);
  out.encoder.pair_condition = size("diffusion.encoder.trunk_pair", 1);
  out.tokens = tokens(size, "diffusion.transformer.");
  out.decoder.transformer = atom_transformer(size, "diffusion.decoder.transformer.");
  out.decoder.token_width = size("diffusion.decoder.tokens", 1);
  return out;
}

ProtenixConfidenceForm confidence(const Sizes& size) {
  ProtenixConfidenceForm out;
  out.pair_width = size("confidence.row", 0);
  out.target_width = size("confidence.row", 1);
  out.single_width = size("confidence.lddt", 1);
  out.blocks = size.blocks("confidence.pairformer.", ".attention.query");
  out.pairformer = pairformer(size, "confidence.pairformer.0.");
  out.distance_bins = size("confidence.distances", 1);
  out.error_bins = size("confidence.error", 0);
  out.slots = size("confidence.resolved", 0) / 2;
  out.lddt_bins = size("confidence.lddt", 0) / out.slots;
  return out;
}

}  // namespace

ProtenixShape protenix_shape(const io::ArrayMap& arrays, const std::filesystem::path& path) {
  const Sizes size(arrays, path);
  ProtenixShape out;
  out.atoms.transformer = atom_transformer(size, "atoms.transformer.");
  out.atoms.token_width = size("atoms.tokens", 0);
  out.trunk = trunk(size);
  out.diffusion = diffusion(size, out.trunk);
  out.confidence = confidence(size);
  out.distogram_bins = size("distogram", 0);
  return out;
}

}  // namespace groel::structure_models
