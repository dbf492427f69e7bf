// A run of Protenix's network with one seed: embeddings, contacts, samples and how sure it is of each.
#pragma once

#include "structure_models/alphafold3_run.h"
#include "structure_models/protenix.h"

namespace groel::structure_models {

/// Protenix's: 10 passes, up to 16384 rows of the alignment, its sampler.
Alphafold3RunSettings protenix_run_settings();

/// As Alphafold3Run. Protenix draws with PyTorch's generator and is not repeatable across devices: the draws here are
/// our own (structure_models/threefry.h), the same wherever they are made.
class ProtenixRun {
 public:
  /// The network outlives the run.
  ProtenixRun(const Protenix& network, ProtenixInput input, std::uint32_t seed, const Alphafold3RunSettings& settings);

  /// The trunk. Errors: bad_model where its result is not finite.
  void embed(const RunWatcher& watcher = {});
  const ProtenixEmbeddings& embeddings() const { return embeddings_; }
  /// [N, N]: probabilities of less than 8 Å.
  std::vector<float> contacts() const;
  /// Samples by number, each given to `take` when it is there; any of them, in any order, come out the same. Errors:
  /// bad_model for positions that are not finite.
  void sample(std::span<const std::int64_t> wanted, const std::function<void(const PredictedSample&)>& take,
              const RunWatcher& watcher = {});

 private:
  PredictedSample judged(std::int64_t sample, const Tensor& positions) const;

  const Protenix& network_;
  ProtenixInput input_;
  Alphafold3RunSettings settings_;
  JaxKey diffusion_;
  Protenix::PassRows rows_;
  ProtenixFeatures features_;
  ProtenixEmbeddings embeddings_;
};

}  // namespace groel::structure_models
