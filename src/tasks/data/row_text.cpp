// Writes rows, and renames columns.
#include "tasks/data/row_text.h"

#include <algorithm>
#include <numeric>

#include "formats/cell.h"
#include "tasks/data/text_output.h"

namespace groel::tasks {

char delimiter_for(const DataOptions& options) {
  return options.output && without_compression(*options.output).extension() == ".tsv" ? '\t' : ',';
}

std::string row_text(const std::vector<std::string>& cells, char delimiter) {
  std::string out;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) out += delimiter;
    out += formats::cell_text(cells[i], delimiter);
  }
  return out + '\n';
}

std::vector<std::size_t> all_columns(const io::Columns& columns) {
  std::vector<std::size_t> out(columns.names.size());
  std::iota(out.begin(), out.end(), std::size_t{0});
  return out;
}

std::vector<std::string> cells_of(const RawTable& table, std::size_t row) {
  std::vector<std::string> out;
  for (const auto& column : table.cells) out.push_back(column[row]);
  return out;
}

std::vector<std::pair<std::string, std::string>> renamings_of(const DataOptions& options) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const std::string& text : options.rename) {
    const std::size_t at = text.find('=');
    if (at == std::string::npos || at == 0 || at + 1 == text.size())
      throw Error(ErrorKind::usage, {fmt::format("'{}' renames nothing", text), "--rename", "OLD=NEW"});
    out.emplace_back(text.substr(0, at), text.substr(at + 1));
  }
  return out;
}

void rename_columns(io::Columns& columns, const DataOptions& options) {
  const io::Columns before = columns;
  for (const auto& [old, now] : renamings_of(options)) columns.names[before.named(old, "--rename")] = now;
  std::vector<std::string> sorted = columns.names;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (!options.rename.empty() && twice != sorted.end())
    throw Error(ErrorKind::bad_input,
                {fmt::format("two columns would be called '{}'", *twice), columns.where, "another name with --rename"});
}

}  // namespace groel::tasks
