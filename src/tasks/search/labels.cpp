// Reads annotations and weighs them.
#include "tasks/search/labels.h"

#include <algorithm>

#include "base/error.h"
#include "io/missing.h"
#include "io/table.h"
#include "tasks/reading/id_parts.h"

namespace groel::tasks {

Annotations::Annotations(const SearchOptions& options, Sink& sink) {
  const std::string &id_name = options.id_column, &label_name = options.label_column;
  const io::Table table =
      io::read_table(*options.annotations, {.wanted = "a table of labels", .names = {id_name, label_name}});
  const std::size_t id = table.columns.require(id_name, io::ColumnRole::id, "--id-column");
  const std::size_t label = table.columns.require(label_name, io::ColumnRole::label, "--label-column");
  std::int64_t left_out = 0;
  for (const io::CsvRow& row : table.rows) {
    if (io::is_missing(row.fields[label], io::ValueKind::name) || io::is_missing(row.fields[id], io::ValueKind::name)) {
      ++left_out;
      continue;
    }
    auto& labels = labels_[row.fields[id]];
    if (std::find(labels.begin(), labels.end(), row.fields[label]) == labels.end()) labels.push_back(row.fields[label]);
  }
  for (const std::string& note : table.notes) sink.note(note);
  if (left_out > 0)
    sink.note(fmt::format("{}: {} of {} rows left out: no id or no label", table.source, left_out, table.rows.size()));
  if (labels_.empty())
    throw Error(ErrorKind::bad_input, {"no row has both an id and a label", table.source, "look at its columns"});
}

std::span<const std::string> Annotations::of(std::string_view id) const {
  if (const auto found = labels_.find(id); found != labels_.end()) return found->second;
  for (const std::string_view part : id_parts(id))
    if (const auto found = labels_.find(part); found != labels_.end()) return found->second;
  return {};
}

std::vector<LabelScore> Annotations::transfer(std::span<const Hit> hits) const {
  std::map<std::string, LabelScore> scores;
  double total = 0;
  for (const Hit& hit : hits) {
    const auto labels = of(hit.id);
    const double weight = std::max(0.0, hit.similarity);
    if (!labels.empty()) total += weight;
    for (const std::string& label : labels) {
      LabelScore& one = scores[label];
      one.label = label;
      one.score += weight;
      ++one.neighbours;
    }
  }
  std::vector<LabelScore> out;
  for (auto& [label, one] : scores) {
    if (total > 0) one.score /= total;
    out.push_back(std::move(one));
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  return out;
}

}  // namespace groel::tasks
