// Looking groups up.
#include "tasks/project/colours.h"

#include <fmt/format.h>

#include <map>

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

Groups column_of(const Options& options) {
  const io::Table table = io::read_table(options.text("table"));
  const std::size_t value = table.column(options.text("colour-by"), "--colour-by");
  const std::size_t id =
      options.has("id-column")
          ? table.column(options.text("id-column"), "--id-column")
          : table.first_column({"id", "ids", "entry", "accession", "name", "protein"}, "--id-column");
  Groups out;
  for (const auto& row : table.rows) out[row.fields[id]] = row.fields[value];
  return out;
}

}  // namespace

std::vector<std::string> groups_of(const std::vector<std::string>& ids, const Options& options, Sink& sink) {
  std::vector<std::string> out(ids.size());
  if (!options.has("colour-by")) {
    if (options.has("table")) throw Error(ErrorKind::usage, {"which column of the table?", "--colour-by", {}});
    return out;
  }
  if (options.text("colour-by") == "residue-class" && !options.has("table")) {
    for (std::size_t i = 0; i < ids.size(); ++i) out[i] = residue_class(ids[i]);
    return out;
  }
  if (!options.has("table"))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is a column of which table?", options.text("colour-by")),
                                   "--table", "or --colour-by residue-class"});
  const auto groups = column_of(options);
  std::size_t unknown = 0;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (const std::string* group = find(groups, ids[i]))
      out[i] = *group;
    else
      ++unknown;
  }
  if (unknown == ids.size())
    throw Error(ErrorKind::bad_input,
                {fmt::format("no id of the embeddings is in the table; the first is '{}'", ids.front()),
                 options.text("table"), "name the column of ids with --id-column"});
  if (unknown > 0)
    sink.warning(
        fmt::format("{} of {} not in {}", unknown, counted(ids.size(), "id is", "ids are"), options.text("table")));
  return out;
}

}  // namespace groel::tasks
