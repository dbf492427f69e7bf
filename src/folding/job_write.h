// Writes a job as AlphaFold 3's JSON.
#pragma once

#include <string>

#include "folding/job.h"

namespace groel::folding {

/// The job in AlphaFold 3's dialect, version 4, byte for byte as AlphaFold 3 writes it: equal chains together, texts of
/// files within, everything outside ASCII escaped, no line end at the end.
std::string job_json(const Job& job);

}  // namespace groel::folding
