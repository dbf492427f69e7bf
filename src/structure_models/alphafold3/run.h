// A run of AlphaFold 3's network with one seed.
#pragma once

#include "structure_models/alphafold3/alphafold3.h"
#include "structure_models/network_run.h"

namespace groel::structure_models {

class Alphafold3Run final : public NetworkRun {
 public:
  /// What a run needs beside the network and its input. `padded`: tokens that AlphaFold 3 would pad to, on which its
  /// draws of positions depend.
  struct Of {
    std::string name;  ///< of the network
    std::uint32_t seed = 1;
    std::int64_t padded = 0;
  };
  /// The network outlives the run.
  Alphafold3Run(const Alphafold3& network, Alphafold3Input input, const Of& of, const RunSettings& settings);

 private:
  NetworkEmbeddings embedded(const NetworkCore::Seen& seen) const override;
  DiffusionConditions conditions() const override;
  std::unique_ptr<DiffusionNoise> noise(std::span<const std::int64_t> wanted) const override;
  std::vector<float> contacts_of(const Tensor& logits) const override;
  void judge(const Tensor& positions, std::span<const float> contacts, PredictedSample& to) const override;

  const Alphafold3& network_;
  Alphafold3Input input_;
  std::int64_t padded_;
  Alphafold3Draws draws_;
  Alphafold3Features features_;
};

}  // namespace groel::structure_models
