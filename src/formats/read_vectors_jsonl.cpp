// Vectors from JSON Lines, one record at a time.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text_file.h"
#include "formats/vector_sources.h"

namespace groel::formats {
namespace {

using nlohmann::json;

// {"layer": 6, "kind": "mean", "shape": [D], "values": [...]} as a column's name; "" for what is not pooled.
std::string item_column(const json& item) {
  if (!item.is_object() || !item.contains("kind") || !item.contains("layer")) return {};
  if (!item["kind"].is_string() || !item["layer"].is_number_integer()) return {};
  const std::string name = fmt::format("{}_{}", item["kind"].get<std::string>(), item["layer"].get<std::int64_t>());
  const auto parsed = parse_column_name(name);
  return parsed && is_pooled(parsed->output) ? name : std::string();
}

class JsonLines {
 public:
  explicit JsonLines(const VectorRequest& request) : request_(request) {}

  void add(std::string_view line, std::int64_t number) {
    where_ = fmt::format("{}:{}", request_.path, number);
    const json record = parse(line);
    if (!record.is_object() || !record.contains("id") || !record["id"].is_string())
      bad_vectors("not an object with an \"id\"", where_, "see docs/formats.md, JSON Lines");
    if (record.contains("error")) {
      ++out_.failed;
      return;
    }
    if (!record.contains("items") || !record["items"].is_array()) bad_vectors("there are no \"items\"", where_);
    const json& items = record["items"];
    if (out_.ids.empty()) choose(items);
    append(items);
    out_.ids.push_back(record["id"].get<std::string>());
  }

  VectorFile take() { return std::move(out_); }

 private:
  json parse(std::string_view line) const { return parse_json(std::string(line), where_, ErrorKind::bad_input); }

  void choose(const json& items) {
    std::vector<std::string> names;
    for (const json& item : items)
      if (const std::string name = item_column(item); !name.empty()) names.push_back(name);
    out_.column = choose_column(names, request_);
  }

  void append(const json& items) {
    const auto item = std::find_if(items.begin(), items.end(), [&](const json& one) {
      return item_column(one) == out_.column && one.contains("values") && one["values"].is_array();
    });
    if (item == items.end()) bad_vectors(fmt::format("there is no {}", out_.column), where_);
    const json& values = (*item)["values"];
    const auto width = static_cast<std::int64_t>(values.size());
    if (out_.ids.empty()) out_.width = width;
    if (width != out_.width)
      bad_vectors(fmt::format("{} has {} values where those before have {}", out_.column, width, out_.width), where_);
    for (const json& value : values) {
      if (!value.is_number() && !value.is_null())
        bad_vectors(fmt::format("a value of {} is not a number", out_.column), where_);
      out_.values.push_back(value.is_null() ? NAN : value.get<float>());
    }
  }

  const VectorRequest& request_;
  std::string where_;
  VectorFile out_;
};

}  // namespace

VectorFile read_jsonl_vectors(const VectorRequest& request, io::LineReader& lines) {
  JsonLines reader(request);
  for (std::string_view line; lines.next(line);)
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) reader.add(line, lines.number());
  return reader.take();
}

}  // namespace groel::formats
