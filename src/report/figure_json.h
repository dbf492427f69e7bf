// A figure as the JSON that figure.js draws.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "report/figure.h"

namespace groel::report {

/// Errors: usage when lengths within a series differ, or a heat map's sizes and its values or categories do.
void check(const Figure& figure);

/// A text as pictures show it: control characters and the like are written out, and XML has every character left.
std::string shown(std::string_view text);
/// The same for a text of several lines.
std::string shown_lines(std::string_view text);

enum class MapValues { left_out, included };  // a page answers the pointer from them

nlohmann::json figure_json(const Figure& figure, MapValues values);

}  // namespace groel::report
