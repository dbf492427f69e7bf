// How far a long run is, as a line of text.
#pragma once

#include <string>

#include "base/progress.h"

namespace groel {

/// "embedding 20/573 records, 3120 residues/s, 0:42 left". What is not counted is left out: the rate where no residues
/// are, what is left where the end is not known.
std::string progress_line(const Progress& progress);

}  // namespace groel
