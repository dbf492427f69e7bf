// A run of AlphaFold 3's network with one seed: embeddings, contacts, samples and how sure it is of each.
#pragma once

#include "structure_models/alphafold3.h"
#include "structure_models/structure_run.h"

namespace groel::structure_models {

class Alphafold3Run final : public StructureRun {
 public:
  /// `padded`: tokens that AlphaFold 3 would pad to, on which its draws of positions depend. The network outlives the
  /// run.
  Alphafold3Run(const Alphafold3& network, Alphafold3Input input, std::uint32_t seed, std::int64_t padded,
                const RunSettings& settings);

  using StructureRun::embed;
  using StructureRun::sample;
  void embed(const RunWatcher& watcher) override;
  const Tensor& single() const override { return embeddings_.single; }
  const Tensor& pair() const override { return embeddings_.pair; }
  std::vector<float> contacts() const override;
  std::vector<float> distogram_row(std::int64_t token) const override;
  void sample(std::span<const std::int64_t> wanted, const Take& take, const RunWatcher& watcher) override;

 private:
  PredictedSample judged(std::int64_t sample, const Tensor& positions) const;

  const Alphafold3& network_;
  Alphafold3Input input_;
  RunSettings settings_;
  std::int64_t padded_;
  Alphafold3Draws draws_;
  Alphafold3Features features_;
  Alphafold3Embeddings embeddings_;
};

}  // namespace groel::structure_models
