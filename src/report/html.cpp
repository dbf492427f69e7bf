// A page that holds ECharts, the figure and what draws it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/figure_json.h"
#include "report/picture.h"
#include "report/scripts.h"

namespace groel::report {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else
      out += c;
  }
  return out;
}

// JSON that cannot end the script element it stands in.
std::string script_json(const nlohmann::json& json) {
  std::string out;
  for (const char c : json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)) {
    if (c == '<')
      out += "\\u003c";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string to_html(const Figure& figure) {
  check(figure);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{}</title>\n"
      "<style>\nbody {{ margin: 0; font: 14px 'DejaVu Sans', Helvetica, Arial, sans-serif; color: #222; }}\n"
      "#chart {{ width: 100%; max-width: {}px; height: min({}px, 94vh); margin: 0 auto; }}\n"
      "#cell {{ text-align: center; height: 1.4em; }}\n</style>\n</head>\n<body>\n"
      "<div id=\"chart\" role=\"img\" aria-label=\"{}\"></div>\n<p id=\"cell\" aria-live=\"polite\"></p>\n"
      "<script id=\"figure\" type=\"application/json\">{}</script>\n"
      "<script>{}</script>\n<script>{}</script>\n<script>{}</script>\n</body>\n</html>\n",
      escaped(figure.title), figure.width, figure.height, escaped(figure.title),
      script_json(figure_json(figure, MapValues::included)), echarts_script(), figure_script(), page_script());
}

}  // namespace groel::report
