// Reads the sequences of proteins by id.
#include "interactions/sequences.h"

#include <algorithm>

#include "base/error.h"
#include "base/words.h"
#include "io/columns.h"
#include "io/compressed.h"
#include "io/sequences.h"
#include "io/sequences_lines.h"
#include "io/table_layout.h"

namespace groel::interactions {
namespace {

bool is_sequence(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= 'A' && c <= 'Z') || c == '*'; });
}

// Two fields with a tab between, of which the second is a sequence and the first the name of no column.
bool is_dictionary(std::string_view line) {
  const std::size_t tab = line.find('\t');
  if (tab == std::string_view::npos || tab == 0 || line.front() == '>') return false;
  const std::string_view id = line.substr(0, tab), rest = line.substr(tab + 1);
  return is_sequence(rest) && !io::is_usual_name(id) && !io::is_usual_name(rest);
}

}  // namespace

ProteinSequences::ProteinSequences(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (read_dictionary(path)) continue;
    io::for_each_sequence({path}, {}, [&](io::SequenceRecord& record) {
      if (record.error) {
        if (unreadable_++ == 0) first_unreadable_ = record.error->what();
        return;
      }
      add(record.id, std::move(record.sequence), fmt::format("{}:{}", record.source, record.line));
    });
  }
  if (unreadable_ > 0)
    notes_.push_back(fmt::format("{} cannot be read and left out (the first: {})",
                                 counted(unreadable_, "record of sequences", "records of sequences"),
                                 first_unreadable_));
  if (repeated_ > 0) notes_.push_back(fmt::format("{} had the same sequence again", counted(repeated_, "id")));
}

bool ProteinSequences::read_dictionary(const std::string& path) {
  if (path == "-") return false;
  io::LineReader lines(io::decompress(io::open_bytes(path), path), path);
  const auto first = io::content_lines(lines.peek(io::LineReader::kMostPeeked), 1);
  if (first.empty() || !is_dictionary(first[0])) return false;
  std::string_view line;
  while (lines.next(line)) {
    if (line.empty()) continue;
    const std::size_t tab = line.find('\t');
    const std::string where = fmt::format("{}:{}", path, lines.number());
    if (tab == std::string_view::npos)
      throw Error(ErrorKind::bad_input, {"a line without a tab", where, "id, tab, sequence"});
    add(line.substr(0, tab), std::string(line.substr(tab + 1)), where);
  }
  return true;
}

void ProteinSequences::name(std::string_view id, std::size_t record, const std::string& where) {
  const std::uint32_t place = ids_.place_of(id);
  if (place == records_.size()) return records_.push_back(record);
  if (sequences_[records_[place]] != sequences_[record])
    throw Error(ErrorKind::bad_input, {fmt::format("'{}' has another sequence before", id), where, "keep one of them"});
  ++repeated_;
}

void ProteinSequences::add(std::string_view id, std::string sequence, const std::string& where) {
  sequences_.push_back(std::move(sequence));
  name(id, sequences_.size() - 1, where);
  const std::size_t bar = id.find('|'), end = bar == std::string_view::npos ? bar : id.find('|', bar + 1);
  if (end != std::string_view::npos && end > bar + 1)
    name(id.substr(bar + 1, end - bar - 1), sequences_.size() - 1, where);
}

}  // namespace groel::interactions
