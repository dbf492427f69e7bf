// AlphaFold 3's network on the jobs of groel fold.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "structure_models/alphafold3_cost.h"
#include "tasks/fold/jobs.h"

namespace groel::tasks {

/// Weights that are loaded, and jobs that they are run on.
class FoldNetwork {
 public:
  /// Reads the weights. Errors: usage, where no folder of them is named; those of the reader.
  FoldNetwork(const FoldOptions& options, Context& context);
  /// Whether a folder holds part of what a run of this job with these settings gives.
  bool began(const FoldJob& job, const std::filesystem::path& folder) const;
  /// A job with its alignments, into its folder: all samples of all seeds, and the ranking. Samples of a run that began
  /// there are kept. Errors: memory, before anything is computed; those of the features and of the files.
  void run(const FoldJob& job, const std::filesystem::path& folder);

 private:
  const FoldOptions& options_;
  Context& context_;
  structure_models::LoadedAlphafold3 loaded_;
};

/// Where the weights are: --model-dir, or what `groel pull alphafold3` downloaded. "" for none.
std::string fold_weights(const FoldOptions& options);
/// What the network will take for a job of that layout: of the weights that are named, or of AlphaFold 3's sizes.
structure_models::Alphafold3Cost fold_cost(const folding::TokenLayout& layout, const FoldOptions& options,
                                           const structure_models::Alphafold3Shape& shape);
/// Multiplications and additions that this machine does in a second in matrix products, measured in a moment.
double product_speed();
/// "40 s", "3 min", "2.5 h".
std::string time_text(double seconds);

}  // namespace groel::tasks
