// Scores of variants as pictures.
#pragma once

#include <span>
#include <string>

#include "report/figure.h"
#include "tasks/score/evaluation.h"
#include "tasks/score/table.h"

namespace groel::tasks {

/// The protein that variants are of.
struct WildType {
  std::string id, sequence;
  std::int64_t offset = 0;  ///< of the positions as they are written
  std::string alignment{};  ///< whose query it is; empty: none
};

/// What scored them, for titles.
struct ScoredBy {
  std::string model, method;
};

/// A heat map of the 20 residues by positions from the single substitutions among the rows, above it the mean of every
/// position's scores and, where there are any, of its measured values; what was not scored is grey, and so are
/// positions whose wild type is none of the 20; the wild type's residues are marked.
report::Figure scan_figure(const WildType& wild_type, const std::vector<VariantRow>& rows,
                           std::span<const double> scores, const ScoredBy& by);

/// Measured values against scores, one point per variant that has both, with a straight line through them.
struct Comparison {
  std::string protein, measured;
  Agreement agreement;
};
report::Figure measured_figure(const std::vector<VariantRow>& rows, std::span<const double> scores,
                               const Comparison& comparison, const ScoredBy& by);

/// "Spearman 0.41: the model's ranking agrees moderately with the measurements (n = 4,996)".
std::string in_words(const Agreement& agreement);

}  // namespace groel::tasks
