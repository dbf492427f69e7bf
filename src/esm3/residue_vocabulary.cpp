// Reads the list of labels, and turns labels of residues into ids.
#include "esm3/residue_vocabulary.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/error.h"
#include "esm3/tokens.h"
#include "io/table.h"
#include "models/tracks.h"

namespace groel::esm3 {
namespace {

constexpr std::int32_t kWithoutAnnotation = 3, kFirstLabel = 4;

std::int64_t count_in(const io::Table& table, std::size_t row, std::size_t column) {
  const std::string& text = table.rows[row].fields[column];
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw Error(ErrorKind::bad_model, {fmt::format("'{}' is no number", text), table.where(row), {}});
  return value;
}

std::size_t column_of(const io::Table& table, const std::string& name) {
  const auto at = std::find(table.columns.names.begin(), table.columns.names.end(), name);
  if (at == table.columns.names.end())
    throw Error(ErrorKind::bad_model, {fmt::format("there is no column {}", name), table.source,
                                       "ESM3's list has label, label_clean and count"});
  return static_cast<std::size_t>(at - table.columns.names.begin());
}

}  // namespace

ResidueVocabulary::ResidueVocabulary(const std::filesystem::path& path) {
  const io::Table table = io::read_table(path.string(), {.names = {"label", "label_clean", "count"}, .delimiter = ','});
  const std::size_t label = column_of(table, "label"), clean = column_of(table, "label_clean"),
                    count = column_of(table, "count");
  std::map<std::string, std::int64_t> counts;
  for (std::size_t row = 0; row < table.rows.size(); ++row)
    counts[table.rows[row].fields[clean]] += count_in(table, row, count);
  std::vector<std::pair<std::string, std::int64_t>> order(counts.begin(), counts.end());
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  const std::int32_t room = tokens_of(Track::residue_annotations).last - kFirstLabel;
  if (std::ssize(order) > room)
    throw Error(ErrorKind::bad_model,
                {fmt::format("{} labels, and {} tokens for them", order.size(), room), path.string(), {}});
  for (std::int32_t id = kFirstLabel; const auto& [name, of] : order) ids_.emplace(name, id++);
  for (const io::CsvRow& row : table.rows) ids_.emplace(row.fields[label], ids_.at(row.fields[clean]));
}

std::vector<std::int32_t> ResidueVocabulary::encode(std::span<const FunctionAnnotation> annotations,
                                                    std::int64_t residues) const {
  std::vector<std::set<std::int32_t>> held(static_cast<std::size_t>(residues));
  for (const FunctionAnnotation& one : annotations) {
    require_within(one, residues);
    const auto id = ids_.find(one.label);
    if (id == ids_.end())
      throw Error(ErrorKind::bad_input, {fmt::format("'{}' is no annotation of residues", one.label), {}, {}});
    for (std::int64_t i = one.start; i <= one.end; ++i) held[static_cast<std::size_t>(i - 1)].insert(id->second);
  }
  std::vector<std::int32_t> out(models::kAnnotationDepth, 0);
  for (std::size_t i = 0; i < held.size(); ++i) {
    if (std::ssize(held[i]) > models::kAnnotationDepth)
      throw Error(ErrorKind::bad_input, {fmt::format("residue {} has {} annotations", i + 1, held[i].size()),
                                         {},
                                         fmt::format("ESM3 reads at most {} of a residue", models::kAnnotationDepth)});
    std::vector<std::int32_t> row(held[i].begin(), held[i].end());
    if (row.empty()) row.push_back(kWithoutAnnotation);
    row.resize(models::kAnnotationDepth, 0);
    out.insert(out.end(), row.begin(), row.end());
  }
  out.insert(out.end(), models::kAnnotationDepth, 0);
  return out;
}

}  // namespace groel::esm3
