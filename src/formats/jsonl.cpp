// JSON Lines: one object per record, of any kind of item; see docs/formats.md.
#include <cmath>

#include "formats/output_file.h"
#include "formats/text.h"
#include "formats/writers.h"

namespace groel::formats {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 16;

// With quotes and escapes.
std::string json_text(std::string_view text) { return nlohmann::json(clean_utf8(text)).dump(); }

class JsonlWriter : public ResultWriter {
 public:
  explicit JsonlWriter(const WriterOptions& options)
      : schema_(options.schema), out_(OutputFile::create(options.path)) {}

  void write(const Result& result) override {
    check_result(schema_, result);
    text_ += "{\"id\":" + json_text(result.id) + ",\"header\":" + json_text(result.header) +
             ",\"length\":" + std::to_string(result.length);
    if (!result.sha256.empty()) text_ += ",\"sha256\":" + json_text(result.sha256);
    if (result.error)
      add_error(*result.error);
    else
      add_items(result.items);
    text_ += "}\n";
    put();
    out_.end_record();
  }

  void finish() override { out_.finish(); }

 private:
  void add_error(const Error& error) {
    text_ += ",\"error\":{\"kind\":" + json_text(name(error.kind())) + ",\"message\":" + json_text(error.what()) + "}";
  }

  void add_items(const std::vector<Item>& items) {
    text_ += ",\"items\":[";
    for (const Item& item : items) {
      if (&item != items.data()) text_ += ',';
      add_item(item);
    }
    text_ += ']';
  }

  void add_item(const Item& item) {
    text_ += "{\"layer\":" + std::to_string(item.layer) + ",\"kind\":\"" + std::string(name(item.output)) +
             "\",\"shape\":" + nlohmann::json(item.shape).dump() + ",\"values\":[";
    const char* separator = "";
    for (const float value : item.values) {
      text_ += separator;
      separator = ",";
      // JSON has neither NaN nor infinities.
      if (std::isfinite(value))
        append_number(text_, value);
      else
        text_ += "null";
      if (text_.size() > kPieceBytes) put();
    }
    text_ += "]}";
  }

  void put() {
    out_.append(text_);
    text_.clear();
  }

  ResultSchema schema_;
  OutputFile out_;
  std::string text_;
};

std::unique_ptr<ResultWriter> open_jsonl(const WriterOptions& options) {
  check_options(jsonl_format(), options);
  return std::make_unique<JsonlWriter>(options);
}

}  // namespace

Format jsonl_format() {
  return {"jsonl",   {".jsonl", ".ndjson"}, "JSON Lines, one object per record", true, false, [](Per) { return true; },
          open_jsonl};
}

}  // namespace groel::formats
