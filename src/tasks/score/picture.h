// Scores of variants as pictures.
#pragma once

#include <span>
#include <string>

#include "report/figure.h"
#include "tasks/score/table.h"

namespace groel::tasks {

/// The protein that variants are of.
struct WildType {
  std::string id, sequence;
  std::int64_t offset = 0;  ///< of the positions as they are written
};

/// A heat map of the 20 residues by positions from the single substitutions among the rows; what was not scored is
/// grey, the wild type's residues are marked.
report::Figure scan_figure(const WildType& wild_type, const std::vector<VariantRow>& rows,
                           std::span<const double> scores);

/// Measured values against scores, a point a variant that has both.
report::Figure measured_figure(const std::vector<VariantRow>& rows, std::span<const double> scores,
                               const std::string& measured, const std::string& agreement);

}  // namespace groel::tasks
