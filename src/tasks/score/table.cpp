// Reading variants.
#include "tasks/score/table.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <filesystem>

#include "io/csv.h"
#include "io/sequences_detect.h"
#include "tasks/reading/input.h"

namespace groel::tasks {
namespace {

constexpr std::int64_t kMostOffset = 1'000'000'000;
constexpr std::array<std::string_view, 10> kMutationNames{"mutant",    "mutation",      "mutations", "variant",
                                                          "variants",  "hgvs",          "hgvs_pro",  "hgvsp",
                                                          "aa_change", "protein_change"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

std::string listed(const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) out += (out.empty() ? "'" : ", '") + column.substr(0, 40) + "'";
  return out.substr(0, 600);
}

// Which column holds what; -1: none.
struct Columns {
  std::int64_t mutation = -1, sequence = -1, target = -1;
};

std::int64_t find_column(const std::vector<std::string>& header, const std::string& name, const char* option) {
  for (std::size_t i = 0; i < header.size(); ++i)
    if (header[i] == name) return static_cast<std::int64_t>(i);
  for (std::size_t i = 0; i < header.size(); ++i)
    if (lower(header[i]) == lower(name)) return static_cast<std::int64_t>(i);
  throw Error(ErrorKind::bad_input,
              {fmt::format("there is no column '{}'; the columns are {}", name, listed(header)), option, {}});
}

Columns find_columns(const std::vector<std::string>& header, const Options& options) {
  Columns out;
  if (options.has("target-col")) out.target = find_column(header, options.text("target-col"), "--target-col");
  if (options.has("sequence-col")) out.sequence = find_column(header, options.text("sequence-col"), "--sequence-col");
  if (options.has("mutation-col")) {
    out.mutation = find_column(header, options.text("mutation-col"), "--mutation-col");
  } else if (out.sequence < 0) {
    for (const std::string_view name : kMutationNames)
      for (std::size_t i = 0; i < header.size() && out.mutation < 0; ++i)
        if (lower(header[i]) == name) out.mutation = static_cast<std::int64_t>(i);
    if (out.mutation < 0)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("no column looks like variants; the columns are {}", listed(header)),
                   options.text("variants"), "name one with --mutation-col"});
  }
  return out;
}

bool names_columns(const Options& options) {
  return options.has("mutation-col") || options.has("sequence-col") || options.has("target-col");
}

bool is_variant(const std::string& text) {
  try {
    bio::parse_variant(text);
    return !text.empty();
  } catch (const Error&) {
    return false;
  }
}

double parse_measured(std::string_view text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = NAN;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value) ? value : NAN;
}

std::string clean_sequence(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (std::isspace(static_cast<unsigned char>(c)) == 0)
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  while (!out.empty() && out.back() == '*') out.pop_back();
  return out;
}

// A sequence of the wild type's length is so many substitutions.
bio::Variant differences(const std::string& sequence, const std::string& wild_type) {
  bio::Variant out;
  if (sequence.size() != wild_type.size()) return out;
  for (std::size_t i = 0; i < sequence.size(); ++i)
    if (sequence[i] != wild_type[i]) {
      const auto position = static_cast<std::int64_t>(i) + 1;
      out.edits.push_back(
          {position, position, wild_type[i], wild_type[i], std::string(1, sequence[i]), bio::Edit::Kind::substitution});
    }
  return out;
}

class TableReader {
 public:
  TableReader(const Options& options, const std::string& wild_type)
      : path_(options.text("variants")),
        wild_type_(wild_type),
        offset_(options.integer("offset")),
        lines_(io::decompress(io::open_bytes(path_), path_), path_ == "-" ? "stdin" : path_),
        rows_(lines_, delimiter(lines_)) {
    io::CsvRow first;
    if (!rows_.next(first)) throw Error(ErrorKind::bad_input, {"the table is empty", path_, {}});
    table_.header = first.fields;
    if (first.fields.size() == 1 && is_variant(first.fields[0]) && !names_columns(options)) {  // a list, no header
      table_.header = {"mutant"};
      columns_.mutation = 0;
      add(first);
    } else {
      columns_ = find_columns(table_.header, options);
    }
    table_.has_target = columns_.target >= 0;
  }

  VariantTable read() {
    io::CsvRow row;
    while (rows_.next(row)) add(row);
    if (table_.rows.empty()) throw Error(ErrorKind::bad_input, {"the table has no rows", path_, {}});
    check_measured();
    return std::move(table_);
  }

 private:
  static char delimiter(io::LineReader& lines) {
    std::string_view head = lines.peek(io::LineReader::kMostPeeked);
    head.remove_prefix(std::min(head.find_first_not_of("\r\n"), head.size()));
    const std::string first(head.substr(0, head.find_first_of("\r\n")));
    const bool tabs = first.find('\t') != std::string::npos;
    if (tabs || is_variant(first)) return '\t';  // in a list "A5D,K9R" is one variant
    return io::detect_delimiter(lines, io::SequenceFormat::csv);
  }

  void add(const io::CsvRow& raw) {
    VariantRow row;
    row.where = fmt::format("{}:{}", lines_.label(), raw.line);
    row.fields = raw.fields;
    row.fields.resize(table_.header.size());
    if (columns_.target >= 0) row.measured = parse_measured(row.fields[static_cast<std::size_t>(columns_.target)]);
    row.name = row.fields[static_cast<std::size_t>(columns_.mutation >= 0 ? columns_.mutation : columns_.sequence)];
    row.name.resize(std::min(row.name.find('\n'), row.name.size()));  // of a field that runs over lines, for messages
    try {
      if (!raw.problem.empty()) throw Error(ErrorKind::bad_input, raw.problem);
      if (raw.fields.size() != table_.header.size())
        throw Error(ErrorKind::bad_input, fmt::format("the row has {} where the header has {}",
                                                      counted(raw.fields.size(), "field"), table_.header.size()));
      fill(row);
    } catch (const Error& error) {
      row.error = error.at(fmt::format("{} ({})", row.where, row.name.substr(0, 40)));
    }
    table_.rows.push_back(std::move(row));
  }

  void check_measured() const {
    const bool any = std::any_of(table_.rows.begin(), table_.rows.end(),
                                 [](const VariantRow& row) { return !std::isnan(row.measured); });
    if (table_.has_target && !any)
      throw Error(ErrorKind::bad_input, {fmt::format("the column '{}' holds no number",
                                                     table_.header[static_cast<std::size_t>(columns_.target)]),
                                         path_, "name the column of measured values with --target-col"});
  }

  void fill(VariantRow& row) const {
    if (columns_.sequence >= 0) {
      row.sequence = clean_sequence(row.fields[static_cast<std::size_t>(columns_.sequence)]);
      if (row.sequence->empty()) throw Error(ErrorKind::bad_input, "the row has no sequence");
      row.variant = differences(*row.sequence, wild_type_);
      return;
    }
    row.variant = bio::parse_variant(row.name);
    bio::shift(row.variant, offset_);
    bio::check_variant(row.variant, wild_type_);
  }

  std::string path_;
  const std::string& wild_type_;
  std::int64_t offset_;
  io::LineReader lines_;
  io::CsvReader rows_;
  Columns columns_;
  VariantTable table_;
};

VariantTable from_words(const Options& options, const std::string& wild_type) {
  VariantTable table{{"mutant"}, {}, false};
  const std::string text = options.text("variants");
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    VariantRow row;
    row.name = text.substr(at, end - at);
    row.fields = {row.name};
    try {
      row.variant = bio::parse_variant(row.name);
      bio::shift(row.variant, options.integer("offset"));
      bio::check_variant(row.variant, wild_type);
    } catch (const Error& error) {
      row.error = error.at(row.name);
    }
    table.rows.push_back(std::move(row));
    at = end + 1;
  }
  return table;
}

VariantTable every_substitution(const Options& options, const std::string& wild_type) {
  VariantTable table{{"mutant", "position", "wild_type", "mutation"}, {}, false};
  for (std::size_t i = 0; i < wild_type.size(); ++i) {
    const char from = wild_type[i];
    const auto position = static_cast<std::int64_t>(i) + 1;
    const auto shown = position + options.integer("offset");
    for (const char to : kResidues) {
      if (to == from) continue;
      VariantRow row;
      row.name = fmt::format("{}{}{}", from, shown, to);
      row.fields = {row.name, fmt::format("{}", shown), std::string(1, from), std::string(1, to)};
      row.variant.edits = {{position, position, from, from, std::string(1, to), bio::Edit::Kind::substitution}};
      table.rows.push_back(std::move(row));
    }
  }
  return table;
}

bool agrees(const bio::Variant& variant, std::int64_t more, const std::string& wild_type) {
  const auto there = [&](std::int64_t position, char residue) {
    position -= more;
    return position >= 1 && position <= static_cast<std::int64_t>(wild_type.size()) &&
           wild_type[static_cast<std::size_t>(position - 1)] == residue;
  };
  return std::all_of(variant.edits.begin(), variant.edits.end(), [&](const bio::Edit& edit) {
    return there(edit.first, edit.from_first) && there(edit.last, edit.from_last);
  });
}

}  // namespace

VariantTable read_variants(const Options& options, const std::string& wild_type) {
  if (options.flag("scan") == options.has("variants"))
    throw Error(ErrorKind::usage, {"say what to score", "--variants",
                                   "a table, variants as A5D:K9R,M1A, or --scan for every substitution"});
  if (options.integer("offset") > kMostOffset || options.integer("offset") < -kMostOffset)
    throw Error(ErrorKind::usage, {"no protein is that long", "--offset", {}});
  if (options.flag("scan") && names_columns(options))
    throw Error(ErrorKind::usage, {"a scan reads no table, so that no column can be named", "--scan", {}});
  if (options.flag("scan")) return every_substitution(options, wild_type);
  const std::string text = options.text("variants");
  std::error_code ignored;
  const bool file = text == "-" || std::filesystem::exists(text, ignored);
  const bool words = !file && is_variant(text.substr(0, text.find(',')));
  if (words && names_columns(options))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is no table, so that no column can be named", text.substr(0, 60)),
                                   "--variants", "name a CSV or TSV file"});
  if (!file && !words)
    throw Error(ErrorKind::not_found, {"there is no such file, and it is not a variant either", text.substr(0, 200),
                                       "name a table, or write variants as A5D:K9R,M1A"});
  return words ? from_words(options, wild_type) : TableReader(options, wild_type).read();
}

std::optional<std::int64_t> fitting_offset(const VariantTable& table, const std::string& wild_type) {
  std::vector<const bio::Variant*> variants;
  for (const VariantRow& row : table.rows)
    if (!row.variant.edits.empty()) variants.push_back(&row.variant);
  if (variants.empty()) return std::nullopt;
  const std::int64_t first = variants.front()->edits.front().first;
  std::vector<std::int64_t> fitting;
  for (std::int64_t position = 1; position <= static_cast<std::int64_t>(wild_type.size()); ++position)
    if (std::all_of(variants.begin(), variants.end(),
                    [&](const bio::Variant* v) { return agrees(*v, first - position, wild_type); }))
      fitting.push_back(first - position);
  if (fitting.size() != 1 || fitting.front() == 0) return std::nullopt;
  return fitting.front();
}

}  // namespace groel::tasks
