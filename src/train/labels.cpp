// Reads labelled rows and splits them.
#include "train/labels.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/sha256.h"
#include "base/words.h"
#include "io/missing.h"
#include "io/numbers.h"
#include "io/table.h"
#include "train/label_mask.h"

namespace groel::train {
namespace {

struct Places {
  std::size_t sequence = 0;
  std::vector<std::size_t> labels;
  std::optional<std::size_t> split, name;
  std::vector<std::size_t> masks;
};

// Columns that have the name of ids, though they may hold something else that is asked for.
std::optional<std::size_t> id_column(const io::Columns& columns, const Places& places) {
  auto found = columns.find("EntryID");
  for (std::size_t i = 0; i < columns.names.size() && !found; ++i)
    if (io::is_usual_name(columns.names[i], io::ColumnRole::id)) found = i;
  const auto is_taken = [&](std::size_t column) {
    return column == places.sequence || column == places.split ||
           std::find(places.labels.begin(), places.labels.end(), column) != places.labels.end();
  };
  return found && is_taken(*found) ? std::nullopt : found;
}

Places find_places(const io::Columns& columns, const LabelColumns& wanted) {
  Places out;
  out.sequence = columns.require(wanted.sequence, io::ColumnRole::sequence, "`sequence_column`");
  for (const std::string& name : wanted.labels) out.labels.push_back(columns.named(name, "`label_column`"));
  if (out.labels.empty()) out.labels.push_back(columns.require({}, io::ColumnRole::label, "`label_column`"));
  if (!wanted.split.empty()) out.split = columns.named(wanted.split, "`split_column`");
  for (const std::string& name : wanted.masks) out.masks.push_back(columns.named(name, "`mask_column`"));
  out.name = id_column(columns, out);
  return out;
}

// What in a column of labels is one, although it looks like nothing.
class LabelRule {
 public:
  explicit LabelRule(const std::vector<std::string>& texts)
      : signs_(std::find(texts.begin(), texts.end(), "+") != texts.end()),
        sets_(std::any_of(texts.begin(), texts.end(),
                          [](const std::string& text) { return text.find(kLabelSeparator) != std::string::npos; })) {}

  bool is_missing(const std::string& text, const std::string& sequence) const {
    if (text == "-" && signs_) return false;
    if (text.empty()) return !sets_;  // a set of no labels is one
    if (text.size() == sequence.size() && text.find_first_not_of("-._?~") == std::string::npos)
      return false;  // one mark per residue
    return io::is_missing(text, io::ValueKind::name);
  }

 private:
  bool signs_, sets_;
};

// Decimal commas become points, where the whole column has them.
void read_commas(io::Table& table, std::size_t column, std::vector<std::string>& notes) {
  const io::Numbers numbers = io::read_numbers(table.texts(column), table.delimiter);
  if (!numbers.decimal_commas || numbers.unreadable > 0) return;
  for (std::size_t r = 0; r < table.rows.size(); ++r)
    if (!std::isnan(numbers.values[r])) table.rows[r].fields[column] = fmt::format("{}", numbers.values[r]);
  notes.push_back(
      fmt::format("{}: column '{}': commas are read as decimal points", table.source, table.columns.names[column]));
}

class RowReader {
 public:
  RowReader(LabelledRows& to, io::Gaps gaps) : to_(to), summary_(gaps) {}

  void read(const std::string& path, const LabelColumns& wanted, Sink& sink) {
    std::vector<std::string> names = wanted.labels;
    names.insert(names.end(), {wanted.sequence, wanted.split});
    io::Table table = io::read_table(path, {.wanted = "a table of labels", .names = std::move(names)});
    const Places places = find_places(table.columns, wanted);
    to_.columns.clear();
    std::vector<LabelRule> rules;
    for (const std::size_t label : places.labels) {
      to_.columns.push_back(table.columns.names[label]);
      read_commas(table, label, table.notes);
      rules.emplace_back(table.texts(label));
    }
    for (std::size_t r = 0; r < table.rows.size(); ++r) take(table, r, places, rules);
    for (const std::string& note : table.notes) sink.note(note);
  }

  void tell(const std::string& paths, Sink& sink) const {
    summary_.tell(sink);
    if (no_sequence_ > 0) sink.warning(fmt::format("{} left out: no sequence, as in {}", rows(no_sequence_), first_));
    if (no_label_ > 0) sink.warning(fmt::format("{} left out: no label, as in {}", rows(no_label_), first_label_));
    if (masked_ > 0) sink.note(fmt::format("{} residues without a label by `mask_column`", masked_));
    if (no_split_ > 0) sink.note(fmt::format("{} of no split", rows(no_split_)));
    if (to_.rows.empty())
      throw Error(ErrorKind::bad_input, Error::Parts{"no row has both a sequence and a label", paths, {}});
  }

 private:
  static std::string rows(std::int64_t count) { return fmt::format("{} row{}", count, count == 1 ? "" : "s"); }

  void take(const io::Table& table, std::size_t r, const Places& places, const std::vector<LabelRule>& rules) {
    const auto& fields = table.rows[r].fields;
    LabelledRow row{table.where(r), fields[places.sequence], places.split ? fields[*places.split] : "", {}};
    row.name = places.name && !fields[*places.name].empty() ? fields[*places.name] : row.where;
    bool labelled = true;
    for (std::size_t i = 0; i < places.labels.size(); ++i) {
      row.labels.push_back(fields[places.labels[i]]);
      labelled &= !rules[i].is_missing(row.labels.back(), row.sequence);
    }
    if (io::is_missing(row.sequence, io::ValueKind::sequence)) {
      if (no_sequence_++ == 0) first_ = row.where;
      return;
    }
    if (!labelled) {
      if (no_label_++ == 0) first_label_ = row.where;
      return;
    }
    if (!places.masks.empty()) mask(row, fields, places);
    if (places.split && io::is_missing(row.split, io::ValueKind::name)) {
      row.split.clear();
      ++no_split_;
    }
    io::SequenceRecord record;
    record.id = row.where;
    record.sequence = std::move(row.sequence);
    summary_.take(record);
    row.sequence = std::move(record.sequence);
    to_.rows.push_back(std::move(row));
  }

  void mask(LabelledRow& row, const std::vector<std::string>& fields, const Places& places) {
    std::vector<std::string> masks;
    for (const std::size_t column : places.masks) masks.push_back(fields[column]);
    try {
      for (std::string& labels : row.labels) labels = masked_labels(labels, masks, masked_);
    } catch (const Error& error) {
      throw error.at(row.where);
    }
  }

  LabelledRows& to_;
  io::SequenceSummary summary_;
  std::int64_t masked_ = 0;
  std::int64_t no_sequence_ = 0, no_label_ = 0, no_split_ = 0;
  std::string first_, first_label_;
};

}  // namespace

LabelledRows read_labelled(const std::vector<std::string>& paths, const LabelColumns& columns, Sink& sink) {
  LabelledRows out;
  RowReader reader(out, columns.gaps);
  for (const std::string& path : paths) reader.read(path, columns, sink);
  reader.tell(fmt::format("{}", fmt::join(paths, ", ")), sink);
  return out;
}

RowSplit split_rows(LabelledRows rows, const std::set<std::string>& held_out, bool each) {
  RowSplit out{{rows.columns, {}}, {rows.columns, {}}, {rows.columns, {}}};
  std::map<std::string, std::int64_t> seen;
  for (LabelledRow& row : rows.rows) {
    ++seen[row.split];
    const bool evaluated = held_out.contains(row.split);
    LabelledRows& to = evaluated ? out.held_out : row.split == "test" ? out.test : out.train;
    to.rows.push_back(std::move(row));
  }
  const std::string list =
      listed_as(seen, [](const auto& one) { return fmt::format("'{}' ({})", one.first, one.second); });
  const std::string wanted = listed_as(held_out, [](const std::string& name) { return name; });
  if (out.held_out.rows.empty())
    throw Error(ErrorKind::bad_input, {fmt::format("no row is in the held-out split ({}); there are {}", wanted, list),
                                       "`split_column`", "name the held-out values with `valid_split`"});
  for (const std::string& name : held_out)
    if (each && !seen.contains(name))
      throw Error(ErrorKind::bad_input,
                  {fmt::format("no row is in split '{}'; there are {}", name, list), "`valid_split`", {}});
  if (out.train.rows.empty())
    throw Error(ErrorKind::bad_input, {fmt::format("the splits leave no row to learn from; there are {}", list),
                                       "`split_column`", "name the held-out values with `valid_split`"});
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
