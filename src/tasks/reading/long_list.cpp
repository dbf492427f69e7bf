// Reads long lists, by their header or by what their rows look like.
#include "tasks/reading/long_list.h"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.h"
#include "base/interrupt.h"
#include "io/missing.h"
#include "io/table.h"
#include "tasks/data/raw_table.h"

namespace groel::tasks {
namespace {

using Fields = std::vector<std::string>;

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

std::optional<std::size_t> score_column(const io::Columns& columns, ListReading::Scores scores) {
  if (scores == ListReading::Scores::none) return std::nullopt;
  for (const char* usual : {"score", "probability", "prob", "confidence", "prediction"})
    if (const auto found = columns.find(usual)) return found;
  if (scores == ListReading::Scores::optional) return std::nullopt;
  throw Error(ErrorKind::bad_input, {"no column of scores", columns.where,
                                     fmt::format("call one score; the columns are {}", io::listed(columns.names))});
}

// The words of a line without a header, at blanks, tabs, commas or semicolons.
void cut(std::string_view line, Fields& out) {
  std::size_t count = 0;
  for (std::size_t at = line.find_first_not_of(" \t,;"); at < line.size(); at = line.find_first_not_of(" \t,;", at)) {
    const std::size_t end = std::min(line.find_first_of(" \t,;", at), line.size());
    if (count == out.size()) out.emplace_back();
    out[count++].assign(line.substr(at, end - at));
    at = end;
  }
  out.resize(count);
}

bool is_keyword(const std::string& word) {
  static constexpr std::array<const char*, 6> kWords{"AUTHOR", "MODEL", "KEYWORDS", "ACCURACY", "REMARK", "END"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

// Whether rows begin at once: the first line that is no keyword has a term in second place.
bool is_bare(io::LineReader& lines) {
  const std::string_view head = lines.peek(io::LineReader::kMostPeeked);
  Fields fields;
  for (std::size_t at = 0; at < head.size();) {
    const std::size_t end = std::min(head.find_first_of("\r\n", at), head.size());
    cut(head.substr(at, end - at), fields);
    at = end + 1;
    if (fields.empty() || fields[0].starts_with('#') || is_keyword(fields[0])) continue;
    return fields.size() > 1 && is_term_id(fields[1]);
  }
  return false;
}

class Lists {
 public:
  Lists(const ListReading& how, const std::function<void(const ListRow&)>& visit, Sink& sink)
      : how_(how), visit_(visit), sink_(sink) {}

  void read(io::LineReader& lines) { is_bare(lines) ? read_bare(lines) : read_table(lines); }
  std::int64_t without() const { return without_; }

 private:
  void read_bare(io::LineReader& lines) {
    const bool scores = how_.scores != ListReading::Scores::none;
    if (how_.opened) how_.opened({{"id", "term", "score"}, lines.label()});
    Fields fields;
    std::string_view line;
    while (lines.next(line)) {
      cut(line, fields);
      if (fields.empty() || fields[0].starts_with('#') || is_keyword(fields[0])) continue;
      const auto where = [&] { return fmt::format("{}:{}", lines.label(), lines.number()); };
      if (fields.size() < 2) throw Error(ErrorKind::bad_input, {"a row without a term", where(), {}});
      if (fields.size() < 3 && how_.scores == ListReading::Scores::required)
        throw Error(ErrorKind::bad_input, {"a row without a score", where(), "protein, term and score"});
      hand_over({fields, fields[0], fields[1], scores && fields.size() > 2 ? &fields[2] : nullptr, lines.label(),
                 lines.number()});
    }
  }

  void read_table(io::LineReader& lines) {
    io::TableReader reader(lines, {.wanted = "a table of ids and labels", .names = {how_.id_column, how_.term_column}});
    const std::size_t id = id_column(reader.columns(), how_.id_column);
    const std::size_t term = term_column(reader.columns(), how_.term_column);
    const auto score = score_column(reader.columns(), how_.scores);
    if (how_.opened) how_.opened(reader.columns());
    for (io::CsvRow row; reader.next(row);) {
      if (!row.problem.empty()) throw Error(ErrorKind::bad_input, {row.problem, reader.where(row), {}});
      hand_over({row.fields, row.fields[id], row.fields[term], score ? &row.fields[*score] : nullptr, lines.label(),
                 row.line});
    }
    for (const std::string& note : reader.notes()) sink_.note(note);
  }

  void hand_over(const ListRow& row) {
    if ((++rows_ & 0xFFFF) == 0) check_interrupted();
    if (io::is_missing(row.id, io::ValueKind::name) || io::is_missing(row.term, io::ValueKind::name))
      ++without_;
    else
      visit_(row);
  }

  const ListReading& how_;
  const std::function<void(const ListRow&)>& visit_;
  Sink& sink_;
  std::int64_t rows_ = 0, without_ = 0;
};

}  // namespace

bool is_term_id(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos || colon + 1 == text.size()) return false;
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  const std::string_view name = text.substr(0, colon), number = text.substr(colon + 1);
  return std::all_of(name.begin(), name.end(), is_word) && std::all_of(number.begin(), number.end(), is_word) &&
         std::any_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::int64_t read_lists(const ListReading& how, const std::function<void(const ListRow&)>& visit, Sink& sink) {
  Lists lists(how, visit, sink);
  for (const std::string& path : how.paths) {
    const std::string label = path == "-" ? "stdin" : path;
    if (path.find(".zip") != std::string::npos) {
      const std::string text = read_bytes_of(path);
      io::LineReader lines(io::memory_bytes(text), label);
      lists.read(lines);
    } else {
      io::LineReader lines(io::decompress(io::open_bytes(path), label), label);
      lists.read(lines);
    }
  }
  return lists.without();
}

}  // namespace groel::tasks
