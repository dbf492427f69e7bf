// The sizes of a Protenix network, read off the shapes of its arrays.
#include "structure_models/network_sizes.h"
#include "structure_models/protenix/protenix.h"

namespace groel::structure_models {
namespace {

const NetworkTraits kTraits{.letters = kProtenixLetters, .atom_keys = nn::folding::KeyNorm::on_top};

ProtenixConfidenceForm confidence(const NetworkSizes& size) {
  ProtenixConfidenceForm out;
  out.pair_width = size("confidence.row", 0);
  out.target_width = size("confidence.row", 1);
  out.single_width = size("confidence.lddt", 1);
  out.blocks = size.blocks("confidence.pairformer.", ".attention.query");
  out.pairformer = pairformer_form(size, "confidence.pairformer.0.", kTraits);
  out.distance_bins = size("confidence.distances", 1);
  out.error_bins = size("confidence.error", 0);
  out.slots = size("confidence.resolved", 0) / 2;
  out.lddt_bins = size("confidence.lddt", 0) / out.slots;
  return out;
}

}  // namespace

ProtenixShape protenix_shape(const io::ArrayMap& arrays, const std::filesystem::path& path) {
  const NetworkSizes size(arrays, path);
  return {core_form(size, kTraits), confidence(size)};
}

}  // namespace groel::structure_models
