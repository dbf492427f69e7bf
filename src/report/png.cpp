// Draws PNG by librsvg, which is opened only when needed: the thirty libraries it loads would slow every start.
#include <dlfcn.h>
#include <fmt/format.h>

#include <memory>

#include "base/error.h"
#include "report/picture.h"

namespace groel::report {
namespace {

// What is used of librsvg 2.46 and later, and of cairo, as their headers declare it.
struct Rectangle {
  double x, y, width, height;
};
enum class PixelFormat : int { argb32 = 0 };
using WriteBytes = int (*)(void* closure, const unsigned char* bytes, unsigned length);
constexpr int kSuccess = 0;

class Library {
 public:
  explicit Library(const char* name) : handle_(dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
    if (handle_ == nullptr)
      throw Error(ErrorKind::unsupported,
                  {fmt::format("a PNG needs {}, which is not here", name),
                   {},
                   "install it (Debian: librsvg2-2 and fonts-dejavu-core), or write .svg or .html"});
  }
  template <class Function>
  void find(Function*& function, const char* name) const {
    function = reinterpret_cast<Function*>(dlsym(handle_, name));
    if (function == nullptr) throw Error(ErrorKind::unsupported, fmt::format("this system's librsvg has no {}", name));
  }

 private:
  void* handle_;  // stays open
};

struct Drawing {
  void* (*open_svg)(const unsigned char*, std::size_t, void** error);
  int (*draw)(void* svg, void* cairo, const Rectangle*, void** error);
  void (*close_svg)(void*);
  void* (*new_surface)(int format, int width, int height);
  void* (*new_cairo)(void* surface);
  int (*write_png)(void* surface, WriteBytes, void* closure);
  void (*drop_cairo)(void*);
  void (*drop_surface)(void*);

  Drawing() {
    const Library rsvg("librsvg-2.so.2");
    rsvg.find(open_svg, "rsvg_handle_new_from_data");
    rsvg.find(draw, "rsvg_handle_render_document");
    rsvg.find(close_svg, "g_object_unref");
    rsvg.find(new_surface, "cairo_image_surface_create");
    rsvg.find(new_cairo, "cairo_create");
    rsvg.find(write_png, "cairo_surface_write_to_png_stream");
    rsvg.find(drop_cairo, "cairo_destroy");
    rsvg.find(drop_surface, "cairo_surface_destroy");
  }
};

int append(void* closure, const unsigned char* bytes, unsigned length) {
  static_cast<std::string*>(closure)->append(reinterpret_cast<const char*>(bytes), length);
  return kSuccess;
}

}  // namespace

std::string to_png(const Figure& figure) {
  static const Drawing use;
  const std::string text = to_svg(figure);
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const std::unique_ptr<void, void (*)(void*)> svg(use.open_svg(bytes, text.size(), nullptr), use.close_svg);
  if (!svg) throw Error(ErrorKind::internal, "librsvg cannot read the picture");
  const Rectangle area{0, 0, 2.0 * figure.width, 2.0 * figure.height};
  const std::unique_ptr<void, void (*)(void*)> surface(
      use.new_surface(static_cast<int>(PixelFormat::argb32), 2 * figure.width, 2 * figure.height), use.drop_surface);
  const std::unique_ptr<void, void (*)(void*)> cairo(use.new_cairo(surface.get()), use.drop_cairo);
  std::string out;
  if (use.draw(svg.get(), cairo.get(), &area, nullptr) == 0 || use.write_png(surface.get(), append, &out) != kSuccess)
    throw Error(ErrorKind::internal, "librsvg cannot draw the picture");
  return out;
}

}  // namespace groel::report
