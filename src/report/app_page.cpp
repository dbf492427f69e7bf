// Puts the pages together: as files that a server gives, and as one file.
#include "report/app_page.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/sha256.h"
#include "report/document.h"
#include "report/picture.h"
#include "report/script_json.h"
#include "report/scripts.h"

namespace groel::report {
namespace {

constexpr std::string_view kServedPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
constexpr std::string_view kFilePolicy =
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; "
    "form-action 'none'";

// Seven rings of subunits, as the chaperonin has them.
constexpr std::string_view kIcon =
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32' fill='%230b63ce'%3E%3Ccircle "
    "cx='16' cy='6.5' r='4.1'/%3E%3Ccircle cx='23.43' cy='10.08' r='4.1'/%3E%3Ccircle cx='25.26' cy='18.11' "
    "r='4.1'/%3E%3Ccircle cx='20.12' cy='24.56' r='4.1'/%3E%3Ccircle cx='11.88' cy='24.56' r='4.1'/%3E%3Ccircle "
    "cx='6.74' cy='18.11' r='4.1'/%3E%3Ccircle cx='8.57' cy='10.08' r='4.1'/%3E%3C/svg%3E";

constexpr std::string_view kHead =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n";

std::string with_version(std::string_view path, std::string_view text) {
  return fmt::format("{}?v={}", path, sha256(std::string(text)).substr(0, 12));
}

std::string index_html() {
  const std::string molecules =
      draws_molecules() ? fmt::format(" data-molecules=\"{}\"", with_version("assets/3dmol.js", molecule_script()))
                        : "";
  return fmt::format(
      "{}<title>GroEL</title>\n<link rel=\"icon\" href=\"{}\">\n<link rel=\"stylesheet\" href=\"{}\">\n</head>\n"
      "<body{}>\n<div id=\"page\"></div>\n<noscript>This page needs JavaScript, all of it from this server. The routes "
      "at <a href=\"openapi.json\">openapi.json</a> do not.</noscript>\n"
      "<script src=\"{}\"></script>\n<script src=\"{}\"></script>\n</body>\n</html>\n",
      kHead, kIcon, with_version("assets/page.css", app_style()), molecules,
      with_version("assets/echarts.js", echarts_script()), with_version("assets/page.js", app_script()));
}

std::string missing_html() {
  return fmt::format(
      "{}<title>GroEL</title>\n</head>\n<body>\n<h1>GroEL</h1>\n"
      "<p>This server runs, and all of its routes do: <a href=\"openapi.json\">openapi.json</a> says which there "
      "are.</p>\n"
      "<p>Its page is not here: this program was built without the drawing parts, which are Apache ECharts, Preact and "
      "esbuild from npm. In GroEL's source tree <code>./run --pictures</code> fetches them and builds again.</p>\n"
      "</body>\n</html>\n",
      kHead);
}

constexpr const char* kScript = "text/javascript; charset=utf-8";

}  // namespace

const std::vector<PageFile>& server_page() {
  static const std::string index = has_app() ? index_html() : missing_html();
  static const std::vector<PageFile> files = [] {
    std::vector<PageFile> out{{"/", "text/html; charset=utf-8", index}};
    if (!has_app()) return out;
    out.push_back({"/assets/page.js", kScript, app_script(), true});
    out.push_back({"/assets/page.css", "text/css; charset=utf-8", app_style(), true});
    out.push_back({"/assets/echarts.js", kScript, echarts_script(), true});
    if (draws_molecules()) out.push_back({"/assets/3dmol.js", kScript, molecule_script(), true});
    return out;
  }();
  return files;
}

std::string_view server_page_policy() noexcept { return kServedPolicy; }

void check_result_pages() {
  echarts_script();
  app_script();
}

std::string result_page(const nlohmann::json& result) {
  return fmt::format(
      "{}<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n<title>{}</title>\n"
      "<link rel=\"icon\" href=\"{}\">\n<style>{}</style>\n</head>\n<body>\n<div id=\"page\"></div>\n"
      "<script id=\"result\" type=\"application/json\">{}</script>\n<script>{}</script>\n<script>{}</script>\n</body>\n"
      "</html>\n",
      kHead, kFilePolicy, escaped(result.at("source").get<std::string>()), kIcon, app_style(), script_json(result),
      echarts_script(), app_script());
}

}  // namespace groel::report
