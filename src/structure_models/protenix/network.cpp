// Protenix as a network that jobs are run by.
#include "structure_models/open_weights.h"
#include "structure_models/protenix/run.h"
#include "structure_models/protenix/weights.h"
#include "structure_models/structure_network.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

bool is_at(const fs::path& path) {
  return is_open_network_at(path, protenix_files(),
                            [](const fs::path& file) { return is_protenix(read_protenix_arrays(file)); });
}

NetworkFacts facts_of(const ProtenixWeights& weights) {
  const ProtenixShape& shape = weights.shape;
  return {.family = "protenix",
          .title = "Protenix",
          .licence = "Apache-2.0, where the weights are those published",
          .citation = "ByteDance AML AI4Science Team 2025, bioRxiv 2025.01.08.631967",
          .told_by = "by the names of its arrays",
          .identifier = weights.identifier,
          .parameters = weights.parameters,
          .forms = {shape.trunk, shape.diffusion, shape.confidence.blocks, shape.confidence.pairformer},
          .usual = protenix_run_settings(shape),
          .templates = shape.trunk.templates.blocks > 0};
}

class ProtenixNetwork final : public StructureNetwork {
 public:
  ProtenixNetwork(NetworkFacts facts, std::unique_ptr<Protenix> network)
      : StructureNetwork(std::move(facts)), network_(std::move(network)) {}

  std::unique_ptr<StructureRun> begin(const folding::Features& features, std::uint32_t seed, std::int64_t /*padded*/,
                                      const RunSettings& settings) const override {
    return std::make_unique<ProtenixRun>(*network_, protenix_input(alphafold3_input(features)), seed, settings);
  }
  folding::ModelOrigin origin(const RunStamp& stamp) const override {
    return folding::protenix_origin(stamp.program, stamp.time, facts().identifier);
  }

 private:
  std::unique_ptr<Protenix> network_;
};

NetworkFacts read_facts(const fs::path& path) {
  return facts_of(read_protenix_weights(find_open_weights(path, protenix_files())));
}

std::unique_ptr<StructureNetwork> load(const fs::path& path, ops::Precision precision) {
  const fs::path file = find_open_weights(path, protenix_files());
  ProtenixWeights weights = read_protenix_weights(file);
  NetworkFacts facts = facts_of(weights);
  return std::make_unique<ProtenixNetwork>(std::move(facts), network_of<Protenix>(std::move(weights), precision, file));
}

}  // namespace

NetworkFamily protenix_family() { return {is_at, read_facts, load}; }

}  // namespace groel::structure_models
