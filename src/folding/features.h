// What AlphaFold 3's network is given: every array of its batch, by its names there.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/dtype.h"
#include "folding/alignment_features.h"
#include "folding/reference.h"
#include "folding/tokens.h"

namespace groel::folding {

/// Row-major, little-endian.
struct FeatureArray {
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> bytes;
};
using Features = std::map<std::string, FeatureArray>;

struct FeaturizeOptions {
  /// Numbers of tokens that are padded to: the first that is enough. Empty: no padding. AlphaFold 3's own by default.
  std::vector<std::size_t> buckets{128, 256, 384, 512, 768, 1024, 1280, 1536, 2048, 2560, 3072, 3584, 4096, 4608, 5120};
  PairingOptions alignments{};
  ReferenceOptions references{};
};

/// How many tokens a job of `tokens` is padded to: itself where no bucket is enough.
std::size_t padded_tokens(std::size_t tokens, const std::vector<std::size_t>& buckets);

/// The arrays for one seed (options.references.seed). Names, shapes and types are AlphaFold 3's; of msa, msa_mask and
/// deletion_matrix the num_alignments rows that hold something, which it pads to 16384. Of a layout by Boltz-2's rules
/// there are more (boltz2_features.h). Errors: bad_input, as those of the parts.
Features featurize(const TokenLayout& layout, const ComponentTable& components, const FeaturizeOptions& options,
                   std::vector<std::string>* notes = nullptr);

}  // namespace groel::folding
