// Boltz-2 as a network that jobs are run by.
#include "base/error.h"
#include "structure_models/boltz2/run.h"
#include "structure_models/boltz2/weights.h"
#include "structure_models/esmfold/checkpoint.h"
#include "structure_models/open_weights.h"
#include "structure_models/structure_network.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

// By the names of its arrays.
bool is_boltz2_at(const fs::path& path) {
  if (is_esmfold_at(path)) return false;
  try {
    const fs::path file = find_open_weights(path, boltz2_files());
    return !file.empty() && is_boltz2_file(file);
  } catch (const Error&) {
    return false;
  }
}

NetworkFacts facts_of_boltz2(const Boltz2Weights& weights) {
  const Boltz2Shape& shape = weights.shape;
  return {.family = "boltz2",
          .title = "Boltz-2",
          .licence = "MIT, where the weights are those published",
          .citation = "Passaro, Corso, Wohlwend et al. 2025, Boltz-2, bioRxiv, doi:10.1101/2025.06.14.659707",
          .told_by = "by the names of its arrays",
          .identifier = weights.identifier,
          .parameters = weights.parameters,
          .forms = {shape.trunk, shape.diffusion, shape.confidence.blocks, shape.confidence.pairformer, 1},
          .usual = boltz2_run_settings(),
          .tokens = folding::TokenRules::boltz2};
}

class Boltz2Network final : public StructureNetwork {
 public:
  Boltz2Network(NetworkFacts facts, std::unique_ptr<Boltz2> network)
      : StructureNetwork(std::move(facts)), network_(std::move(network)) {}

  std::unique_ptr<StructureRun> begin(const folding::Features& features, std::uint32_t seed, std::int64_t /*padded*/,
                                      const RunSettings& settings) const override {
    return std::make_unique<Boltz2Run>(*network_, boltz2_input(features), seed, settings);
  }
  folding::ModelOrigin origin(const RunStamp& stamp) const override {
    return folding::boltz2_origin(stamp.program, stamp.time, facts().identifier);
  }

 private:
  std::unique_ptr<Boltz2> network_;
};

NetworkFacts read_boltz2_facts(const fs::path& path) {
  return facts_of_boltz2(read_boltz2_weights(find_open_weights(path, boltz2_files())));
}

std::unique_ptr<StructureNetwork> load_boltz2_network(const fs::path& path, ops::Precision precision) {
  const fs::path file = find_open_weights(path, boltz2_files());
  Boltz2Weights weights = read_boltz2_weights(file);
  NetworkFacts facts = facts_of_boltz2(weights);
  return std::make_unique<Boltz2Network>(std::move(facts), boltz2_of(std::move(weights), precision, file));
}

}  // namespace

NetworkFamily boltz2_family() { return {is_boltz2_at, read_boltz2_facts, load_boltz2_network}; }

}  // namespace groel::structure_models
