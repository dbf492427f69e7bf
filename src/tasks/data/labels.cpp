// groel data labels: a long list of id and label as one row per id. The list is streamed: what is kept are its ids, its
// labels and a pair of numbers per row.
#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "base/interrupt.h"
#include "formats/cell.h"
#include "io/missing.h"
#include "io/table.h"
#include "tasks/data/conditions.h"
#include "tasks/data/raw_table.h"
#include "tasks/data/text_output.h"
#include "tasks/data/verbs.h"
#include "tasks/evaluate/class_names.h"

namespace groel::tasks {
namespace {

// Texts numbered in the order in which they first occur.
class Names {
 public:
  std::uint32_t place_of(const std::string& name) {
    const auto [found, is_new] = places_.emplace(name, static_cast<std::uint32_t>(names_.size()));
    if (is_new) names_.push_back(&found->first);
    return found->second;
  }
  const std::string& name(std::uint32_t place) const { return *names_[place]; }
  std::size_t size() const { return names_.size(); }

 private:
  std::unordered_map<std::string, std::uint32_t> places_;
  std::vector<const std::string*> names_;
};

struct LongList {
  Names ids, terms;
  std::vector<std::uint64_t> pairs;  // id << 32 | term
  std::int64_t rows = 0, without = 0, passed_over = 0, repeated = 0;
};

std::size_t term_column(const io::Columns& columns, const std::string& name) {
  if (!name.empty()) return columns.named(name, "--term-column");
  for (const char* usual : {"term", "terms", "label", "labels", "go_id", "go_term"})
    if (const auto found = columns.find(usual)) return *found;
  return columns.named("term", "--term-column");
}

std::size_t id_column(const io::Columns& columns, const std::string& name) {
  if (name.empty())
    if (const auto found = columns.find("EntryID")) return *found;
  return columns.require(name, io::ColumnRole::id, "--id-column");
}

void read_rows(io::LineReader& lines, const DataOptions& options, LongList& out, Sink& sink) {
  io::TableReader reader(lines,
                         {.wanted = "a table of ids and labels", .names = {options.id_column, options.term_column}});
  const std::size_t id = id_column(reader.columns(), options.id_column);
  const std::size_t term = term_column(reader.columns(), options.term_column);
  const std::vector<Condition> conditions = conditions_of(options.where, reader.columns());
  for (io::CsvRow row; reader.next(row);) {
    if ((++out.rows & 0xFFFF) == 0) check_interrupted();
    if (!row.problem.empty()) throw Error(ErrorKind::bad_input, {row.problem, reader.where(row), {}});
    const std::string& label = row.fields[term];
    if (io::is_missing(row.fields[id], io::ValueKind::name) || io::is_missing(label, io::ValueKind::name)) {
      ++out.without;
      continue;
    }
    const bool wanted = std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
      return condition.holds(row.fields[condition.column]);
    });
    const bool stopped =
        std::find(options.stop_list.begin(), options.stop_list.end(), label) != options.stop_list.end();
    if (!wanted || stopped)
      ++out.passed_over;
    else
      out.pairs.push_back(std::uint64_t{out.ids.place_of(row.fields[id])} << 32 | out.terms.place_of(label));
  }
  for (const std::string& note : reader.notes()) sink.note(note);
}

LongList read_list(const std::vector<std::string>& paths, const DataOptions& options, Sink& sink) {
  LongList out;
  for (const std::string& path : paths) {
    const std::string label = path == "-" ? "stdin" : path;
    if (path.find(".zip") != std::string::npos) {
      const std::string text = read_bytes_of(path);
      io::LineReader lines(io::memory_bytes(text), label);
      read_rows(lines, options, out, sink);
    } else {
      io::LineReader lines(io::decompress(io::open_bytes(path), label), label);
      read_rows(lines, options, out, sink);
    }
  }
  std::sort(out.pairs.begin(), out.pairs.end());
  const auto end = std::unique(out.pairs.begin(), out.pairs.end());
  out.repeated = out.pairs.end() - end;
  out.pairs.erase(end, out.pairs.end());
  return out;
}

constexpr std::uint32_t kLeftOut = ~std::uint32_t{0};

// The column of each term; kLeftOut for those that are too rare. Columns are in order of their names.
struct TermColumns {
  std::vector<std::uint32_t> of_term;
  std::vector<std::string> names;
  std::size_t rare = 0;
};

TermColumns columns_of(const LongList& list, std::int64_t min_count) {
  std::vector<std::int64_t> counts(list.terms.size());
  for (const std::uint64_t pair : list.pairs) ++counts[static_cast<std::uint32_t>(pair)];
  TermColumns out{std::vector<std::uint32_t>(counts.size(), kLeftOut), {}, 0};
  std::unordered_map<std::string_view, std::uint32_t> terms;
  for (std::uint32_t term = 0; term < counts.size(); ++term) {
    if (counts[term] < min_count) {
      ++out.rare;
      continue;
    }
    terms.emplace(list.terms.name(term), term);
    out.names.push_back(list.terms.name(term));
  }
  out.names = ordered_classes(std::move(out.names));
  for (std::uint32_t column = 0; column < out.names.size(); ++column) out.of_term[terms.at(out.names[column])] = column;
  return out;
}

// Writes rows of 0 and 1, or of labels.
class RowWriter {
 public:
  RowWriter(const DataOptions& options, const TermColumns& terms, TextOutput& output)
      : lists_(options.form == "lists"), terms_(terms), output_(output) {
    const bool tabs = options.output && without_compression(*options.output).extension() == ".tsv";
    delimiter_ = tabs ? '\t' : ',';
    zeros_.resize(terms.names.size() * 2);
    for (std::size_t i = 0; i < zeros_.size(); i += 2) {
      zeros_[i] = delimiter_;
      zeros_[i + 1] = '0';
    }
    text_ = "id";
    if (lists_) text_ += fmt::format("{}labels", delimiter_);
    for (std::size_t i = 0; !lists_ && i < terms.names.size(); ++i)
      (text_ += delimiter_) += formats::cell_text(terms.names[i]);
    text_ += '\n';
  }

  void add(const std::string& id, std::vector<std::uint32_t>& columns) {
    std::sort(columns.begin(), columns.end());
    text_ += formats::cell_text(id);
    const std::size_t begin = text_.size();
    if (!lists_) {
      text_ += zeros_;
      for (const std::uint32_t column : columns) text_[begin + 2 * std::size_t{column} + 1] = '1';
    } else {
      text_ += delimiter_;
      for (std::size_t i = 0; i < columns.size(); ++i) (text_ += i > 0 ? ";" : "") += terms_.names[columns[i]];
    }
    text_ += '\n';
    if (text_.size() > (std::size_t{1} << 20)) flush();
  }
  void flush() {
    output_.add(text_);
    text_.clear();
  }

 private:
  bool lists_;
  const TermColumns& terms_;
  TextOutput& output_;
  char delimiter_ = ',';
  std::string zeros_, text_;
};

}  // namespace

void label_data(const DataOptions& options, Context& context) {
  TextOutput output(options, context.out);
  const LongList list = read_list(options.files(1, 1000), options, context.sink);
  const TermColumns terms = columns_of(list, options.min_count);
  if (terms.names.empty())
    throw Error(ErrorKind::bad_input, {fmt::format("none of {} is left", counted(list.terms.size(), "label")),
                                       {},
                                       "look at --min-count, --where and --stop-list"});
  RowWriter writer(options, terms, output);
  std::size_t proteins = 0, labels = 0, unlabelled = 0;
  std::vector<std::uint32_t> columns;
  for (std::size_t at = 0; at < list.pairs.size();) {
    const auto id = static_cast<std::uint32_t>(list.pairs[at] >> 32);
    columns.clear();
    for (; at < list.pairs.size() && list.pairs[at] >> 32 == id; ++at)
      if (const std::uint32_t column = terms.of_term[static_cast<std::uint32_t>(list.pairs[at])]; column != kLeftOut)
        columns.push_back(column);
    if (columns.empty()) {
      ++unlabelled;
      continue;
    }
    writer.add(list.ids.name(id), columns);
    ++proteins;
    labels += columns.size();
  }
  writer.flush();
  output.finish();
  context.sink.note(fmt::format("{} of {} rows give {} with {}, {:.2f} each", list.pairs.size(), list.rows,
                                counted(proteins, "protein"), counted(terms.names.size(), "label"),
                                static_cast<double>(labels) / static_cast<double>(proteins)));
  const auto tell = [&](std::int64_t count, const std::string& what) {
    if (count > 0) context.sink.note(fmt::format("{} {}", counted(count, "row"), what));
  };
  tell(list.passed_over, "left out by --where or --stop-list");
  tell(list.without, "without an id or a label left out");
  tell(list.repeated, "repeated an earlier one");
  if (terms.rare > 0)
    context.sink.note(fmt::format("{} with fewer than {} rows left out, and {} with no other",
                                  counted(terms.rare, "label"), options.min_count, counted(unlabelled, "protein")));
}

}  // namespace groel::tasks
