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
GROEL_EMBED(groel_layout_js, GROEL_REPORT_FOLDER "/layout.js");
GROEL_EMBED(groel_figure_js, GROEL_REPORT_FOLDER "/figure.js");
GROEL_EMBED(groel_option_js, GROEL_REPORT_FOLDER "/option.js");
GROEL_EMBED(groel_page_js, GROEL_REPORT_FOLDER "/page.js");

namespace groel::report {
namespace {

std::string_view between(const char* from, const char* to) { return {from, static_cast<std::size_t>(to - from)}; }

}  // namespace

#ifdef GROEL_ECHARTS_JS
bool draws_pictures() noexcept { return true; }
std::string_view echarts_script() { return between(groel_echarts_js, groel_echarts_js_end); }
#else
bool draws_pictures() noexcept { return false; }
std::string_view echarts_script() {
  throw Error(
      ErrorKind::unsupported,
      {"this program was built without pictures",
       {},
       "in GroEL's source tree run `./run --pictures`, which fetches the charting part and builds again; tables "
       "(.csv) work without it"});
}
#endif
std::string drawing_script() {
  std::string out;
  for (const auto part : {between(groel_layout_js, groel_layout_js_end), between(groel_figure_js, groel_figure_js_end),
                          between(groel_option_js, groel_option_js_end)})
    out += part;
  return out;
}
std::string_view page_script() noexcept { return between(groel_page_js, groel_page_js_end); }

}  // namespace groel::report
