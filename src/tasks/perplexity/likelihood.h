// How likely a model takes the records of a run to be: what perplexities are made of.
#pragma once

#include <cmath>
#include <vector>

#include "engine/causal_scan.h"
#include "tasks/reading/input.h"

namespace groel::tasks {

struct Likelihood {
  double log = 0;  ///< natural logarithm, summed over what is predicted
  std::int64_t predicted = 0;
  double perplexity() const { return std::exp(-log / static_cast<double>(predicted)); }
};

/// What a model predicts: the residues of a masked one, the tokens of a causal one.
enum class PredictedUnit { residues, tokens };
inline const char* word(PredictedUnit what) { return what == PredictedUnit::residues ? "residues" : "tokens"; }

/// Of a masked model: each of the 20 residues from all the others. A record that cannot be asked about, or of which the
/// model says something that is no number, gets its error.
std::vector<Likelihood> masked_likelihoods(std::vector<ReadRecord>& records, const engine::MaskedScan& scan,
                                           const bio::Tokenizer& tokenizer, Sink& sink);
/// Documents of a causal model: every token but the first is predicted, the one that ends it too. Errors likewise.
std::vector<Likelihood> causal_likelihoods(std::vector<ReadRecord>& records, const engine::CausalScan& scan,
                                           Sink& sink);
/// {"records": […], "total": {…}, "errors": […]}, as `groel perplexity --json` gives it.
nlohmann::ordered_json perplexity_json(const std::vector<ReadRecord>& records, const std::vector<Likelihood>& scores,
                                       PredictedUnit what, Failures& failures);

}  // namespace groel::tasks
