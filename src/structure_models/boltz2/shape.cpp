// The sizes of a Boltz-2 network, read off the shapes of its arrays, and what no shape tells.
#include "structure_models/boltz2/boltz2.h"
#include "structure_models/network_sizes.h"

namespace groel::structure_models {
namespace {

using nn::folding::PairBlockForm;
using nn::folding::TransitionKind;

const NetworkTraits kTraits{
    .letters = kBoltz2Letters, .atom_keys = nn::folding::KeyNorm::shared, .unknown_atoms = UnknownAtoms::as_others};

PairBlockForm pairs_form(const NetworkSizes& size, const std::string& at) {
  PairBlockForm out;
  out.width = size(at + "multiply_outgoing.out", 0);
  out.product_width = size(at + "multiply_outgoing.out", 1);
  out.heads = size(at + "attend_starting.bias", 0);
  out.head_width = size(at + "attend_starting.query", 0) / out.heads;
  out.transition = size(at + "transition.out", 1);
  out.ending_bias = kTraits.ending_bias;
  return out;
}

void as_boltz2(AtomEncoderForm& form) {
  form.transformer.kind = TransitionKind::swiglu_times;
  form.charge = ChargeScale::plain;
  form.start = QueryStart::atoms;
  form.feature_bias = nn::Bias::yes;
  form.norm_bias = nn::Bias::yes;
}

AlignmentModuleForm alignment_of(const NetworkSizes& size, const std::string& at) {
  AlignmentModuleForm out;
  const std::string first = at + "blocks.0.";
  out.width = size(at + "features", 0);
  out.target_width = size(at + "target", 1);
  out.features = size(at + "features", 1);
  out.blocks = size.blocks(at + "blocks.", ".outer.out");
  out.pairs = pairs_form(size, first + "pairs.");
  out.outer.alignment_width = out.averaging.alignment_width = out.width;
  out.outer.pair_width = out.averaging.pair_width = out.pairs.width;
  out.outer.inner = size(first + "outer.left", 0);
  out.outer.output_bias = nn::folding::OuterBias::whole;
  out.outer.count = 0;
  out.averaging.heads = size(first + "averaging.logits", 0);
  out.averaging.head_width = size(first + "averaging.value", 0) / out.averaging.heads;
  out.transition = size(first + "transition.out", 1);
  return out;
}

Alphafold3TrunkForm trunk_of(const NetworkSizes& size) {
  Alphafold3TrunkForm out;
  out.pair_width = size("trunk.row", 0);
  out.target_width = size("trunk.row", 1);
  out.single_width = size("trunk.single", 0);
  out.templates.pair_width = out.pair_width;
  out.templates.letters = kBoltz2Letters;
  out.templates.blocks = size.blocks("trunk.templates.blocks.", ".multiply_outgoing.out");
  out.templates.block = pairs_form(size, "trunk.templates.blocks.0.");
  out.alignment = alignment_of(size, "trunk.alignment.");
  out.blocks = size.blocks("trunk.pairformer.", ".attention.query");
  out.pairformer = pairformer_form(size, "trunk.pairformer.0.", kTraits);
  return out;
}

Boltz2ConfidenceForm confidence_of(const NetworkSizes& size, const io::ArrayMap& arrays) {
  Boltz2ConfidenceForm out;
  out.pair_width = size("confidence.row", 0);
  out.single_width = size("confidence.row", 1);
  out.blocks = size.blocks("confidence.pairformer.", ".attention.query");
  if (const auto found = arrays.find("confidence.distances"); found != arrays.end())
    out.distance_bins = found->second.shape.front();
  out.error_bins = size("confidence.error_within", 0);
  out.distance_error_bins = size("confidence.distance_error_within", 0);
  out.lddt_bins = size("confidence.lddt", 0);
  out.pairformer = pairformer_form(size, "confidence.pairformer.0.", kTraits);
  return out;
}

}  // namespace

Boltz2Shape boltz2_shape(const io::ArrayMap& arrays, const std::filesystem::path& path) {
  const NetworkSizes size(arrays, path);
  Boltz2Shape out;
  out.atoms = first_encoder_form(size, kTraits);
  as_boltz2(out.atoms);
  out.trunk = trunk_of(size);
  out.diffusion = diffusion_form(size, out.trunk, kTraits);
  as_boltz2(out.diffusion.encoder);
  out.diffusion.decoder.transformer.kind = TransitionKind::swiglu_times;
  out.diffusion.decoder.norm_bias = nn::Bias::yes;
  out.diffusion.tokens.kind = TransitionKind::swiglu_times;
  out.diffusion.norm_bias = nn::Bias::yes;
  out.diffusion.single_bias = nn::Bias::yes;
  out.confidence = confidence_of(size, arrays);
  const auto rows = [&](const std::string& name, std::int64_t otherwise) {
    const auto found = arrays.find(name);
    return found == arrays.end() || found->second.shape.empty() ? otherwise : found->second.shape.front();
  };
  out.methods = rows("methods", out.methods);
  out.molecules = rows("molecules", out.molecules);
  out.distogram_bins = size("distogram", 0);
  return out;
}

}  // namespace groel::structure_models
