// groel data join: columns of further files beside the rows of a first one, by id.
#include <algorithm>
#include <filesystem>
#include <unordered_map>
#include <unordered_set>

#include "io/missing.h"
#include "tasks/data/raw_table.h"
#include "tasks/data/row_stream.h"
#include "tasks/data/row_text.h"
#include "tasks/data/text_output.h"
#include "tasks/data/verbs.h"

namespace groel::tasks {
namespace {

constexpr std::size_t kShownIds = 5;

// By its name, where this file has it, else by the name that such columns usually have.
std::size_t id_of(const io::Columns& columns, const std::string& name) {
  if (!name.empty())
    if (const auto found = columns.find(name)) return *found;
  if (const auto entry = columns.find("EntryID")) return *entry;
  if (const auto usual = columns.usual(io::ColumnRole::id)) return *usual;
  return columns.require(name, io::ColumnRole::id, "--id-column");
}

// "sp|P69905|HBA_HUMAN" is known by its accession, too.
std::string accession_of(const std::string& id) {
  const std::size_t first = id.find('|'), second = first == std::string::npos ? first : id.find('|', first + 1);
  return second == std::string::npos ? id : id.substr(first + 1, second - first - 1);
}

bool is_missing_id(const std::string& id) { return io::is_missing(id, io::ValueKind::name); }

void tell_without_id(std::int64_t rows, const std::string& source, Sink& sink) {
  if (rows > 0)
    sink.warning(fmt::format("{}: {} without an id, and so without a partner", source, counted(rows, "row")));
}

// Ids without a partner: each once, of a long list that repeats them, too.
class LonelyIds {
 public:
  void add(const std::string& id) {
    ++rows_;
    if (known_.insert(id).second && shown_.size() < kShownIds) shown_.push_back(id);
  }

  void tell(const std::string& source, Sink& sink) const {
    if (rows_ == 0) return;
    std::string list = listed(shown_);
    if (known_.size() > shown_.size()) list += fmt::format(" and {} more", known_.size() - shown_.size());
    const std::string rows = rows_ == known_.size() ? "" : fmt::format(" ({})", counted(rows_, "row"));
    sink.warning(fmt::format("{}{} of {} in this file alone: {}", counted(known_.size(), "id"), rows, source, list));
  }

 private:
  std::size_t rows_ = 0;
  std::unordered_set<std::string> known_;
  std::vector<std::string> shown_;
};

// A further file, whose rows are found by their ids.
class Partner {
 public:
  Partner(RawTable table, const std::string& id_column)
      : table_(std::move(table)), id_(id_of(table_.columns, id_column)), used_(table_.rows.size()) {
    for (std::size_t row = 0; row < table_.rows.size(); ++row) {
      const std::string& name = table_.cells[id_][row];
      if (is_missing_id(name)) {
        ++without_id_;
        continue;
      }
      if (!rows_.emplace(name, row).second) ++repeated_;
      if (const std::string accession = accession_of(name); accession != name) rows_.emplace(accession, row);
    }
  }

  const RawTable& table() const { return table_; }
  std::size_t id() const { return id_; }
  LonelyIds& others_alone() { return others_alone_; }
  bool matched() const { return std::find(used_.begin(), used_.end(), true) != used_.end(); }

  /// Puts the cells beside those of `id`. -> false where there is no such row.
  bool add_to(std::vector<std::string>& cells, const std::string& id) {
    auto found = rows_.find(id);
    if (found == rows_.end()) found = rows_.find(accession_of(id));
    if (found == rows_.end()) return false;
    used_[found->second] = true;
    for (std::size_t c = 0; c < table_.cells.size(); ++c)
      if (c != id_) cells.push_back(table_.cells[c][found->second]);
    return true;
  }

  void tell(const std::string& others, Sink& sink) const {
    LonelyIds unused;
    for (std::size_t row = 0; row < used_.size(); ++row)
      if (!used_[row] && !is_missing_id(table_.cells[id_][row]) && rows_.at(table_.cells[id_][row]) == row)
        unused.add(table_.cells[id_][row]);
    others_alone_.tell(others, sink);
    unused.tell(table_.source, sink);
    tell_without_id(without_id_, table_.source, sink);
    if (repeated_ > 0)
      sink.warning(
          fmt::format("{}: {} repeated an earlier id, whose row is used", table_.source, counted(repeated_, "row")));
    if (!matched()) throw Error(ErrorKind::bad_input, {"no id is in both files", others, "look at --id-column"});
  }

 private:
  RawTable table_;
  std::size_t id_;
  std::unordered_map<std::string, std::size_t> rows_;
  std::int64_t repeated_ = 0, without_id_ = 0;
  std::vector<bool> used_;
  LonelyIds others_alone_;
};

// A column that is there already is called after its file: `mask` for the sequences of mask.fasta.
std::string new_name(const std::vector<std::string>& names, const std::string& name, const RawTable& table,
                     Sink& sink) {
  const auto is_there = [&](const std::string& one) {
    return std::find(names.begin(), names.end(), one) != names.end();
  };
  if (!is_there(name)) return name;
  const std::string stem = without_compression(std::filesystem::path(table.source).filename()).stem().string();
  const std::string other = table.fasta && name == "sequence" && !is_there(stem) ? stem : name + "_" + stem;
  if (is_there(other))
    throw Error(ErrorKind::bad_input, {fmt::format("a column '{}' is in an earlier file, too", name), table.source,
                                       "give one of them another name: groel data filter --rename OLD=NEW"});
  sink.note(fmt::format("column '{}' of {} is called '{}', as an earlier file has one of its name", name, table.source,
                        other));
  return other;
}

// The rows of the first file pass by; the other files are in memory.
class Join {
 public:
  Join(const std::vector<std::string>& files, const DataOptions& options, Context& context)
      : options_(options), context_(context), first_(files[0], context.sink) {
    for (std::size_t i = 1; i < files.size(); ++i)
      partners_.emplace_back(read_raw_table(files[i], all_columns, context.sink), options.id_column);
    check_id_column();
    id_ = id_of(first_.columns(), options.id_column);
  }

  io::Columns columns() const {
    std::string sources = first_.source();
    std::vector<std::string> names = first_.columns().names;
    for (const Partner& partner : partners_) {
      const std::vector<std::string>& own = partner.table().columns.names;
      for (std::size_t c = 0; c < own.size(); ++c)
        if (c != partner.id()) names.push_back(new_name(names, own[c], partner.table(), context_.sink));
      sources += ", " + partner.table().source;
    }
    return {std::move(names), std::move(sources)};
  }

  /// Rows without a partner leave, unless all are kept. -> how many stay.
  std::int64_t write_rows(TextOutput& output, char delimiter) {
    std::int64_t kept = 0;
    for (std::vector<std::string> cells; first_.next(cells);) {
      if (!complete(cells)) continue;
      output.add(row_text(cells, delimiter));
      ++kept;
    }
    return kept;
  }

  void tell(std::int64_t kept) const {
    std::string others = first_.source();
    tell_without_id(without_id_, others, context_.sink);
    for (const Partner& partner : partners_) {
      partner.tell(others, context_.sink);
      others += ", " + partner.table().source;
    }
    context_.sink.note(fmt::format("{} of {} kept", kept, counted(first_.count(), "row")));
  }

 private:
  // A name that no file has must not be passed over; one that some file has need not be in the others.
  void check_id_column() const {
    if (options_.id_column.empty()) return;
    std::vector<const io::Columns*> without;
    const auto look = [&](const io::Columns& columns) {
      if (!columns.find(options_.id_column)) without.push_back(&columns);
    };
    look(first_.columns());
    for (const Partner& partner : partners_) look(partner.table().columns);
    if (without.size() == partners_.size() + 1) first_.columns().named(options_.id_column, "--id-column");
    for (const io::Columns* columns : without)
      context_.sink.note(fmt::format("{} has no column '{}': its ids are those of '{}'", columns->where,
                                     options_.id_column, columns->names[id_of(*columns, {})]));
  }

  // Puts the partners' cells beside a row's. -> whether the row stays.
  bool complete(std::vector<std::string>& cells) {
    const std::string id = cells[id_];
    const bool missing = is_missing_id(id);
    without_id_ += missing ? 1 : 0;
    std::size_t width = cells.size();
    for (Partner& partner : partners_) {
      const bool found = !missing && partner.add_to(cells, id);
      if (!found && !missing) partner.others_alone().add(id);
      if (!found && options_.keep == "matched") return false;
      width += partner.table().cells.size() - 1;
      cells.resize(width);
    }
    return true;
  }

  const DataOptions& options_;
  Context& context_;
  RowStream first_;
  std::vector<Partner> partners_;
  std::size_t id_ = 0;
  std::int64_t without_id_ = 0;  // of the first file
};

}  // namespace

void join_data(const DataOptions& options, Context& context) {
  const std::vector<std::string> files = options.files(2, 100);
  TextOutput output(options, context.out);
  Join join(files, options, context);
  io::Columns columns = join.columns();
  rename_columns(columns, options);
  const char delimiter = delimiter_for(options);
  output.add(row_text(columns.names, delimiter));
  const std::int64_t kept = join.write_rows(output, delimiter);
  join.tell(kept);
  output.finish();
}

}  // namespace groel::tasks
