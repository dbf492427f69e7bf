// The notes that a score run prints beside its scores.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tasks/score/picture.h"
#include "tasks/score/table.h"

namespace groel::tasks {

/// Before anything is computed: which positions have no part in a scan or in sums over residues, chains that rows name,
/// variants that occur more than once.
std::vector<std::string> notes_before(const VariantTable& table, const WildType& protein, const ScoreOptions& options);

/// Afterwards: an offset that would fit where rows failed, and rows that are no part of a comparison.
std::vector<std::string> notes_after(const VariantTable& table, const WildType& protein);

/// [{"position", "residue"}] of the positions that are not scored, as the table numbers them.
nlohmann::ordered_json unscored_json(const WildType& protein);

}  // namespace groel::tasks
