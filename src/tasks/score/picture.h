// Scores of variants as pictures.
#pragma once

#include <span>
#include <string>

#include "report/figure.h"
#include "tasks/score/table.h"

namespace groel::tasks {

/// A heat map of the 20 residues by positions from the single substitutions among the rows; what was not scored is
/// grey, the wild type's residues are marked.
report::Figure scan_figure(const std::string& wild_type, const std::vector<VariantRow>& rows,
                           std::span<const double> scores);

/// Measured values against scores, a point a variant that has both.
report::Figure measured_figure(const std::vector<VariantRow>& rows, std::span<const double> scores,
                               const std::string& measured, const std::string& agreement);

}  // namespace groel::tasks
