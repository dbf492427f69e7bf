// The --picture option of tasks that have something to show.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/progress.h"
#include "report/figure.h"

namespace groel::tasks {

/// `shows`: "A bar chart of the probabilities".
OptionSpec picture_option(const std::string& shows);

/// Refuses, before anything is computed, a --picture of no known format, or one that stands already unless --overwrite
/// is given.
void check_picture(const Options& options);

/// Writes the picture and its data where --picture says, and says so.
void save_picture(const report::Figure& figure, const Options& options, Sink& sink);

/// Residues along an axis: ticks at round numbers, or letters too.
report::Axis residue_axis(std::string name, std::vector<std::string> labels, std::vector<std::int64_t> numbers);
/// first, first + 1, ...
std::vector<std::int64_t> numbers_from(std::int64_t first, std::size_t count);

}  // namespace groel::tasks
