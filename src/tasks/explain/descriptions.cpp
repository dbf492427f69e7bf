// Reads the table of feature descriptions.
#include "tasks/explain/descriptions.h"

#include <charconv>

#include "base/error.h"
#include "base/words.h"
#include "io/missing.h"
#include "io/table.h"

namespace groel::tasks {
namespace {

const std::vector<std::string> kFeature{"feature", "feature_index", "feature_id", "id", "index", "latent"};
const std::vector<std::string> kText{"description", "text", "summary", "label", "name", "annotation"};

std::size_t column_of(const io::Table& table, const std::vector<std::string>& names, const char* what) {
  for (const std::string& name : names)
    if (const auto found = table.columns.find(name)) return *found;
  throw Error(ErrorKind::bad_input, {fmt::format("no column of {}; it would be called {}", what, listed(names)),
                                     table.source, "its columns are " + listed(table.columns.names, 10)});
}

std::int64_t feature_of(const io::Table& table, std::size_t row, const std::string& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0)
    throw Error(ErrorKind::bad_input, {fmt::format("'{}' is no number of a feature", text), table.where(row), {}});
  return value;
}

}  // namespace

Descriptions::Descriptions(const std::string& path, std::int64_t features, Sink& sink) {
  std::vector<std::string> names = kFeature;
  names.insert(names.end(), kText.begin(), kText.end());
  const io::Table table = io::read_table(path, {.wanted = "a table of descriptions", .names = names});
  const std::size_t feature = column_of(table, kFeature, "features");
  const std::size_t text = column_of(table, kText, "descriptions");
  std::map<std::int64_t, std::size_t> rows;
  std::int64_t empty = 0, foreign = 0;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const std::int64_t number = feature_of(table, r, table.rows[r].fields[feature]);
    if (const auto [there, fresh] = rows.emplace(number, r); !fresh)
      throw Error(ErrorKind::bad_input, {fmt::format("feature {} has a description already, in line {}", number,
                                                     table.rows[there->second].line),
                                         table.where(r), "leave one of them"});
    const std::string& words = table.rows[r].fields[text];
    foreign += number >= features ? 1 : 0;
    empty += io::is_missing(words, io::ValueKind::name) ? 1 : 0;
    if (number < features && !io::is_missing(words, io::ValueKind::name)) texts_.emplace(number, words);
  }
  for (const std::string& note : table.notes) sink.note(note);
  if (empty > 0) sink.note(fmt::format("{}: {} without a text", table.source, counted(empty, "row")));
  if (foreign > 0)
    sink.warning(fmt::format("{}: {} of {} features that the autoencoder has not (it has 0 to {})", table.source,
                             counted(foreign, "description"), table.rows.size(), features - 1));
}

const std::string& Descriptions::of(std::int32_t feature) const {
  static const std::string none;
  const auto found = texts_.find(feature);
  return found == texts_.end() ? none : found->second;
}

}  // namespace groel::tasks
