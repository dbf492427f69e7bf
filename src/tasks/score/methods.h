// Methods that score variants with a language model.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "engine/masked_scan.h"
#include "tasks/score/table.h"

namespace groel::tasks {

enum class ScoreMethod {
  wt_marginals,       ///< log p(new) - log p(old) of one pass over the wild type as it is, summed over the changes
  masked_marginals,   ///< the same, each position masked in a copy of its own
  pseudo_perplexity,  ///< log-likelihood of the whole variant less the wild type's, each residue masked in turn
  likelihood,         ///< the same by a causal model: of each token after those before it, ends too
};

struct ScoreInput {
  const models::Model& model;
  engine::ScanOptions scan;
  ScoreMethod method;
  const std::string& wild_type;
  std::string alignment{};  ///< whose query the wild type is, for models that read alignments; empty: none

  /// A sequence as the model reads it: in the place of the alignment's query. Errors: bad_input.
  bio::Encoded encode(const std::string& sequence) const;
};

/// One score per row, higher is more like what the model expects, 0 is the wild type's; NaN where the row has an error.
/// Rows that this method or model cannot score get their error.
std::vector<double> score_variants(const ScoreInput& input, std::vector<VariantRow>& rows, Sink& sink);

}  // namespace groel::tasks
