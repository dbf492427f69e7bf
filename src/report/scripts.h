// The JavaScript inside the program: ECharts, and our scripts that draw figures with it.
#pragma once

#include <string>
#include <string_view>

namespace groel::report {

/// Apache ECharts, from npm. Errors: unsupported in a build without pictures.
std::string_view echarts_script();
std::string drawing_script();             // layout.js, figure.js and option.js
std::string_view page_script() noexcept;  // page.js

}  // namespace groel::report
