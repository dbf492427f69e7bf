// Sizes of the parts that networks of AlphaFold 3's kind with open weights share, read off the shapes of arrays under
// the parts' own names.
#pragma once

#include <filesystem>
#include <string>

#include "io/arrays.h"
#include "structure_models/network_core.h"

namespace groel::structure_models {

class NetworkSizes {
 public:
  NetworkSizes(const io::ArrayMap& arrays, const std::filesystem::path& path) : arrays_(arrays), path_(path) {}

  /// An axis of the weight of a layer. Errors: bad_model naming the path, where there is no such array.
  std::int64_t operator()(const std::string& layer, std::size_t axis) const;
  bool has(const std::string& layer) const { return arrays_.contains(layer + ".weight"); }
  /// How many blocks 0, 1, … have a layer: before + number + after.
  std::int64_t blocks(const std::string& before, const std::string& after) const;

 private:
  const io::ArrayMap& arrays_;
  const std::filesystem::path& path_;
};

/// What a network does otherwise than others of its kind and no shape tells.
struct NetworkTraits {
  std::int64_t letters = 32;  ///< residue types
  nn::folding::EndingBias ending_bias = nn::folding::EndingBias::transposed;
  nn::folding::KeyNorm atom_keys = nn::folding::KeyNorm::own;
  UnknownAtoms unknown_atoms = UnknownAtoms::silent;
  TemplatePairs template_pairs = TemplatePairs::within_chains;
  DeletionScale deletions = DeletionScale::to_one;
};

nn::folding::PairformerForm pairformer_form(const NetworkSizes& size, const std::string& at,
                                            const NetworkTraits& traits);
/// One part each: `diffusion.` and `atoms.`.
Alphafold3DiffusionForm diffusion_form(const NetworkSizes& size, const Alphafold3TrunkForm& trunk,
                                       const NetworkTraits& traits);
AtomEncoderForm first_encoder_form(const NetworkSizes& size, const NetworkTraits& traits);
/// Parts: `atoms.`, `trunk.`, `diffusion.`, `distogram`, as NetworkCore and its parts name what is in them.
NetworkCoreForm core_form(const NetworkSizes& size, const NetworkTraits& traits);

}  // namespace groel::structure_models
