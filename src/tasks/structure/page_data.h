// What a page of a structure is told of a model.
#pragma once

#include <nlohmann/json.hpp>

#include "tasks/structure/shown_model.h"

namespace groel::tasks {

/// Rows and columns of a map on the page at most; larger ones are thinned to means of square blocks.
inline constexpr std::int64_t kLargestMap = 1500;

/// The fields that report/structure/*.js read.
nlohmann::json page_data(const ShownModel& model);

/// A matrix for the page: {"size", "factor", "tokens", "step", "max", "values", "note"}; `values` are bytes in base64,
/// of which each is a multiple of `step`, and 255 no value.
nlohmann::json map_data(const PairMap& map, double step);

}  // namespace groel::tasks
