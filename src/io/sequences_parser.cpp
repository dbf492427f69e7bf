// Reads headers and residues, which all sequence formats share.
#include "io/sequences_parser.h"

#include <utility>

namespace groel::io {

void fail(SequenceRecord& record, std::string what, std::string remedy) {
  if (record.error) return;
  std::string where = fmt::format("{}:{}", record.source, record.line);
  if (!record.id.empty()) where += fmt::format(" ({})", record.id);
  record.error = Error(ErrorKind::bad_input, Error::Parts{std::move(what), std::move(where), std::move(remedy)});
}

void set_header(SequenceRecord& record, std::string_view line) {
  record.header = trimmed(line);
  std::size_t end = 0;
  while (end < record.header.size() && !is_blank(record.header[end])) ++end;
  record.id = record.header.substr(0, end);
  if (record.header.find('\0') != std::string::npos)
    fail(record, "the header holds a NUL byte", "is this a text file?");
}

void append_sequence(SequenceRecord& record, std::string_view line) {
  if (record.error) return;
  if (record.sequence.size() + line.size() > kLongestText)
    return fail(record, fmt::format("the sequence is longer than {} residues", kLongestText));
  bool plain = true;
  for (const char c : line) plain &= !is_blank(c) && !is_control(c);
  if (plain) {
    record.sequence += line;
    return;
  }
  for (const char c : line) {
    if (is_control(c))
      return fail(record,
                  fmt::format("the sequence holds the control character \\x{:02X} after residue {}",
                              static_cast<unsigned char>(c), record.sequence.size()),
                  "is this a text file?");
    if (!is_blank(c)) record.sequence += c;
  }
}

void require_sequence(SequenceRecord& record, ValueKind kind) {
  if (record.error) return;
  if (record.sequence.empty()) return fail(record, "the record has no sequence");
  if (!is_missing(record.sequence, kind)) return;
  const std::string shown = record.sequence.substr(0, 40);
  fail(record, fmt::format("the record has no sequence: '{}' stands for a missing value", shown),
       kind == ValueKind::record ? "for the peptide, write it in capitals" : "for the peptide, give it as FASTA");
}

bool CleanLines::next(std::string_view& line) {
  if (std::exchange(again_, false)) {
    line = line_;
    return true;
  }
  if (!lines_.next(line)) return false;
  const std::size_t front = odd_at_front(line);
  line.remove_prefix(front);
  const bool header = trimmed(line).starts_with('>');  // may end in any language
  const std::size_t back = header ? controls_at_back(line) : odd_at_back(line);
  line.remove_suffix(back);
  if (header) line = trimmed(line);
  if (front + back > 0 && notes_.odd_bytes == 0) notes_.first_odd = here();
  notes_.odd_bytes += static_cast<std::int64_t>(front + back);
  line_ = line;
  return true;
}

}  // namespace groel::io
