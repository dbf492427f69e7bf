// A run of OpenFold3's network with one seed: embeddings, contacts, samples and how sure it is of each.
#pragma once

#include "structure_models/network_run.h"
#include "structure_models/openfold3/openfold3.h"
#include "structure_models/protenix/scores.h"

namespace groel::structure_models {

/// OpenFold3's: 4 passes, 200 steps, 1024 rows of the alignment in each pass.
RunSettings openfold3_run_settings();

/// Rows that a pass takes: as many as there may be, in random order; where there are fewer, all in theirs.
std::vector<std::int32_t> openfold3_rows(JaxKey key, std::int64_t rows, std::int64_t most);

/// Draws are those of seeded_noise.h.
class Openfold3Run final : public NetworkRun {
 public:
  /// The network outlives the run.
  Openfold3Run(const Openfold3& network, const Alphafold3Input& input, std::uint32_t seed, const RunSettings& settings);

  std::vector<std::string> notes() const override;

 private:
  NetworkEmbeddings embedded(const NetworkCore::Seen& seen) const override;
  DiffusionConditions conditions() const override;
  std::unique_ptr<DiffusionNoise> noise(std::span<const std::int64_t> wanted) const override;
  std::vector<float> contacts_of(const Tensor& logits) const override;
  std::vector<float> likely_contacts() const override { return contacts(); }
  void judge(const Tensor& positions, std::span<const float> contacts, PredictedSample& to) const override;
  std::vector<float> by_slot(std::span<const float> of_atoms, std::size_t width) const;

  const Openfold3& network_;
  std::int64_t dropped_bonds_ = 0;
  Openfold3Input input_;
  JaxKey diffusion_;
  Openfold3::PassRows rows_;
  NetworkFeatures features_;
};

}  // namespace groel::structure_models
