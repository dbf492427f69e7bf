// A run of Protenix's network with one seed: embeddings, contacts, samples and how sure it is of each.
#pragma once

#include "structure_models/network_run.h"
#include "structure_models/protenix/protenix.h"
#include "structure_models/protenix/scores.h"

namespace groel::structure_models {

/// Protenix's for a network of that shape: 10 passes, 200 steps, up to 16384 rows of the alignment. Its mini and tiny
/// networks, which are told by their one block over the alignment, take 4 passes and 5 steps without added noise.
RunSettings protenix_run_settings(const ProtenixShape& shape);

/// Protenix draws with PyTorch's generator and is not repeatable across devices: the draws here are our own
/// (structure_models/threefry.h), the same wherever they are made.
class ProtenixRun final : public NetworkRun {
 public:
  /// The network outlives the run.
  ProtenixRun(const Protenix& network, ProtenixInput input, std::uint32_t seed, const RunSettings& settings);

 private:
  NetworkEmbeddings embedded(const NetworkCore::Seen& seen) const override;
  DiffusionConditions conditions() const override;
  std::unique_ptr<DiffusionNoise> noise(std::span<const std::int64_t> wanted) const override;
  std::vector<float> contacts_of(const Tensor& logits) const override;
  std::vector<float> likely_contacts() const override { return contacts(); }
  void judge(const Tensor& positions, std::span<const float> contacts, PredictedSample& to) const override;

  const Protenix& network_;
  ProtenixInput input_;
  JaxKey diffusion_;
  Protenix::PassRows rows_;
  NetworkFeatures features_;
};

}  // namespace groel::structure_models
