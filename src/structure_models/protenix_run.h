// A run of Protenix's network with one seed: embeddings, contacts, samples and how sure it is of each.
#pragma once

#include "structure_models/protenix.h"
#include "structure_models/structure_run.h"

namespace groel::structure_models {

/// Protenix's for a network of that shape: 10 passes, 200 steps, up to 16384 rows of the alignment. Its mini and tiny
/// networks, which are told by their one block over the alignment, take 4 passes and 5 steps without added noise.
RunSettings protenix_run_settings(const ProtenixShape& shape);

/// As Alphafold3Run. Protenix draws with PyTorch's generator and is not repeatable across devices: the draws here are
/// our own (structure_models/threefry.h), the same wherever they are made.
class ProtenixRun final : public StructureRun {
 public:
  /// The network outlives the run.
  ProtenixRun(const Protenix& network, ProtenixInput input, std::uint32_t seed, const RunSettings& settings);

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

  const Protenix& network_;
  ProtenixInput input_;
  RunSettings settings_;
  JaxKey diffusion_;
  Protenix::PassRows rows_;
  ProtenixFeatures features_;
  ProtenixEmbeddings embeddings_;
};

}  // namespace groel::structure_models
