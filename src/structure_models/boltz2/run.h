// A run of Boltz-2's network with one seed: embeddings, contacts, samples and how sure it is of each.
#pragma once

#include "structure_models/boltz2/boltz2.h"
#include "structure_models/network_run.h"

namespace groel::structure_models {

/// Boltz's own: 4 passes, 200 steps, up to 16384 rows of the alignment.
RunSettings boltz2_run_settings();

/// As Alphafold3Run; draws are those of seeded_noise.h.
class Boltz2Run final : public NetworkRun {
 public:
  /// The network outlives the run.
  Boltz2Run(const Boltz2& network, Boltz2Input input, std::uint32_t seed, const RunSettings& settings);

 private:
  NetworkEmbeddings embedded(const JobNetwork::Seen& seen) const override;
  DiffusionConditions conditions() const override;
  std::unique_ptr<DiffusionNoise> noise(std::span<const std::int64_t> wanted) const override;
  std::vector<float> contacts_of(const Tensor& logits) const override;
  std::vector<float> likely_contacts() const override { return contacts(); }
  void judge(const Tensor& positions, std::span<const float> contacts, PredictedSample& to) const override;

  const Boltz2& network_;
  Boltz2Input input_;
  JaxKey diffusion_;
  NetworkFeatures features_;
};

}  // namespace groel::structure_models
