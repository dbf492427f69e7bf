// A run of a network of AlphaFold 3's kind: its stages, which are alike; what each network does otherwise is asked of
// it.
#pragma once

#include <memory>
#include <string>

#include "structure_models/network_core.h"
#include "structure_models/structure_run.h"

namespace groel::structure_models {

class NetworkRun : public StructureRun {
 public:
  using StructureRun::embed;
  using StructureRun::sample;
  void embed(const RunWatcher& watcher) override;
  const Tensor& single() const override { return embeddings_.single; }
  const Tensor& pair() const override { return embeddings_.pair; }
  std::vector<float> contacts() const override;
  std::vector<float> distogram_row(std::int64_t token) const override;
  void sample(std::span<const std::int64_t> wanted, const Take& take, const RunWatcher& watcher) override;

 protected:
  /// `name`: "Protenix", in errors. The network outlives the run.
  NetworkRun(const JobNetwork& network, std::string name, const RunSettings& settings);

  const RunSettings& settings() const { return settings_; }
  const NetworkEmbeddings& embeddings() const { return embeddings_; }

  /// What the trunk makes of the input.
  virtual NetworkEmbeddings embedded(const JobNetwork::Seen& seen) const = 0;
  virtual DiffusionConditions conditions() const = 0;
  /// The draws of some samples of the seed, in their order.
  virtual std::unique_ptr<DiffusionNoise> noise(std::span<const std::int64_t> wanted) const = 0;
  /// Probabilities of contacts of logits [pairs, bins].
  virtual std::vector<float> contacts_of(const Tensor& logits) const = 0;
  /// What scores are made of beside a sample: `contacts()` where a network's are made of them, else nothing.
  virtual std::vector<float> likely_contacts() const { return {}; }
  /// Fills in all of a sample but its number; `to.summary` may refer to `to`. positions [A, 3], Å.
  virtual void judge(const Tensor& positions, std::span<const float> contacts, PredictedSample& to) const = 0;

 private:
  std::int64_t tokens() const { return embeddings_.single.size(0); }
  Tensor sampled(std::span<const std::int64_t> wanted, const RunWatcher& watcher) const;

  const JobNetwork& network_;
  std::string name_;
  RunSettings settings_;
  NetworkEmbeddings embeddings_;
};

}  // namespace groel::structure_models
