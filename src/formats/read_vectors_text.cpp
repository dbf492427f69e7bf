// Vectors from text: JSON Lines and tables, a record at a time.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text_file.h"
#include "base/words.h"
#include "formats/vector_sources.h"
#include "io/csv.h"

namespace groel::formats {
namespace {

using nlohmann::json;

// {"layer": 6, "kind": "mean", "shape": [D], "values": [...]} as a column's name; "" for what is not pooled.
std::string item_column(const json& item) {
  if (!item.is_object() || !item.contains("kind") || !item.contains("layer")) return {};
  if (!item["kind"].is_string() || !item["layer"].is_number_integer()) return {};
  const std::string name = fmt::format("{}_{}", item["kind"].get<std::string>(), item["layer"].get<std::int64_t>());
  const auto parsed = parse_column_name(name);
  return parsed && is_pooled(parsed->kind) ? name : std::string();
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
  json parse(std::string_view line) const {
    try {
      return parse_json(std::string(line), where_);
    } catch (const Error& error) {
      throw Error(ErrorKind::bad_input, error.parts());
    }
  }

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

// Columns of a table that together are a column of vectors: "mean_6_0", "mean_6_1", …, or "0", "1", ….
struct Span {
  std::string name;
  std::size_t first = 0, width = 0;
};

const std::string kUnnamed = "values";

std::vector<Span> numbered_columns(const std::vector<std::string>& header) {
  std::vector<Span> out;
  for (std::size_t c = 0; c < header.size(); ++c) {
    const std::size_t bar = header[c].rfind('_');
    const std::string name = bar == std::string::npos ? kUnnamed : header[c].substr(0, bar);
    const std::string number = bar == std::string::npos ? header[c] : header[c].substr(bar + 1);
    if (!out.empty() && out.back().name == name && out.back().first + out.back().width == c &&
        number == std::to_string(out.back().width))
      ++out.back().width;
    else if (number == "0")
      out.push_back({name, c, 1});
  }
  // Bare numbers may name anything, unless they count up to the end.
  std::erase_if(out,
                [&](const Span& span) { return span.name == kUnnamed && span.first + span.width != header.size(); });
  return out;
}

// Numbered columns; else, in another's table, all behind the id.
std::vector<Span> vector_columns(const std::vector<std::string>& header, std::size_t id) {
  std::vector<Span> out = numbered_columns(header);
  std::vector<Span> pooled;
  for (const Span& span : out)
    if (const auto parsed = parse_column_name(span.name); parsed && is_pooled(parsed->kind)) pooled.push_back(span);
  if (!pooled.empty()) return pooled;
  if (out.empty() && id + 1 < header.size()) out.push_back({kUnnamed, id + 1, header.size() - id - 1});
  return out;
}

// The table of `groel tokens` has both: its tokens say more than their numbers.
std::size_t id_column(const std::vector<std::string>& header) {
  for (const char* name : {"token", "id"})
    if (const auto found = std::find(header.begin(), header.end(), name); found != header.end())
      return static_cast<std::size_t>(found - header.begin());
  return 0;
}

class TableRows {
 public:
  TableRows(const VectorRequest& request, std::vector<std::string> header)
      : header_(std::move(header)), id_(id_column(header_)) {
    const std::vector<Span> spans = vector_columns(header_, id_);
    std::vector<std::string> names;
    for (const Span& span : spans) names.push_back(span.name);
    out_.column = choose_column(names, request);
    span_ = *std::find_if(spans.begin(), spans.end(), [&](const Span& span) { return span.name == out_.column; });
    out_.width = static_cast<std::int64_t>(span_.width);
  }

  void add(const io::CsvRow& row, const std::string& where) {
    if (!row.problem.empty()) bad_vectors(row.problem, where);
    if (row.fields.size() != header_.size())
      bad_vectors(
          fmt::format("the row has {} where the header has {}", counted(row.fields.size(), "field"), header_.size()),
          where);
    for (std::size_t c = span_.first; c < span_.first + span_.width; ++c) out_.values.push_back(number(row, c, where));
    out_.ids.push_back(row.fields[id_]);
  }

  VectorFile take() { return std::move(out_); }

 private:
  // Of an empty field NaN: so a failed record is written.
  float number(const io::CsvRow& row, std::size_t column, const std::string& where) const {
    const std::string& text = row.fields[column];
    if (text.empty()) return NAN;
    float out = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error == std::errc::result_out_of_range) return INFINITY;
    if (error != std::errc() || end != text.data() + text.size())
      bad_vectors(fmt::format("'{}' is not a number", text.substr(0, 40)),
                  fmt::format("{}, column '{}'", where, header_[column]));
    return out;
  }

  std::vector<std::string> header_;
  std::size_t id_;
  Span span_;
  VectorFile out_;
};

}  // namespace

VectorFile read_jsonl_vectors(const VectorRequest& request, io::LineReader& lines) {
  JsonLines reader(request);
  for (std::string_view line; lines.next(line);)
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) reader.add(line, lines.number());
  return reader.take();
}

VectorFile read_table_vectors(const VectorRequest& request, io::LineReader& lines) {
  const std::string_view start = lines.peek(io::LineReader::kMostPeeked);
  const bool tabs = start.substr(0, start.find_first_of("\r\n")).find('\t') != std::string_view::npos;
  io::CsvReader csv(lines, tabs ? '\t' : ',');
  io::CsvRow row;
  if (!csv.next(row)) bad_vectors("the file is empty", request.path);
  if (!row.problem.empty()) bad_vectors(row.problem, fmt::format("{}:{}", request.path, row.line));
  TableRows rows(request, std::move(row.fields));
  while (csv.next(row)) rows.add(row, fmt::format("{}:{}", request.path, row.line));
  return rows.take();
}

}  // namespace groel::formats
