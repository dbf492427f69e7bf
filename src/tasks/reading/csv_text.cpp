// Writes CSV text.
#include "tasks/reading/csv_text.h"

#include <cmath>
#include <filesystem>

#include "base/output_place.h"
#include "base/text_file.h"
#include "formats/cell.h"
#include "formats/extension.h"

namespace groel::tasks {

void append_row(std::string& csv, std::span<const std::string> fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) csv += (i > 0 ? "," : "") + formats::cell_text(fields[i]);
  csv += '\n';
}

std::string number_text(double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); }

std::vector<std::string> table_extensions() { return {".csv", ".tsv", ".json"}; }

void write_table(const OutputOptions& options, const TableTexts& texts) {
  const std::filesystem::path path = options.output.value_or("");
  const std::string extension = formats::format_extension(path);
  if (extension == ".json")
    write_text(path, texts.json().dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  else
    write_text(path, extension == ".tsv" ? formats::tabs_for_commas(texts.csv()) : texts.csv());
}

void check_table_output(const OutputOptions& options) {
  const std::filesystem::path path = options.output.value_or("");
  std::error_code ignored;
  if (!options.output || path == "-") return;
  if (path.empty() || std::filesystem::is_directory(path, ignored))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is not the name of a file", path.string()), "--output", {}});
  if (output_stands(path) && !options.overwrite)
    throw Error(ErrorKind::usage,
                {"the output exists already", path.string(), "choose another name, or add --overwrite"});
  if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path(), ignored))
    throw Error(ErrorKind::not_found, {"there is no such folder to write to", path.parent_path().string(), {}});
}

}  // namespace groel::tasks
