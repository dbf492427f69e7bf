// Writing CSV.
#include "tasks/reading/csv_text.h"

#include <cmath>
#include <filesystem>

namespace groel::tasks {

void append_row(std::string& csv, std::span<const std::string> fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) csv += ',';
    if (fields[i].find_first_of(",\"\r\n") == std::string::npos) {
      csv += fields[i];
      continue;
    }
    csv += '"';
    for (const char c : fields[i]) csv += c == '"' ? std::string("\"\"") : std::string(1, c);
    csv += '"';
  }
  csv += '\n';
}

std::string number_text(double value) { return std::isnan(value) ? std::string() : fmt::format("{}", value); }

OptionSpec table_option(std::string help) {
  return {.name = "output", .letter = 'o', .help = std::move(help), .value_name = "FILE"};
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
  if (std::filesystem::exists(path, ignored) && !options.flag("overwrite"))
    throw Error(ErrorKind::usage,
                {"the output exists already", path.string(), "choose another name, or add --overwrite"});
  if (path.has_parent_path() && !std::filesystem::is_directory(path.parent_path(), ignored))
    throw Error(ErrorKind::not_found, {"there is no such folder to write to", path.parent_path().string(), {}});
}

}  // namespace groel::tasks
