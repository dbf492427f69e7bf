// Groups of points: by a column of a table, or by the class of an amino acid.
#pragma once

#include <string>
#include <vector>

#include "base/progress.h"
#include "formats/read_vectors.h"
#include "tasks/project/options.h"

namespace groel::tasks {

/// The group of every vector; empty where there is none. From --colour-by: "residue-class" for ids that are residues, a
/// column that is beside the vectors in their own table, or one of --table, whose ids are those of the embeddings
/// or parts of them between bars. Errors: usage; those of tables. Warns of ids that the table lacks, or has twice.
std::vector<std::string> groups_of(const formats::VectorFile& file, const ProjectOptions& options, Sink& sink);

}  // namespace groel::tasks
