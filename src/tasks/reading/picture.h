// The option --picture of tasks that can draw their results.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "report/figure.h"
#include "tasks/reading/options.h"

namespace groel::tasks {

/// Refuses, before anything is computed, a --picture of no known format, or one that exists already unless --overwrite
/// is given.
void check_picture(const OutputOptions& options);

/// Writes the picture and its data where --picture says, and says so.
void save_picture(const report::Figure& figure, const OutputOptions& options, Sink& sink);

/// Residues along an axis: ticks at round numbers, or letters too.
report::Axis residue_axis(std::string name, std::vector<std::string> labels, std::vector<std::int64_t> numbers);
/// first, first + 1, ...
std::vector<std::int64_t> numbers_from(std::int64_t first, std::size_t count);

}  // namespace groel::tasks
