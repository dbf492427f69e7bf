// Writes a picture in the format of its extension, and its data in a file beside it.
#include <fmt/format.h>

#include "base/error.h"
#include "base/text_file.h"
#include "report/picture.h"
#include "report/scripts.h"
#include "report/table.h"

namespace groel::report {
namespace {

struct Format {
  const char* extension;
  std::string (*draw)(const Figure&);
};
constexpr Format kFormats[] = {{".svg", to_svg}, {".png", to_png}, {".html", to_html}};

const Format& format_of(const std::filesystem::path& path) {
  for (const auto& format : kFormats)
    if (path.extension() == format.extension) return format;
  throw Error(ErrorKind::usage, {fmt::format("'{}' is no picture format", path.extension().string()), path.string(),
                                 "use .svg, .png or .html"});
}

}  // namespace

void check_picture_path(const std::filesystem::path& path) {
  format_of(path);
  echarts_script();
}

void write_picture(const Figure& figure, const std::filesystem::path& path) {
  write_text(path, format_of(path).draw(figure));
  write_text(path.string() + ".csv", to_csv(figure));
}

}  // namespace groel::report
