// Pictures of what groel data describe counts.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/progress.h"
#include "tasks/data/options.h"

namespace groel::tasks {

/// Refuses, before anything is read, a folder that holds such pictures, unless they may be replaced. Errors: usage;
/// unsupported in a build without pictures.
void check_describe_pictures(const DataOptions& options);
/// lengths.svg, classes.svg, labels_per_row.svg, rows_per_id.svg, as far as `described` has them, each with its numbers
/// beside it. Errors: io.
void draw_description(const nlohmann::ordered_json& described, const DataOptions& options, Sink& sink);

}  // namespace groel::tasks
