// AlphaFold 3, and IntelliFold-2 in its form of file, as networks that jobs are run by.
#include <array>
#include <fstream>

#include "structure_models/alphafold3/records.h"
#include "structure_models/alphafold3/rules.h"
#include "structure_models/alphafold3/run.h"
#include "structure_models/structure_network.h"

namespace groel::structure_models {
namespace {

bool is_alphafold3(const Alphafold3Weights& weights) { return weights.origin.network == RecordNetwork::alphafold3; }

NetworkFacts facts_of(const Alphafold3Weights& weights) {
  const Alphafold3Shape& shape = weights.shape;
  NetworkFacts out{.family = "alphafold3",
                   .title = "AlphaFold 3",
                   .licence = "its own terms of use: non-commercial, not passed on",
                   .citation = "Abramson et al. 2024, Nature 630:493",
                   .told_by = weights.origin.told_by,
                   .identifier = weights.identifier,
                   .parameters = weights.parameters,
                   .forms = {shape.trunk(), shape.diffusion(), shape.confidence_blocks, shape.pairformer()},
                   .usual = {},
                   .templates = true};
  if (is_alphafold3(weights)) return out;
  out.family = "intellifold2";
  out.title = "IntelliFold-2";
  out.licence = "Apache-2.0, where the weights are those published";
  out.citation = "Qiao et al. 2026, bioRxiv 2026.02.09.704787";
  return out;
}

class Alphafold3Network : public StructureNetwork {
 public:
  Alphafold3Network(NetworkFacts facts, std::unique_ptr<Alphafold3> network)
      : StructureNetwork(std::move(facts)), network_(std::move(network)) {}

  std::unique_ptr<StructureRun> begin(const folding::Features& features, std::uint32_t seed, std::int64_t padded,
                                      const RunSettings& settings) const override {
    const Alphafold3Run::Of of{facts().title, seed, padded};
    return std::make_unique<Alphafold3Run>(*network_, alphafold3_input(features), of, settings);
  }
  folding::ModelOrigin origin(const RunStamp& stamp) const override {
    return folding::alphafold3_origin({stamp.program, stamp.time, facts().identifier, stamp.terms});
  }
  std::string terms() const override { return folding::alphafold3_terms(); }

 private:
  std::unique_ptr<Alphafold3> network_;
};

class Intellifold2Network final : public Alphafold3Network {
 public:
  using Alphafold3Network::Alphafold3Network;
  folding::ModelOrigin origin(const RunStamp& stamp) const override {
    return folding::intellifold2_origin(stamp.program, stamp.time, facts().identifier);
  }
  std::string terms() const override { return {}; }
};

// NAME.bin is also how PyTorch's files are called, in folders that have a config.json.
bool is_at(const std::filesystem::path& path) {
  if (!has_parameter_files(path)) return false;
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) return !std::filesystem::exists(path / "config.json", failed);
  std::array<char, 2> begin{};
  std::ifstream(path, std::ios::binary).read(begin.data(), begin.size());
  const bool is_zip = begin[0] == 'P' && begin[1] == 'K', is_pickle = begin[0] == '\x80';
  return !is_zip && !is_pickle;
}

NetworkFacts read_facts(const std::filesystem::path& path) { return facts_of(read_alphafold3_weights(path)); }

std::unique_ptr<StructureNetwork> load(const std::filesystem::path& path, ops::Precision precision) {
  Alphafold3Weights weights = read_alphafold3_weights(path);
  NetworkFacts facts = facts_of(weights);
  const bool alphafold3 = is_alphafold3(weights);
  auto network = network_of<Alphafold3>(std::move(weights), precision, path);
  if (alphafold3) return std::make_unique<Alphafold3Network>(std::move(facts), std::move(network));
  return std::make_unique<Intellifold2Network>(std::move(facts), std::move(network));
}

}  // namespace

NetworkFamily alphafold3_family() { return {is_at, read_facts, load}; }

std::int64_t alphafold3_parameters(const Alphafold3Shape& shape) {
  std::int64_t out = 0;
  for (const RecordRule& rule : alphafold3_rules(shape)) out += element_count(rule.shape());
  return out;
}

NetworkFacts alphafold3_facts() {
  Alphafold3Weights published;
  published.parameters = alphafold3_parameters({});
  return facts_of(published);
}

}  // namespace groel::structure_models
