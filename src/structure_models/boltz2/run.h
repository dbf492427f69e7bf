// A run of Boltz-2's network with one seed: embeddings, contacts, samples and how sure it is of each.
#pragma once

#include "structure_models/boltz2/boltz2.h"
#include "structure_models/structure_run.h"

namespace groel::structure_models {

/// Boltz's own: 4 passes, 200 steps, up to 16384 rows of the alignment.
RunSettings boltz2_run_settings();

/// As Alphafold3Run; draws are those of seeded_noise.h.
class Boltz2Run final : public StructureRun {
 public:
  /// The network outlives the run.
  Boltz2Run(const Boltz2& network, Boltz2Input input, std::uint32_t seed, const RunSettings& settings);

  using StructureRun::embed;
  using StructureRun::sample;
  void embed(const RunWatcher& watcher) override;
  const Tensor& single() const override { return embeddings_.single; }
  const Tensor& pair() const override { return embeddings_.pair; }
  std::vector<float> contacts() const override;
  std::vector<float> distogram_row(std::int64_t token) const override;
  void sample(std::span<const std::int64_t> wanted, const Take& take, const RunWatcher& watcher) override;

 private:
  PredictedSample judged(std::int64_t sample, const Tensor& positions, std::span<const float> contacts) const;

  const Boltz2& network_;
  Boltz2Input input_;
  RunSettings settings_;
  JaxKey diffusion_;
  Boltz2Features features_;
  Boltz2Embeddings embeddings_;
};

}  // namespace groel::structure_models
