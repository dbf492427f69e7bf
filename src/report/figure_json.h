// A figure as the JSON that figure.js draws.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "report/figure.h"

namespace groel::report {

/// Errors: usage when lengths within a series differ, or a heat map's sizes and its values or categories do.
void check(const Figure& figure);

enum class MapValues { left_out, included };  // a page answers the pointer from them

nlohmann::json figure_json(const Figure& figure, MapValues values);

}  // namespace groel::report
