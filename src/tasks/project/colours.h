// Groups of points: by a column of a table, or by the class of an amino acid.
#pragma once

#include <string>
#include <vector>

#include "base/options.h"
#include "base/progress.h"

namespace groel::tasks {

/// The group of every id; empty where there is none. From --colour-by: "residue-class" for ids that are residues, else
/// a column of --table, whose ids are those of the embeddings or parts of them between bars. Errors: usage; those of
/// tables. Warns of ids that the table lacks.
std::vector<std::string> groups_of(const std::vector<std::string>& ids, const Options& options, Sink& sink);

}  // namespace groel::tasks
