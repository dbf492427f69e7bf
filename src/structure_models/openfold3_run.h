// A run of OpenFold3's network with one seed: embeddings, contacts, samples and how sure it is of each.
#pragma once

#include "structure_models/openfold3.h"
#include "structure_models/protenix_scores.h"
#include "structure_models/structure_run.h"

namespace groel::structure_models {

/// OpenFold3's: 4 passes, 200 steps, 1024 rows of the alignment in each pass.
RunSettings openfold3_run_settings();

/// Rows that a pass takes: as many as there may be, in random order; where there are fewer, all in theirs.
std::vector<std::int32_t> openfold3_rows(JaxKey key, std::int64_t rows, std::int64_t most);

/// As Alphafold3Run; draws are those of seeded_noise.h.
class Openfold3Run final : public StructureRun {
 public:
  /// The network outlives the run.
  Openfold3Run(const Openfold3& network, const Alphafold3Input& input, std::uint32_t seed, const RunSettings& settings);

  using StructureRun::embed;
  using StructureRun::sample;
  std::vector<std::string> notes() const override;
  void embed(const RunWatcher& watcher) override;
  const Tensor& single() const override { return embeddings_.single; }
  const Tensor& pair() const override { return embeddings_.pair; }
  std::vector<float> contacts() const override;
  std::vector<float> distogram_row(std::int64_t token) const override;
  void sample(std::span<const std::int64_t> wanted, const Take& take, const RunWatcher& watcher) override;

 private:
  PredictedSample judged(std::int64_t sample, const Tensor& positions, std::span<const float> contacts) const;
  std::vector<float> by_slot(std::span<const float> of_atoms, std::size_t width) const;

  const Openfold3& network_;
  std::int64_t dropped_bonds_ = 0;
  Openfold3Input input_;
  RunSettings settings_;
  JaxKey diffusion_;
  Openfold3::PassRows rows_;
  Openfold3Features features_;
  Openfold3Embeddings embeddings_;
};

}  // namespace groel::structure_models
