// Looks up the group of each point.
#include "tasks/project/colours.h"

#include <fmt/format.h>

#include <map>

#include "base/words.h"
#include "io/missing.h"
#include "io/table.h"
#include "tasks/reading/id_parts.h"

namespace groel::tasks {
namespace {

struct ResidueClass {
  const char* name;
  std::string_view residues;
};
constexpr ResidueClass kClasses[] = {{"aliphatic", "AVILM"}, {"aromatic", "FWY"}, {"polar", "STNQ"},
                                     {"positive", "KRH"},    {"negative", "DE"},  {"special", "CGP"}};

std::string residue_class(const std::string& token) {
  if (token.size() == 1)
    for (const auto& [name, residues] : kClasses)
      if (residues.find(token) != std::string_view::npos) return name;
  return "other tokens";
}

using Groups = std::map<std::string, std::string, std::less<>>;  // id -> text of the column

// By the whole id, or else by a part of it between bars.
const std::string* find(const Groups& groups, const std::string& id) {
  if (const auto found = groups.find(id); found != groups.end()) return &found->second;
  for (const std::string_view part : id_parts(id))
    if (const auto found = groups.find(part); found != groups.end()) return &found->second;
  return nullptr;
}

Groups column_of(const ProjectOptions& options, Sink& sink) {
  const std::string& name = *options.colour_by;
  const std::string& id_name = options.id_column;
  const io::Table table = io::read_table(*options.table, {.wanted = "a table of groups", .names = {name, id_name}});
  for (const std::string& note : table.notes) sink.note(note);
  const std::size_t value = table.columns.named(name, "--colour-by");
  const std::size_t id = table.columns.require(id_name, io::ColumnRole::id, "--id-column");
  Groups out;
  std::int64_t without_id = 0, contrary = 0;
  for (const auto& row : table.rows) {
    if (io::is_missing(row.fields[id], io::ValueKind::name)) {
      ++without_id;
      continue;
    }
    const std::string text = io::is_missing(row.fields[value], io::ValueKind::name) ? "" : row.fields[value];
    const auto [found, is_new] = out.emplace(row.fields[id], text);
    contrary += !is_new && found->second != text;
  }
  if (without_id > 0)
    sink.warning(fmt::format("{}: {} of {} rows left out: no id", table.source, without_id, table.rows.size()));
  if (contrary > 0)
    sink.warning(fmt::format("{}: {} rows say something else of an id than its first row, which counts", table.source,
                             contrary));
  return out;
}

// Of the columns beside the vectors.
std::vector<std::string> own_column(const formats::VectorFile& file, const std::string& name) {
  if (const auto found = file.texts.find(name); found != file.texts.end()) {
    std::vector<std::string> out = found->second;
    for (std::string& text : out)
      if (io::is_missing(text, io::ValueKind::name)) text.clear();
    return out;
  }
  const std::string there = listed_as(file.texts, [](const auto& column) { return fmt::format("'{}'", column.first); });
  throw Error(ErrorKind::usage,
              {fmt::format("'{}' is a column of which table?", name), "--table",
               there.empty() ? "or --colour-by residue-class" : fmt::format("that of the vectors has {}", there)});
}

}  // namespace

std::vector<std::string> groups_of(const formats::VectorFile& file, const ProjectOptions& options, Sink& sink) {
  std::vector<std::string> out(file.ids.size());
  if (!options.colour_by) {
    if (options.table) throw Error(ErrorKind::usage, {"which column of the table?", "--colour-by", {}});
    return out;
  }
  const std::string& name = *options.colour_by;
  if (!options.table && name != "residue-class") return own_column(file, name);
  if (!options.table) {
    for (std::size_t i = 0; i < file.ids.size(); ++i) out[i] = residue_class(file.ids[i]);
    return out;
  }
  const auto groups = column_of(options, sink);
  std::size_t unknown = 0;
  for (std::size_t i = 0; i < file.ids.size(); ++i) {
    if (const std::string* group = find(groups, file.ids[i]))
      out[i] = *group;
    else
      ++unknown;
  }
  if (unknown == file.ids.size())
    throw Error(ErrorKind::bad_input,
                {fmt::format("no id of the embeddings is in the table; the first is '{}'", file.ids.front()),
                 *options.table, "name the column of ids with --id-column"});
  if (unknown > 0)
    sink.warning(
        fmt::format("{} of {} not in {}", unknown, counted(file.ids.size(), "id is", "ids are"), *options.table));
  return out;
}

}  // namespace groel::tasks
