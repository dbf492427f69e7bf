// Runs an encoder over sequences and collects the outputs that were asked for.
#pragma once

#include <span>
#include <vector>

#include "engine/output.h"

namespace groel::engine {

/// What to compute for every sequence.
struct OutputRequest {
  std::vector<int> layers;      ///< 0 (embeddings) .. L (after the final norm), ascending, each once
  std::vector<Output> outputs;  ///< in the order of the results, each once
  /// Of an alignment, what is said of residues is said of those of every row, one row after the other; else of the
  /// query's.
  bool all_rows = false;
  /// What is said of residues is said of the tokens at both ends of a sequence, too: T rows instead of L.
  bool ends = false;

  bool asks_for(Output output) const;
  /// Whether something grows with the square of a sequence's length.
  bool has_maps() const;
};

/// Errors: unsupported, naming what the model cannot give.
void check_request(const models::Model& model, const OutputRequest& request);

/// One forward pass over several tokenised sequences, with their end tokens, packed. Each result is bitwise the same
/// whatever else is in the batch, and finite, or else its `failure` names the layer where that ended. Errors:
/// unsupported (the model has no such head), bad_input (too long for it, or without residues).
std::vector<OutputValues> outputs_of(const models::Model& model, std::span<const std::vector<std::int32_t>> sequences,
                                     const OutputRequest& request);

/// The same of one sequence; its failure is thrown.
OutputValues outputs_of_one(const models::Model& model, const std::vector<std::int32_t>& sequence,
                            const OutputRequest& request);

}  // namespace groel::engine
