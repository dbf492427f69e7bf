// Reading rows, and splitting them.
#include "train/labels.h"

#include <algorithm>
#include <map>

#include "base/sha256.h"
#include "io/table.h"

namespace groel::train {
namespace {

void read_into(LabelledRows& to, const std::string& path, const LabelColumns& wanted) {
  const io::Table table = io::read_table(path);
  const auto column = [&](const std::string& name, const std::vector<std::string>& usual, const std::string& option) {
    return name.empty() ? table.first_column(usual, option) : table.column(name, option);
  };
  const std::size_t sequence =
      column(wanted.sequence, {"sequence", "seq", "protein_sequence", "aa_seq", "input"}, "--sequence-column");
  std::vector<std::size_t> labels;
  for (const std::string& name : wanted.labels) labels.push_back(table.column(name, "--label-column"));
  if (labels.empty()) labels.push_back(table.first_column({"label", "labels", "target", "class"}, "--label-column"));
  std::optional<std::size_t> split;
  if (!wanted.split.empty()) split = table.column(wanted.split, "--split-column");
  to.columns.clear();
  for (const std::size_t label : labels) to.columns.push_back(table.columns[label]);
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    const auto& fields = table.rows[r].fields;
    LabelledRow row{table.where(r), fields[sequence], split ? fields[*split] : "", {}};
    for (const std::size_t label : labels) row.labels.push_back(fields[label]);
    to.rows.push_back(std::move(row));
  }
}

}  // namespace

LabelledRows read_labelled(const std::vector<std::string>& paths, const LabelColumns& columns) {
  LabelledRows out;
  for (const std::string& path : paths) read_into(out, path, columns);
  return out;
}

RowSplit split_rows(LabelledRows rows, const std::set<std::string>& held_out) {
  RowSplit out{{rows.columns, {}}, {rows.columns, {}}, 0};
  std::map<std::string, std::int64_t> seen;
  for (LabelledRow& row : rows.rows) {
    ++seen[row.split];
    const bool evaluated = held_out.contains(row.split);
    if (!evaluated && row.split == "test")
      ++out.left_out;
    else
      (evaluated ? out.held_out : out.train).rows.push_back(std::move(row));
  }
  std::string list;
  for (const auto& [name, count] : seen) list += fmt::format("{}'{}' ({})", list.empty() ? "" : ", ", name, count);
  std::string wanted;
  for (const std::string& name : held_out) wanted += (wanted.empty() ? "" : ", ") + name;
  if (out.held_out.rows.empty())
    throw Error(ErrorKind::bad_input, {fmt::format("no row is in the held-out split ({}); there are {}", wanted, list),
                                       "--split-column", "name the held-out values with --valid-split"});
  if (out.train.rows.empty())
    throw Error(ErrorKind::bad_input, {fmt::format("the splits leave no row to learn from; there are {}", list),
                                       "--split-column", "name the held-out values with --valid-split"});
  return out;
}

std::string LabelledSet::fingerprint() const {
  const auto bytes = [](const auto& v) {
    return std::string_view(reinterpret_cast<const char*>(v.data()), v.size() * sizeof(v[0]));
  };
  Sha256 digest;
  digest.update(corpus.fingerprint());
  digest.update(bytes(values));
  digest.update(bytes(classes));
  return digest.finish();
}

}  // namespace groel::train
