// Reads the variants of a score run.
#include "tasks/score/table.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "io/missing.h"
#include "io/numbers.h"
#include "io/table.h"
#include "tasks/reading/input.h"
#include "tasks/score/rows.h"

namespace groel::tasks {
namespace {

constexpr std::int64_t kMostOffset = 1'000'000'000;

// Which column holds what; -1: none.
struct Columns {
  std::int64_t mutation = -1, sequence = -1, target = -1;
};

Columns find_columns(const io::Columns& columns, const ScoreOptions& options) {
  const auto named = [&](const std::optional<std::string>& name, const char* flag) {
    return name ? static_cast<std::int64_t>(columns.named(*name, flag)) : -1;
  };
  Columns out{named(options.mutation_column, "--mutation-column"), named(options.sequence_column, "--sequence-column"),
              named(options.target_column, "--target-column")};
  if (out.mutation < 0 && out.sequence < 0)
    out.mutation = static_cast<std::int64_t>(columns.require({}, io::ColumnRole::variant, "--mutation-column"));
  return out;
}

bool is_variant(const std::string& text) {
  try {
    bio::parse_variant(text);
    return !text.empty();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::unsupported;  // understood, and cannot be scored
  }
}

std::string clean_sequence(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (std::isspace(static_cast<unsigned char>(c)) == 0)
      out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  while (!out.empty() && out.back() == '*') out.pop_back();
  return out;
}

class TableReader {
 public:
  TableReader(const ScoreOptions& options, const std::string& wild_type)
      : path_(*options.variants),
        wild_type_(wild_type),
        offset_(options.offset),
        lines_(io::decompress(io::open_bytes(path_), path_), path_ == "-" ? "stdin" : path_),
        rows_(lines_, layout(options)) {
    if (rows_.empty()) throw Error(ErrorKind::bad_input, {"the table is empty", path_, {}});
    table_.header = rows_.columns().names;
    if (rows_.has_header())
      columns_ = find_columns(rows_.columns(), options);
    else
      list_columns();
    table_.has_target = columns_.target >= 0;
  }

  VariantTable read() {
    io::CsvRow row;
    while (rows_.next(row)) add(row);
    if (table_.rows.empty()) throw Error(ErrorKind::bad_input, {"the table has no rows", path_, {}});
    table_.notes = rows_.notes();
    if (table_.has_target) measure();
    return std::move(table_);
  }

 private:
  // In a list "A5D,K9R" is one variant.
  static io::TableOptions layout(const ScoreOptions& options) {
    io::TableOptions out{.wanted = "a table of variants"};
    for (const auto& name : {options.mutation_column, options.sequence_column, options.target_column})
      out.names.push_back(name.value_or(""));
    if (!options.names_columns()) out.is_list = is_variant;
    return out;
  }

  void list_columns() {
    table_.header = {"mutant"};
    columns_.mutation = 0;
  }

  void add(const io::CsvRow& raw) {
    VariantRow row;
    row.where = rows_.where(raw);
    row.fields = raw.fields;
    row.fields.resize(table_.header.size());
    row.name = row.fields[static_cast<std::size_t>(columns_.mutation >= 0 ? columns_.mutation : columns_.sequence)];
    row.name.resize(std::min(row.name.find('\n'), row.name.size()));  // of a field that runs over lines, for messages
    try {
      if (!raw.problem.empty()) throw Error(ErrorKind::bad_input, raw.problem);
      fill(row);
    } catch (const Error& error) {
      row.error = error.at(fmt::format("{} ({})", row.where, row.name.substr(0, 40)));
    }
    table_.rows.push_back(std::move(row));
  }

  void measure() {
    std::vector<std::string> texts;
    for (const VariantRow& row : table_.rows) texts.push_back(row.fields[static_cast<std::size_t>(columns_.target)]);
    const std::string& name = table_.header[static_cast<std::size_t>(columns_.target)];
    const io::Numbers numbers = io::read_numbers(texts, rows_.delimiter());
    for (std::size_t i = 0; i < texts.size(); ++i) table_.rows[i].measured = numbers.values[i];
    if (numbers.missing + numbers.unreadable == texts.size())
      throw Error(ErrorKind::bad_input, {fmt::format("the column '{}' holds no number", name), path_,
                                         "name the column of measured values with --target-column"});
    for (std::string& note : io::notes_of(numbers, name)) table_.notes.push_back(std::move(note));
    if (numbers.unreadable > 0) table_.warnings.push_back(io::left_out_of(numbers, texts, name));
  }

  void fill(VariantRow& row) const {
    if (columns_.sequence >= 0) {
      const std::string& text = row.fields[static_cast<std::size_t>(columns_.sequence)];
      require_value(text, io::ValueKind::sequence, "sequence");
      row.sequence = clean_sequence(text);
      row.variant = differences(*row.sequence, wild_type_);
      return;
    }
    require_value(row.name, io::ValueKind::quantity, "variant");
    read_variant(row, wild_type_, offset_);
  }

  static void require_value(const std::string& text, io::ValueKind kind, const char* what) {
    if (!io::is_missing(text, kind)) return;
    const std::string why = text.empty() ? "" : fmt::format(": '{}' stands for a missing value", text.substr(0, 40));
    throw Error(ErrorKind::bad_input, fmt::format("the row has no {}{}", what, why));
  }

  std::string path_;
  const std::string& wild_type_;
  std::int64_t offset_;
  io::LineReader lines_;
  io::TableReader rows_;
  Columns columns_;
  VariantTable table_;
};

// Of what looks like a variant rather than a file: ": the new residue is missing".
std::string why_not(const std::string& word) {
  if (word.find_first_of("./") != std::string::npos || word.find_first_of("0123456789") == std::string::npos) return {};
  try {
    bio::parse_variant(word);
  } catch (const Error& error) {
    const std::string& what = error.parts().what;
    return what.substr(std::min(what.find(": "), what.size()));
  }
  return {};
}

VariantTable from_words(const ScoreOptions& options, const std::string& wild_type) {
  VariantTable table{{"mutant"}, {}, false};
  const std::string text = *options.variants;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    VariantRow row;
    row.name = text.substr(at, end - at);
    row.fields = {row.name};
    try {
      read_variant(row, wild_type, options.offset);
    } catch (const Error& error) {
      row.error = error.at(row.name);
    }
    table.rows.push_back(std::move(row));
    at = end + 1;
  }
  return table;
}

// The advice, after the file that may have been meant.
std::string with_near(const std::string& advice, const std::string& path) {
  const std::string near = missing_path_remedy(path.substr(0, 200));
  return near.empty() ? advice : near + "; " + advice;
}

}  // namespace

VariantTable read_variants(const ScoreOptions& options, const std::string& wild_type) {
  if (options.scan == options.variants.has_value())
    throw Error(ErrorKind::usage, {"say what to score", "--variants",
                                   "a table, variants as A5D:K9R,M1A, or --scan for every substitution"});
  if (options.offset > kMostOffset || options.offset < -kMostOffset)
    throw Error(ErrorKind::usage, {"no protein is that long", "--offset", {}});
  if (options.scan && options.names_columns())
    throw Error(ErrorKind::usage, {"a scan reads no table, so that no column can be named", "--scan", {}});
  if (options.scan) return every_substitution(wild_type, options.offset);
  const std::string text = *options.variants;
  std::error_code ignored;
  const bool file = text == "-" || std::filesystem::exists(text, ignored);
  const bool words = !file && is_variant(text.substr(0, text.find(',')));
  if (words && options.names_columns())
    throw Error(ErrorKind::usage, {fmt::format("'{}' is no table, so that no column can be named", text.substr(0, 60)),
                                   "--variants", "name a CSV or TSV file"});
  if (!file && !words)
    throw Error(ErrorKind::not_found,
                {"there is no such file, and it is not a variant either" + why_not(text), text.substr(0, 200),
                 with_near("name a table, or write variants as A5D:K9R,M1A", text)});
  return words ? from_words(options, wild_type) : TableReader(options, wild_type).read();
}

}  // namespace groel::tasks
