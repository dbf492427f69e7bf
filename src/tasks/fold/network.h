// The networks of AlphaFold 3's kind on the jobs of groel fold.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "structure_models/structure_network.h"
#include "tasks/fold/jobs.h"

namespace groel::tasks {

/// Weights that are loaded, and jobs that they are run on.
class FoldNetwork {
 public:
  /// Reads the weights. Errors: usage, where none are named; those of the reader.
  FoldNetwork(const FoldOptions& options, Context& context);
  /// Whether a folder holds part of what a run of this job with these settings gives.
  bool began(const FoldJob& job, const std::filesystem::path& folder) const;
  /// A job with its alignments, into its folder: all samples of all seeds, and the ranking. Samples of a run that began
  /// there are kept. -> the samples, "structures", and the best of them, with their ranking scores. Errors: memory,
  /// before anything is computed; those of the features and of the files.
  nlohmann::ordered_json run(const FoldJob& job, const std::filesystem::path& folder);

 private:
  const FoldOptions& options_;
  Context& context_;
  std::unique_ptr<structure_models::StructureNetwork> network_;
};

/// Whether a name is that of a network of jobs, or the path of its weights.
bool names_fold_network(const std::string& model);
/// Where the weights are: --model-dir, -m, or what `groel pull alphafold3` downloaded. "" for none. Errors: usage, for
/// two of them; not_found, for a name that is not on this machine.
std::string fold_weights(const FoldOptions& options);
/// What a network will take for a job of that layout.
structure_models::NetworkCost fold_cost(const folding::TokenLayout& layout, const structure_models::NetworkFacts& facts,
                                        const structure_models::RunSettings& settings);
/// Multiplications and additions that this machine does in a second in matrix products, measured in a moment.
double product_speed();
/// "40 s", "3 min", "2.5 h".
std::string time_text(double seconds);

}  // namespace groel::tasks
