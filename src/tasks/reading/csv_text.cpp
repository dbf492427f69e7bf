// Writing CSV.
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

OptionSpec table_option(std::string help, const std::vector<std::string>& more) {
  OptionSpec spec{.name = "output", .letter = 'o', .help = std::move(help), .value_name = "FILE"};
  spec.writes = Writes::file;
  spec.extensions = table_extensions();
  spec.extensions.insert(spec.extensions.end(), more.begin(), more.end());
  return spec;
}

void write_table(const Options& options, const TableTexts& texts) {
  const std::filesystem::path path = options.text("output");
  const std::string extension = formats::format_extension(path);
  if (extension == ".json")
    write_text(path, texts.json().dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
  else
    write_text(path, extension == ".tsv" ? formats::tabs_for_commas(texts.csv()) : texts.csv());
}

OptionSpec overwrite_option() {
  return {.name = "overwrite", .type = OptionType::flag, .help = "Replace an existing output", .group = kOutput};
}

void check_table_output(const Options& options) {
  const std::filesystem::path path = options.text("output");
  std::error_code ignored;
  if (!options.has("output") || path == "-") return;
  if (path.empty() || std::filesystem::is_directory(path, ignored))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is not the name of a file", path.string()), "--output", {}});
  if (output_stands(path) && !options.flag("overwrite"))
    throw Error(ErrorKind::usage,
                {"the output exists already", path.string(), "choose another name, or add --overwrite"});
  if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path(), ignored))
    throw Error(ErrorKind::not_found, {"there is no such folder to write to", path.parent_path().string(), {}});
}

}  // namespace groel::tasks
