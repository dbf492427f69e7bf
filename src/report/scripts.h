// The JavaScript inside the program: ECharts, 3Dmol.js, and our scripts that draw with them.
#pragma once

#include <string>
#include <string_view>

namespace groel::report {

/// Apache ECharts, from npm. Errors: unsupported in a build without pictures.
std::string_view echarts_script();
std::string drawing_script();             // layout.js, figure.js and option.js
std::string_view page_script() noexcept;  // page.js

/// 3Dmol.js, from npm. Errors: unsupported in a build without it.
std::string_view molecule_script();
std::string structure_script();               // structure/*.js
std::string_view structure_style() noexcept;  // structure/page.css
std::string_view structure_body() noexcept;   // structure/body.html

/// Whether the page of groel serve and groel open is in the program.
bool has_app() noexcept;
/// Its script, with Preact from npm. Errors: unsupported in a build without it.
std::string_view app_script();
std::string_view app_style();  // app/app.css

}  // namespace groel::report
