// Tells forms of files of pairs by their first line, and reads their rows.
#include "interactions/pair_file.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "interactions/pairs.h"
#include "io/characters.h"
#include "io/compressed.h"
#include "io/missing.h"
#include "io/numbers.h"
#include "io/table_layout.h"

namespace groel::interactions {
namespace {

using Fields = std::vector<std::string_view>;

std::string label_of(const std::string& path) {
  return path == "-" ? "stdin" : path.substr(path.find_last_of('/') + 1);
}

void cut(std::string_view line, char delimiter, Fields& out) {
  out.clear();
  for (;;) {
    const std::size_t end = line.find(delimiter);
    out.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return;
    line.remove_prefix(end + 1);
  }
}

constexpr std::array<std::pair<const char*, const char*>, 12> kIdColumns{{{"id1", "id2"},
                                                                          {"protein1", "protein2"},
                                                                          {"protein_1", "protein_2"},
                                                                          {"protein_a", "protein_b"},
                                                                          {"protein_id_1", "protein_id_2"},
                                                                          {"item_id_a", "item_id_b"},
                                                                          {"id_a", "id_b"},
                                                                          {"id_1", "id_2"},
                                                                          {"node1", "node2"},
                                                                          {"uniprot1", "uniprot2"},
                                                                          {"uniprot_a", "uniprot_b"},
                                                                          {"seq1", "seq2"}}};
constexpr std::array kLabelColumns{"labels", "label", "mode", "interaction", "interacts", "y", "class"};

bool is_flag(std::string_view text) {
  const auto number = io::parse_number(text);
  return number && (*number == 0 || *number == 1);
}

bool is_header_word(std::string_view text) {
  const std::string plain = io::plain_name(text);
  return std::ranges::any_of(kIdColumns, [&](const auto& pair) { return plain == pair.first || plain == pair.second; });
}

// Ids, and perhaps a 0 or 1, with tabs between.
bool is_bare(const Fields& fields) {
  if (fields.size() != 2 && fields.size() != 3) return false;
  if (is_header_word(fields[0]) || is_header_word(fields[1])) return false;
  return fields.size() == 2 || is_flag(fields[2]);
}

}  // namespace

PairFile::PairFile(const std::string& path, const PairColumns& columns)
    : lines_(io::decompress(io::open_bytes(path), label_of(path)), label_of(path)), read_labels_(columns.read_labels) {
  const auto first = io::content_lines(lines_.peek(io::LineReader::kMostPeeked), 1);
  if (first.empty()) throw Error(ErrorKind::bad_input, {"the file holds no pairs", lines_.label(), {}});
  const bool named = !columns.ids.empty() || !columns.labels.empty();
  if (named || !(open_links(first[0]) || open_actions(first[0]) || open_bare(first[0]))) open_table(columns);
}

bool PairFile::open_links(std::string_view header) {
  cut(header, ' ', fields_);
  if (fields_.size() < 3 || fields_[0] != "protein1" || fields_[1] != "protein2") return false;
  const auto score = std::ranges::find(fields_, "combined_score");
  if (score == fields_.end())
    throw Error(ErrorKind::bad_input, {"STRING's links without a column 'combined_score'", lines_.label(), {}});
  form_ = PairTableForm::links;
  columns_ = fields_.size();
  score_ = static_cast<std::size_t>(score - fields_.begin());
  known_ = {std::string(kInteracts)};
  lines_.next(header);
  return true;
}

bool PairFile::open_actions(std::string_view header) {
  cut(header, '\t', fields_);
  const auto mode = std::ranges::find(fields_, "mode");
  if (fields_[0] != "item_id_a" || mode == fields_.end() || fields_[1] != "item_id_b") return false;
  form_ = PairTableForm::actions;
  columns_ = fields_.size();
  mode_ = static_cast<std::size_t>(mode - fields_.begin());
  for (const std::string_view type : kActionTypes) known_.emplace_back(type);
  lines_.next(header);
  return true;
}

bool PairFile::open_bare(std::string_view first) {
  cut(first, '\t', fields_);
  if (!is_bare(fields_)) return false;
  form_ = PairTableForm::bare;
  columns_ = fields_.size();
  labelled_ = yes_or_no_ = read_labels_ && columns_ == 3;
  if (labelled_) known_ = {std::string(kInteracts)};
  return true;
}

void PairFile::open_table(const PairColumns& columns) {
  std::vector<std::string> names = columns.ids;
  for (const auto& [a, b] : kIdColumns) names.insert(names.end(), {a, b});
  table_ = std::make_unique<io::TableReader>(lines_,
                                             io::TableOptions{.wanted = "a table of pairs", .names = std::move(names)});
  const io::Columns& all = table_->columns();
  if (!columns.ids.empty()) {
    if (columns.ids.size() != 2)
      throw Error(ErrorKind::usage, {"a pair has two columns of ids", "`pair_columns`", "name both: id1,id2"});
    first_ = all.named(columns.ids[0], "`pair_columns`");
    second_ = all.named(columns.ids[1], "`pair_columns`");
  } else {
    const auto found = std::ranges::find_if(
        kIdColumns, [&](const auto& pair) { return all.find(pair.first) && all.find(pair.second); });
    if (found == kIdColumns.end())
      throw Error(ErrorKind::bad_input, {"no two columns of ids", all.where,
                                         fmt::format("call them id1 and id2, or name them: `pair_columns`; the "
                                                     "columns are {}",
                                                     io::listed(all.names))});
    first_ = *all.find(found->first);
    second_ = *all.find(found->second);
  }
  find_label_columns(columns);
}

void PairFile::find_label_columns(const PairColumns& columns) {
  const io::Columns& all = table_->columns();
  labelled_ = false;
  if (!read_labels_) return;
  for (const std::string& name : columns.labels) label_columns_.push_back(all.named(name, "`label_column`"));
  for (std::size_t i = 0; label_columns_.empty() && i < kLabelColumns.size(); ++i)
    if (const auto found = all.find(kLabelColumns[i])) label_columns_.push_back(*found);
  labelled_ = !label_columns_.empty();
  if (label_columns_.size() > 1)
    for (const std::size_t column : label_columns_) known_.push_back(all.names[column]);
}

std::string PairFile::where(const PairRow& row) const { return fmt::format("{}:{}", lines_.label(), row.line); }

void PairFile::fail(const PairRow& row, const std::string& what, const std::string& remedy) const {
  throw Error(ErrorKind::bad_input, {what, where(row), remedy});
}

bool PairFile::next(PairRow& row) {
  row.labels.clear();
  row.unlabelled = row.empty_label = false;
  if (form_ == PairTableForm::table) return next_table_row(row);
  if (!next_line(row)) return false;
  row.first = fields_[0];
  row.second = fields_[1];
  if (form_ == PairTableForm::links)
    read_link(row);
  else if (form_ == PairTableForm::actions)
    read_action(row);
  else
    read_bare(row);
  return true;
}

bool PairFile::next_line(PairRow& row) {
  std::string_view line;
  do {
    if (!lines_.next(line)) return false;
  } while (line.empty() || line.front() == '#');
  row.line = lines_.number();
  cut(line, form_ == PairTableForm::links ? ' ' : '\t', fields_);
  if (fields_.size() != columns_)
    fail(row, fmt::format("{} fields, not {}", fields_.size(), columns_), "the file may be cut short");
  return true;
}

void PairFile::read_link(PairRow& row) {
  const auto score = io::parse_number(fields_[score_]);
  if (!score) fail(row, fmt::format("the score '{}' is no number", fields_[score_]));
  row.score = *score;
  row.labels.push_back(kInteracts);
}

void PairFile::read_action(PairRow& row) {
  if (!read_labels_) return;
  const std::string_view mode = fields_[mode_];
  if (std::ranges::find(kActionTypes, mode) == kActionTypes.end())
    fail(row, fmt::format("'{}' is no kind of interaction", mode),
         "reaction, binding, ptmod, activation, inhibition, catalysis or expression");
  row.labels.push_back(mode);
}

void PairFile::read_bare(PairRow& row) {
  if (labelled_) add_flag(fields_[2], kInteracts, row);
}

void PairFile::add_flag(std::string_view cell, std::string_view label, PairRow& row) {
  row.unlabelled |= io::is_missing(cell, io::ValueKind::name);
  if (row.unlabelled) return;
  if (!is_flag(cell)) fail(row, fmt::format("'{}' of '{}' is neither 0 nor 1", cell, label));
  if (*io::parse_number(cell) == 1) row.labels.push_back(label);
}

void PairFile::add_text_labels(std::string_view text, PairRow& row) {
  row.empty_label = io::trimmed(text).empty();
  if (row.empty_label) return;
  cut(text, ';', fields_);
  for (const std::string_view one : fields_)
    row.unlabelled |= !io::trimmed(one).empty() && io::is_missing(one, io::ValueKind::name);
  if (row.unlabelled) return;
  if (is_flag(text) && !kinds_) {
    yes_or_no_ = true;
    return add_flag(text, kInteracts, row);
  }
  if (yes_or_no_) fail(row, fmt::format("'{}' is neither 0 nor 1, as the labels before it", text));
  kinds_ = true;
  for (const std::string_view one : fields_)
    if (!io::trimmed(one).empty()) row.labels.push_back(io::trimmed(one));
}

bool PairFile::next_table_row(PairRow& row) {
  if (!table_->next(cells_)) return false;
  row.line = cells_.line;
  if (!cells_.problem.empty()) fail(row, cells_.problem);
  const auto id = [&](std::size_t column) {
    const std::string& cell = cells_.fields[column];
    return io::is_missing(cell, io::ValueKind::name) ? std::string_view() : std::string_view(cell);
  };
  row.first = id(first_);
  row.second = id(second_);
  if (label_columns_.size() == 1)
    add_text_labels(cells_.fields[label_columns_[0]], row);
  else
    for (std::size_t i = 0; i < label_columns_.size(); ++i) add_flag(cells_.fields[label_columns_[i]], known_[i], row);
  return true;
}

}  // namespace groel::interactions
