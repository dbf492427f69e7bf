// Puts the page of a structure together: 3Dmol.js, ECharts, what is shown, and the scripts that show it.
#include "report/structure_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/document.h"
#include "report/script_json.h"
#include "report/scripts.h"

namespace groel::report {
namespace {

// 3Dmol.js asks for nothing, either; its picture of the view is a data: address.
constexpr std::string_view kViewPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

}  // namespace

void check_structure_pages() {
  echarts_script();
  molecule_script();
}

std::string structure_page(const nlohmann::json& view) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n<title>{}</title>\n<style>{}</style>\n</head>\n"
      "<body>\n{}\n<script id=\"data\" type=\"application/json\">{}</script>\n"
      "<script>{}</script>\n<script>{}</script>\n<script>(function() {{\n'use strict';\n{}}})();</script>\n</body>\n"
      "</html>\n",
      kViewPolicy, escaped(view.at("title").get<std::string>()), structure_style(), structure_body(), script_json(view),
      echarts_script(), molecule_script(), structure_script());
}

}  // namespace groel::report
