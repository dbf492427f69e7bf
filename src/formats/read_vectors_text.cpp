// Reads vectors from tables: which columns are the vector, which the id, and which hold something else.
#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <charconv>
#include <cmath>

#include "base/text_file.h"
#include "base/words.h"
#include "formats/vector_sources.h"
#include "io/missing.h"
#include "io/numbers.h"
#include "io/table.h"

namespace groel::formats {
namespace {

// Columns of a table that together are a column of vectors: "mean_6_0", "mean_6_1", …, or "0", "1", ….
struct Span {
  std::string name;
  std::vector<std::size_t> columns;
};

const std::string kUnnamed = "values";

std::vector<Span> numbered_columns(const std::vector<std::string>& header) {
  std::vector<Span> out;
  for (std::size_t c = 0; c < header.size(); ++c) {
    const std::size_t bar = header[c].rfind('_');
    const std::string name = bar == std::string::npos ? kUnnamed : header[c].substr(0, bar);
    const std::string number = bar == std::string::npos ? header[c] : header[c].substr(bar + 1);
    if (!out.empty() && out.back().name == name && out.back().columns.back() + 1 == c &&
        number == std::to_string(out.back().columns.size()))
      out.back().columns.push_back(c);
    else if (number == "0")
      out.push_back({name, {c}});
  }
  // Bare numbers may name anything, unless they count up to the end.
  std::erase_if(out,
                [&](const Span& span) { return span.name == kUnnamed && span.columns.back() + 1 != header.size(); });
  return out;
}

bool is_number(const std::string& text) { return io::parse_number(text) || io::parse_decimal_comma(text); }

// A first row of numbers, one field aside, with a fraction among them: no names have that.
bool is_data(const std::vector<std::string>& fields) {
  const auto numbers = static_cast<std::size_t>(std::count_if(
      fields.begin(), fields.end(), [](const std::string& field) { return io::parse_number(field).has_value(); }));
  const bool fraction = std::any_of(fields.begin(), fields.end(), [](const std::string& field) {
    const auto value = io::parse_number(field);
    return value && (*value != std::floor(*value) || *value < 0);
  });
  const bool named =
      std::any_of(fields.begin(), fields.end(), [](const std::string& field) { return io::is_usual_name(field); });
  return fraction && !named && fields.size() > 1 && numbers + 1 >= fields.size();
}

// What a table says beside the vectors, even where it is a number.
bool is_told(const std::string& name) {
  static const std::vector<std::string> kNames{"length",   "group", "cluster", "species",
                                               "organism", "split", "set",     "error"};
  const std::string plain = io::plain_name(name);
  return io::is_usual_name(name, io::ColumnRole::label) ||
         std::find(kNames.begin(), kNames.end(), plain) != kNames.end();
}

// The table of `groel tokens` has both: its tokens say more than their numbers. An index of pandas has no name.
std::optional<std::size_t> id_column(const io::Columns& columns, const std::vector<bool>& text) {
  if (const auto token = columns.find("token")) return token;
  if (const auto usual = columns.usual(io::ColumnRole::id)) return usual;
  if (columns.names[0].empty() || io::plain_name(columns.names[0]) == "index") return 0;
  for (std::size_t c = 0; c < text.size(); ++c)
    if (text[c] && !is_told(columns.names[c])) return c;
  return std::nullopt;
}

// Columns whose first value, of those looked at, is no number.
std::vector<bool> text_columns(const std::vector<io::CsvRow>& rows, std::size_t columns) {
  std::vector<bool> out(columns), seen(columns);
  for (const io::CsvRow& row : rows)
    for (std::size_t c = 0; c < std::min(columns, row.fields.size()); ++c) {
      if (seen[c] || io::is_missing(row.fields[c], io::ValueKind::quantity)) continue;
      seen[c] = true;
      out[c] = !is_number(row.fields[c]);
    }
  return out;
}

class TableRows {
 public:
  TableRows(const VectorRequest& request, const io::TableReader& table, const std::vector<io::CsvRow>& first)
      : table_(table), header_(table.columns().names) {
    const std::vector<bool> text = text_columns(first, header_.size());
    id_ = id_column(table.columns(), text);
    std::vector<Span> spans = vector_columns(text);
    std::vector<std::string> names;
    for (const Span& span : spans) names.push_back(span.name);
    out_.column = choose_column(names, request);
    span_ = *std::find_if(spans.begin(), spans.end(), [&](const Span& span) { return span.name == out_.column; });
    out_.width = static_cast<std::int64_t>(span_.columns.size());
    for (std::size_t c = 0; c < header_.size(); ++c)
      if (c != id_ && (text[c] || is_told(header_[c])) && !header_[c].empty() && header_[c] != "sha256" &&
          header_[c] != "error")
        told_.push_back(c);
    std::erase_if(told_, [&](std::size_t c) {
      return std::find(span_.columns.begin(), span_.columns.end(), c) != span_.columns.end();
    });
  }

  void add(const io::CsvRow& row) {
    const std::string where = table_.where(row);
    if (!row.problem.empty()) bad_vectors(row.problem, where);
    for (const std::size_t c : span_.columns) out_.values.push_back(number(row.fields[c], header_[c], where));
    add_id(row);
    for (const std::size_t c : told_) out_.texts[header_[c]].push_back(row.fields[c]);
  }

  VectorFile take(const std::string& path) {
    if (commas_ > 0 && points_ > 0)
      bad_vectors(fmt::format("{} decimal commas, {} decimal points", counted(commas_, "number has", "numbers have"),
                              counted(points_, "has", "have")),
                  path, "write all of them alike");
    out_.notes = table_.notes();
    if (commas_ > 0) note(path, "commas are read as decimal points");
    if (!id_) note(path, "there is no column of ids: the rows are numbered, and every column of numbers is taken");
    if (missing_ids_ > 0)
      note(path, counted(missing_ids_, "row without an id is numbered", "rows without an id are numbered"));
    const std::string beside = listed_as(told_, [&](std::size_t c) { return fmt::format("'{}'", header_[c]); });
    if (!beside.empty() && out_.column == kUnnamed) note(path, "no part of the vectors: " + beside);
    return std::move(out_);
  }

 private:
  void note(const std::string& path, const std::string& text) {
    out_.notes.push_back(fmt::format("{}: {}", path, text));
  }

  // Numbered columns; else, in another's table, all of numbers.
  std::vector<Span> vector_columns(const std::vector<bool>& text) const {
    std::vector<Span> out = numbered_columns(header_);
    std::vector<Span> pooled;
    for (const Span& span : out)
      if (const auto parsed = parse_column_name(span.name); parsed && is_pooled(parsed->output)) pooled.push_back(span);
    if (!pooled.empty()) return pooled;
    Span rest{kUnnamed, {}};
    for (std::size_t c = 0; c < header_.size(); ++c)
      if (c != id_ && !text[c] && !is_told(header_[c])) rest.columns.push_back(c);
    if (out.empty() && !rest.columns.empty()) out.push_back(std::move(rest));
    return out;
  }

  void add_id(const io::CsvRow& row) {
    const bool missing = !id_ || io::is_missing(row.fields[*id_], io::ValueKind::name);
    missing_ids_ += missing && id_;
    out_.ids.push_back(missing ? fmt::format("row_{}", out_.ids.size() + 1) : row.fields[*id_]);
  }

  // Of a missing value NaN: so a failed record is written.
  float number(const std::string& text, const std::string& column, const std::string& where) {
    float exact = 0;  // a detour by double would round twice
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), exact);
    if (error == std::errc() && end == text.data() + text.size() && !std::isnan(exact)) {
      points_ += text.find('.') != std::string::npos;
      return exact;
    }
    auto value = io::parse_number(text);
    if (!value && (table_.delimiter() != ',' || !io::could_be_thousands(text))) {
      value = io::parse_decimal_comma(text);
      commas_ += value.has_value();
    }
    if (!value && io::is_missing(text, io::ValueKind::quantity)) return NAN;
    if (!value)
      bad_vectors(fmt::format("'{}' is not a number", text.substr(0, 40)),
                  fmt::format("{}, column '{}'", where, column));
    return std::abs(*value) <= FLT_MAX ? static_cast<float>(*value) : INFINITY;
  }

  const io::TableReader& table_;
  const std::vector<std::string>& header_;
  std::optional<std::size_t> id_;
  Span span_;
  std::vector<std::size_t> told_;  // columns beside the vectors
  std::int64_t commas_ = 0, points_ = 0, missing_ids_ = 0;
  VectorFile out_;
};

}  // namespace

VectorFile read_table_vectors(const VectorRequest& request, io::LineReader& lines) {
  io::TableReader table(lines, {.wanted = "vectors", .is_data = is_data});
  if (table.empty()) bad_vectors("the file is empty", request.path);
  constexpr std::size_t kLookedAt = 50;
  std::vector<io::CsvRow> first;
  for (io::CsvRow row; first.size() < kLookedAt && table.next(row);) first.push_back(std::move(row));
  TableRows rows(request, table, first);
  for (const io::CsvRow& row : first) rows.add(row);
  for (io::CsvRow row; table.next(row);) rows.add(row);
  return rows.take(request.path);
}

}  // namespace groel::formats
