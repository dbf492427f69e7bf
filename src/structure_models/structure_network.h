// Networks that predict the structures of jobs, of whatever family: what is said of one, finding it, and running it.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "folding/features.h"
#include "folding/output_origin.h"
#include "folding/tokens.h"
#include "ops/linear.h"
#include "structure_models/run_cost.h"

namespace groel::structure_models {

/// What is known of a network before it is loaded.
struct NetworkFacts {
  std::string family;  ///< "alphafold3", "intellifold2", "protenix", "openfold3", "boltz2"
  std::string title;   ///< "AlphaFold 3"
  std::string licence, citation;
  std::string told_by;     ///< how the weights are known for this network's: "by its sizes: ..."
  std::string identifier;  ///< of the weights
  std::int64_t parameters = 0;
  NetworkForms forms{};
  RunSettings usual{};                                           ///< what its authors run it with
  bool templates = true;                                         ///< whether it reads them
  folding::TokenRules tokens = folding::TokenRules::alphafold3;  ///< by which jobs are laid out for it
};

/// Who ran it, for the files of results.
struct RunStamp {
  std::string program;  ///< "GroEL 1.0.0"
  std::string time;     ///< "2026-11-28 11:49:54"
  bool terms = true;    ///< with the notice that terms of weights ask for, if any
};

/// A network that is loaded.
class StructureNetwork {
 public:
  virtual ~StructureNetwork() = default;
  StructureNetwork(const StructureNetwork&) = delete;
  StructureNetwork& operator=(const StructureNetwork&) = delete;

  const NetworkFacts& facts() const { return facts_; }
  /// A run of a job's features with one seed; `padded`: tokens that AlphaFold 3 would pad them to. The network outlives
  /// it. Errors: bad_input, naming an array that is missing.
  virtual std::unique_ptr<StructureRun> begin(const folding::Features& features, std::uint32_t seed,
                                              std::int64_t padded, const RunSettings& settings) const = 0;
  virtual folding::ModelOrigin origin(const RunStamp& stamp) const = 0;
  /// The text of TERMS_OF_USE.md; empty where there are none.
  virtual std::string terms() const { return {}; }

 protected:
  explicit StructureNetwork(NetworkFacts facts) : facts_(std::move(facts)) {}

 private:
  NetworkFacts facts_;
};

/// A family of such networks.
struct NetworkFamily {
  /// Whether its weights are at a path: a folder or a file. Looks at names and at the beginning of files, and has no
  /// errors.
  bool (*is_at)(const std::filesystem::path& path);
  /// Errors of both: those of its reader.
  NetworkFacts (*facts)(const std::filesystem::path& path);
  std::unique_ptr<StructureNetwork> (*load)(const std::filesystem::path& path, ops::Precision precision);
};
NetworkFamily alphafold3_family();
NetworkFamily protenix_family();
NetworkFamily openfold3_family();
NetworkFamily boltz2_family();

/// The facts of AlphaFold 3 as it is published.
NetworkFacts alphafold3_facts();

/// Whether weights of any family are at a path.
bool is_structure_network_at(const std::filesystem::path& path);
/// Errors: not_found, saying what is looked for; those of the family's reader.
NetworkFacts structure_network_facts(const std::filesystem::path& path);
std::unique_ptr<StructureNetwork> load_structure_network(const std::filesystem::path& path,
                                                         ops::Precision precision = ops::Precision::f32);

}  // namespace groel::structure_models
