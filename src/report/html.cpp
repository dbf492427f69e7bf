// Makes an HTML page with ECharts, the figure and the scripts that draw it; it loads nothing from the network.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "report/document.h"
#include "report/figure_json.h"
#include "report/picture.h"
#include "report/script_json.h"
#include "report/scripts.h"

namespace groel::report {
namespace {

constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:";

constexpr std::string_view kPageStyle = R"(
html, body { margin: 0; height: 100%; }
body { display: flex; flex-direction: column; font: 14px 'DejaVu Sans', Helvetica, Arial, sans-serif; color: #222; }
#bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; padding: 6px 12px; background: #f3f4f6;
  border-bottom: 1px solid #d5d8dc; }
#bar button, #bar input { font: inherit; padding: 3px 10px; border: 1px solid #b8bdc4; border-radius: 4px; background: #fff; }
#bar input { width: 15em; }
#zoom { margin-left: auto; color: #555; }
#chart { flex: 1; min-height: 420px; width: 100%; }
#cell { position: fixed; display: none; pointer-events: none; background: #fff; border: 1px solid #888; border-radius: 4px;
  padding: 5px 9px; box-shadow: 0 1px 5px #0003; white-space: pre-line; font-size: 13px; z-index: 9; }
)";

constexpr std::string_view kBar =
    R"(<div id="bar"><input id="search" type="search" placeholder="find by name or number" aria-label="find by name or number">
<span id="found" aria-live="polite"></span><button id="reset">Reset zoom</button><button id="svg">Save SVG</button>
<button id="png">Save PNG</button><span id="zoom" aria-live="polite"></span></div>)";

}  // namespace

std::string to_html(const Figure& figure) {
  check(figure);
  const std::string title = escaped(shown(figure.title));
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n<title>{}</title>\n<style>{}</style>\n</head>\n"
      "<body>\n{}\n<div id=\"chart\" role=\"img\" aria-label=\"{}\"></div>\n<div id=\"cell\"></div>\n"
      "<script id=\"figure\" type=\"application/json\">{}</script>\n"
      "<script>{}</script>\n<script>{}</script>\n<script>{}</script>\n</body>\n</html>\n",
      kPolicy, title, kPageStyle, kBar, title, script_json(figure_json(figure, MapValues::included)), echarts_script(),
      drawing_script(), page_script());
}

}  // namespace groel::report
