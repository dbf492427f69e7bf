// OpenFold3 as a network that jobs are run by.
#include "structure_models/open_weights.h"
#include "structure_models/openfold3/run.h"
#include "structure_models/structure_network.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

bool is_at(const fs::path& path) { return is_open_network_at(path, openfold3_files(), is_openfold3_file); }

NetworkFacts facts_of(const Openfold3Weights& weights) {
  const Openfold3Shape& shape = weights.shape;
  return {.family = "openfold3",
          .title = "OpenFold3",
          .licence = "Apache-2.0, where the weights are those published",
          .citation = "The OpenFold3 Team 2025, OpenFold3-preview, github.com/aqlaboratory/openfold-3",
          .told_by = "by the names of its arrays",
          .identifier = weights.identifier,
          .parameters = weights.parameters,
          .forms = {shape.trunk, shape.diffusion, shape.confidence.blocks, shape.confidence.pairformer},
          .usual = openfold3_run_settings(),
          .tokens = folding::TokenRules::openfold3};
}

class Openfold3Network final : public StructureNetwork {
 public:
  Openfold3Network(NetworkFacts facts, std::unique_ptr<Openfold3> network)
      : StructureNetwork(std::move(facts)), network_(std::move(network)) {}

  std::unique_ptr<StructureRun> begin(const folding::Features& features, std::uint32_t seed, std::int64_t /*padded*/,
                                      const RunSettings& settings) const override {
    return std::make_unique<Openfold3Run>(*network_, alphafold3_input(features), seed, settings);
  }
  folding::ModelOrigin origin(const RunStamp& stamp) const override {
    return folding::openfold3_origin(stamp.program, stamp.time, facts().identifier);
  }

 private:
  std::unique_ptr<Openfold3> network_;
};

NetworkFacts read_facts(const fs::path& path) {
  return facts_of(read_openfold3_weights(find_open_weights(path, openfold3_files())));
}

std::unique_ptr<StructureNetwork> load(const fs::path& path, ops::Precision precision) {
  const fs::path file = find_open_weights(path, openfold3_files());
  Openfold3Weights weights = read_openfold3_weights(file);
  NetworkFacts facts = facts_of(weights);
  return std::make_unique<Openfold3Network>(std::move(facts),
                                            network_of<Openfold3>(std::move(weights), precision, file));
}

}  // namespace

NetworkFamily openfold3_family() { return {is_at, read_facts, load}; }

}  // namespace groel::structure_models
