// AlphaFold 3 as a network that jobs are run by.
#include <array>
#include <fstream>

#include "structure_models/alphafold3_records.h"
#include "structure_models/alphafold3_rules.h"
#include "structure_models/alphafold3_run.h"
#include "structure_models/structure_network.h"

namespace groel::structure_models {
namespace {

NetworkFacts facts_of(const Alphafold3Shape& shape, const std::string& identifier, std::int64_t parameters) {
  return {.family = "alphafold3",
          .title = "AlphaFold 3",
          .licence = "its own terms of use: non-commercial, not passed on",
          .citation = "Abramson et al. 2024, Nature 630:493",
          .identifier = identifier,
          .parameters = parameters,
          .forms = {shape.trunk(), shape.diffusion(), shape.confidence_blocks, shape.pairformer()},
          .usual = {},
          .templates = true};
}

class Alphafold3Network final : public StructureNetwork {
 public:
  Alphafold3Network(NetworkFacts facts, std::unique_ptr<Alphafold3> network)
      : StructureNetwork(std::move(facts)), network_(std::move(network)) {}

  std::unique_ptr<StructureRun> begin(const folding::Features& features, std::uint32_t seed, std::int64_t padded,
                                      const RunSettings& settings) const override {
    return std::make_unique<Alphafold3Run>(*network_, alphafold3_input(features), seed, padded, settings);
  }
  folding::ModelOrigin origin(const RunStamp& stamp) const override {
    return folding::alphafold3_origin({stamp.program, stamp.time, facts().identifier, stamp.terms});
  }
  std::string terms() const override { return folding::alphafold3_terms(); }

 private:
  std::unique_ptr<Alphafold3> network_;
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

NetworkFacts read_facts(const std::filesystem::path& path) {
  const Alphafold3Weights weights = read_alphafold3_weights(path);
  return facts_of(weights.shape, weights.identifier, weights.parameters);
}

std::unique_ptr<StructureNetwork> load(const std::filesystem::path& path, ops::Precision precision) {
  Alphafold3Weights weights = read_alphafold3_weights(path);
  NetworkFacts facts = facts_of(weights.shape, weights.identifier, weights.parameters);
  return std::make_unique<Alphafold3Network>(std::move(facts), alphafold3_of(std::move(weights), precision, path));
}

}  // namespace

NetworkFamily alphafold3_family() { return {is_at, read_facts, load}; }

std::int64_t alphafold3_parameters(const Alphafold3Shape& shape) {
  std::int64_t out = 0;
  for (const RecordRule& rule : alphafold3_rules(shape)) out += element_count(rule.shape());
  return out;
}

NetworkFacts alphafold3_facts() { return facts_of({}, {}, alphafold3_parameters({})); }

}  // namespace groel::structure_models
