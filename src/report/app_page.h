// The pages of groel serve and groel open: one script and one style sheet, beside what draws.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace groel::report {

/// What a browser asks a server for. The texts last as long as the program.
struct PageFile {
  std::string path;  ///< "/assets/page.js"
  std::string type;
  std::string_view text;
  bool lasting = false;  ///< a browser may keep it: its address changes with it
};

/// The page at "/" and all that it asks for. Of a build without the page: one that says what is missing.
const std::vector<PageFile>& server_page();
/// What the page may do, as a Content-Security-Policy: what is its own server's, and nothing else.
std::string_view server_page_policy() noexcept;

/// A page of one result in one file, which loads nothing. `result` is {"kind", "source", "version", "facts": […],
/// "notes": […]} and what app/offline/opened.jsx reads of that kind. All text in it is shown as text, whatever it
/// holds. Errors: unsupported in a build without the page.
std::string result_page(const nlohmann::json& result);
/// Errors: as result_page.
void check_result_pages();

}  // namespace groel::report
