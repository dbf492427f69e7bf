// A run of AlphaFold 3's network with one seed: embeddings, contacts, samples and how sure it is of each.
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "folding/confidence_heads.h"
#include "structure_models/alphafold3.h"

namespace groel::structure_models {

struct Alphafold3RunSettings {
  std::int64_t passes = 11;            ///< recycles and 1
  std::int64_t alignment_rows = 1024;  ///< that a pass takes at most
  SamplerSettings sampler{};           ///< `samples` of it are those of a seed
  KeptLogits kept = KeptLogits::all;   ///< of the diffusion's transformer: faster, and more memory
};

/// How far a run is.
struct RunProgress {
  std::string_view stage;  ///< "trunk", "diffusion", "confidence"
  std::int64_t done = 0, total = 0;
};
using RunWatcher = std::function<void(const RunProgress&)>;

/// Of one sample. N tokens with 24 slots, A atoms in the order of slots.
struct PredictedSample {
  std::int64_t sample = 0;
  std::vector<float> positions;   ///< [N, 24, 3], Å; 0 in empty slots
  std::vector<float> lddt;        ///< [N, 24], 0 to 100
  folding::AlignedErrors errors;  ///< [N, N] each
};

class Alphafold3Run {
 public:
  /// `padded`: tokens that AlphaFold 3 would pad to, on which its draws of positions depend. Everything outlives the
  /// run.
  Alphafold3Run(const Alphafold3& network, const Alphafold3Input& input, std::uint32_t seed, std::int64_t padded,
                const Alphafold3RunSettings& settings);

  /// The trunk. Errors: bad_model where its result is not finite.
  void embed(const RunWatcher& watcher = {});
  const Alphafold3Embeddings& embeddings() const { return embeddings_; }
  /// [N, N]: probabilities of at most 8 Å.
  std::vector<float> contacts() const;
  /// [N, 64]: logits of the distances of one token.
  std::vector<float> distogram_row(std::int64_t token) const;

  /// Samples by number, each given to `take` when it is there; any of them, in any order, come out the same. Errors:
  /// bad_model for positions that are not finite.
  void sample(std::span<const std::int64_t> wanted, const std::function<void(const PredictedSample&)>& take,
              const RunWatcher& watcher = {});

 private:
  PredictedSample judged(std::int64_t sample, const Tensor& positions) const;

  const Alphafold3& network_;
  const Alphafold3Input& input_;
  Alphafold3RunSettings settings_;
  std::int64_t padded_;
  Alphafold3Draws draws_;
  Alphafold3Features features_;
  Alphafold3Embeddings embeddings_;
};

}  // namespace groel::structure_models
