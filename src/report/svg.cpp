// Makes SVG by running ECharts in Duktape, a JavaScript engine inside the program.
#include <duktape.h>
#include <fmt/format.h>

#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "report/figure_json.h"
#include "report/picture.h"
#include "report/scripts.h"

namespace groel::report {
namespace {

// What a browser gives and ECharts asks for: nothing here is slow enough to be put off, and no one reads the console.
constexpr std::string_view kSurroundings =
    "var global = this, globalThis = this;"
    "var console = { log: function () {}, warn: function () {}, error: function () {} };"
    "var setTimeout = function () { return 0; }, clearTimeout = function () {};";

[[noreturn]] void fail(void*, const char* message) {
  throw Error(ErrorKind::internal, fmt::format("Duktape: {}", message));
}

/// One engine with the scripts loaded; parsing them takes most of a second, so it is kept.
class Engine {
 public:
  Engine() : heap_(duk_create_heap(nullptr, nullptr, nullptr, nullptr, fail), duk_destroy_heap) {
    if (!heap_) throw Error(ErrorKind::memory, "no memory to draw a picture with");
    const std::string drawing = drawing_script();
    for (const auto script : {kSurroundings, echarts_script(), std::string_view(drawing)}) run(script);
  }

  /// The text that the function returns for the argument.
  std::string call(const char* function, const std::string& json) {
    duk_context* context = heap_.get();
    duk_get_global_string(context, function);
    duk_push_lstring(context, json.data(), json.size());
    duk_json_decode(context, -1);
    if (duk_pcall(context, 1) != DUK_EXEC_SUCCESS) fail(nullptr, duk_safe_to_string(context, -1));
    duk_size_t length = 0;
    const char* text = duk_get_lstring(context, -1, &length);
    std::string out(text, length);
    duk_pop(context);
    duk_gc(context, 0);
    return out;
  }

 private:
  void run(std::string_view script) {
    if (duk_peval_lstring(heap_.get(), script.data(), script.size()) != 0)
      fail(nullptr, duk_safe_to_string(heap_.get(), -1));
    duk_pop(heap_.get());
  }

  std::unique_ptr<duk_context, void (*)(duk_context*)> heap_;
};

}  // namespace

std::string to_svg(const Figure& figure) {
  check(figure);
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  static Engine engine;
  return engine.call(
      "figureSvg",
      figure_json(figure, MapValues::left_out).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace groel::report
