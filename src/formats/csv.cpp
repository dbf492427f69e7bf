// Tables as text, one row per record, for pooled items: CSV, and TSV with tabs; see docs/formats.md.
#include <fmt/format.h>

#include <cmath>

#include "formats/cell.h"
#include "formats/output_file.h"
#include "formats/text.h"
#include "formats/writers.h"

namespace groel::formats {
namespace {

class TableWriter : public ResultWriter {
 public:
  TableWriter(const WriterOptions& options, char separator)
      : schema_(options.schema), out_(OutputFile::create(options.path)), separator_(separator) {
    write_header();
  }

  void write(const Result& result) override {
    check_result(schema_, result);
    row_ = cell(result.id);
    add_cell(std::to_string(result.length));
    add_cell(cell(result.sha256));
    add_cell(result.error ? cell(fmt::format("{}: {}", name(result.error->kind()), result.error->what())) : "");
    if (result.error)
      row_.append(static_cast<std::size_t>(value_columns_), separator_);
    else
      add_values(result.items);
    end_row();
  }

  void finish() override { out_.finish(); }

 private:
  void write_header() {
    row_ = "id";
    for (const char* title : {"length", "sha256", "error"}) add_cell(title);
    for (const auto& column : schema_.columns) {
      for (std::int64_t i = 0; i < column.width; ++i) add_cell(fmt::format("{}_{}", column_name(column), i));
      value_columns_ += column.width;
    }
    end_row();
  }

  std::string cell(std::string_view text) const { return cell_text(clean_utf8(text), separator_); }

  void add_cell(std::string_view text) {
    row_ += separator_;
    row_ += text;
  }

  void add_values(const std::vector<Item>& items) {
    for (const Item& item : items)
      for (const float value : item.values) {
        row_ += separator_;
        if (std::isfinite(value))
          append_number(row_, value);
        else
          row_ += std::isnan(value) ? "NaN" : value > 0 ? "Inf" : "-Inf";
      }
  }

  void end_row() {
    row_ += '\n';
    out_.append(row_);
    out_.end_record();
  }

  ResultSchema schema_;
  OutputFile out_;
  char separator_;
  std::int64_t value_columns_ = 0;
  std::string row_;
};

std::unique_ptr<ResultWriter> open_csv(const WriterOptions& options) {
  check_options(csv_format(), options);
  return std::make_unique<TableWriter>(options, ',');
}

std::unique_ptr<ResultWriter> open_tsv(const WriterOptions& options) {
  check_options(tsv_format(), options);
  return std::make_unique<TableWriter>(options, '\t');
}

bool holds(Per per) { return per == Per::protein; }

}  // namespace

Format csv_format() { return {"csv", {".csv"}, "table of pooled values, commas", true, false, holds, open_csv}; }
Format tsv_format() { return {"tsv", {".tsv"}, "table of pooled values, tabs", true, false, holds, open_tsv}; }

}  // namespace groel::formats
