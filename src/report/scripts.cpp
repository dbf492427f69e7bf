// The JavaScript files, put into the program by the assembler; compiled alone (see src/CMakeLists.txt).
#include "report/scripts.h"

#include "base/error.h"
#include "report/picture.h"

#define GROEL_EMBED(name, path)          \
  __asm__(".pushsection .rodata\n" #name \
          ":\n"                          \
          ".incbin \"" path "\"\n" #name \
          "_end:\n"                      \
          ".popsection\n");              \
  extern "C" const char name[], name##_end[] /* NOLINT */

#ifdef GROEL_ECHARTS_JS  // absent in a build without pictures
GROEL_EMBED(groel_echarts_js, GROEL_ECHARTS_JS);
#endif
#ifdef GROEL_3DMOL_JS
GROEL_EMBED(groel_3dmol_js, GROEL_3DMOL_JS);
#endif
#ifdef GROEL_APP_JS
GROEL_EMBED(groel_app_js, GROEL_APP_JS);
GROEL_EMBED(groel_app_css, GROEL_REPORT_FOLDER "/app/app.css");
#endif
GROEL_EMBED(groel_layout_js, GROEL_REPORT_FOLDER "/layout.js");
GROEL_EMBED(groel_figure_js, GROEL_REPORT_FOLDER "/figure.js");
GROEL_EMBED(groel_option_js, GROEL_REPORT_FOLDER "/option.js");
GROEL_EMBED(groel_page_js, GROEL_REPORT_FOLDER "/page.js");
GROEL_EMBED(groel_structure_residues_js, GROEL_REPORT_FOLDER "/structure/residues.js");
GROEL_EMBED(groel_structure_molecule_js, GROEL_REPORT_FOLDER "/structure/molecule.js");
GROEL_EMBED(groel_structure_sequence_js, GROEL_REPORT_FOLDER "/structure/sequence.js");
GROEL_EMBED(groel_structure_track_js, GROEL_REPORT_FOLDER "/structure/track.js");
GROEL_EMBED(groel_structure_maps_js, GROEL_REPORT_FOLDER "/structure/maps.js");
GROEL_EMBED(groel_structure_tables_js, GROEL_REPORT_FOLDER "/structure/tables.js");
GROEL_EMBED(groel_structure_app_js, GROEL_REPORT_FOLDER "/structure/app.js");
GROEL_EMBED(groel_structure_css, GROEL_REPORT_FOLDER "/structure/page.css");
GROEL_EMBED(groel_structure_body, GROEL_REPORT_FOLDER "/structure/body.html");

namespace groel::report {
namespace {

std::string_view between(const char* from, const char* to) { return {from, static_cast<std::size_t>(to - from)}; }

[[maybe_unused]] [[noreturn]] void built_without(const std::string& what) {
  throw Error(
      ErrorKind::unsupported,
      {"this program was built without " + what,
       {},
       "in GroEL's source tree run `./run --pictures`, which fetches the charting part and builds again; tables "
       "(.csv) work without it"});
}

}  // namespace

#ifdef GROEL_ECHARTS_JS
bool draws_pictures() noexcept { return true; }
std::string_view echarts_script() { return between(groel_echarts_js, groel_echarts_js_end); }
#else
bool draws_pictures() noexcept { return false; }
std::string_view echarts_script() { built_without("pictures"); }
#endif
#ifdef GROEL_3DMOL_JS
bool draws_molecules() noexcept { return true; }
std::string_view molecule_script() { return between(groel_3dmol_js, groel_3dmol_js_end); }
#else
bool draws_molecules() noexcept { return false; }
std::string_view molecule_script() { built_without("3Dmol.js, which draws structures in three dimensions"); }
#endif
#ifdef GROEL_APP_JS
bool has_app() noexcept { return true; }
std::string_view app_script() { return between(groel_app_js, groel_app_js_end); }
std::string_view app_style() { return between(groel_app_css, groel_app_css_end); }
#else
bool has_app() noexcept { return false; }
std::string_view app_script() { built_without("the page of groel serve and groel open"); }
std::string_view app_style() { built_without("the page of groel serve and groel open"); }
#endif
std::string drawing_script() {
  std::string out;
  for (const auto part : {between(groel_layout_js, groel_layout_js_end), between(groel_figure_js, groel_figure_js_end),
                          between(groel_option_js, groel_option_js_end)})
    out += part;
  return out;
}
std::string_view page_script() noexcept { return between(groel_page_js, groel_page_js_end); }
std::string structure_script() {
  std::string out;
  for (const auto part : {between(groel_structure_residues_js, groel_structure_residues_js_end),
                          between(groel_structure_molecule_js, groel_structure_molecule_js_end),
                          between(groel_structure_sequence_js, groel_structure_sequence_js_end),
                          between(groel_structure_track_js, groel_structure_track_js_end),
                          between(groel_structure_maps_js, groel_structure_maps_js_end),
                          between(groel_structure_tables_js, groel_structure_tables_js_end),
                          between(groel_structure_app_js, groel_structure_app_js_end)})
    out += part;
  return out;
}
std::string_view structure_style() noexcept { return between(groel_structure_css, groel_structure_css_end); }
std::string_view structure_body() noexcept { return between(groel_structure_body, groel_structure_body_end); }

}  // namespace groel::report
