// The sizes of an OpenFold3 network, read off the shapes of its arrays, and what no shape tells.
#include "structure_models/network_sizes.h"
#include "structure_models/openfold3/openfold3.h"

namespace groel::structure_models {
namespace {

// What the program of each release does. Preview 1 multiplies templates' features by the numbers of chains where the
// others compare them; OpenBind biases the ending node as AlphaFold 3 does, and writes deletions as it does.
NetworkTraits traits_of(Openfold3Release release) {
  const bool openbind = release == Openfold3Release::openbind, first = release == Openfold3Release::preview_1;
  return {.letters = kProtenixLetters,
          .ending_bias = openbind ? nn::folding::EndingBias::as_is : nn::folding::EndingBias::transposed,
          .atom_keys = nn::folding::KeyNorm::own,
          .unknown_atoms = UnknownAtoms::as_others,
          .template_pairs = first ? TemplatePairs::by_numbers : TemplatePairs::within_chains,
          .deletions = openbind ? DeletionScale::to_one : DeletionScale::to_four};
}

}  // namespace

Openfold3Shape openfold3_shape(const io::ArrayMap& arrays, Openfold3Release release,
                               const std::filesystem::path& path) {
  const NetworkSizes size(arrays, path);
  const NetworkTraits traits = traits_of(release);
  Openfold3Shape out{core_form(size, traits), {}};
  Alphafold3ConfidenceForm& heads = out.confidence;
  heads.pair_width = size("confidence.row", 0);
  heads.target_width = size("confidence.row", 1);
  heads.single_width = size("confidence.lddt", 1);
  heads.blocks = size.blocks("confidence.pairformer.", ".attention.query");
  heads.pairformer = pairformer_form(size, "confidence.pairformer.0.", traits);
  heads.error_bins = size("confidence.error", 0);
  heads.slots = kOpenfold3Slots;
  heads.lddt_bins = size("confidence.lddt", 0) / heads.slots;
  return out;
}

}  // namespace groel::structure_models
