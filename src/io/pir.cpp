// Reads PIR (NBRF): ">P1;CODE", a line of description, the sequence, and a '*' that ends it.
#include <algorithm>
#include <utility>

#include "io/pir.h"
#include "io/sequences_parser.h"

namespace groel::io {
namespace {

constexpr std::string_view kPirTypes[]{"P1;", "F1;", "DL;", "DC;", "RL;", "RC;", "N1;", "N3;", "XX;"};

bool is_protein(std::string_view header) { return header.starts_with("P1;") || header.starts_with("F1;"); }

// A description that was left out, so that sequence is in its place.
bool is_sequence(std::string_view line) {
  constexpr std::size_t kSure = 20;
  line = trimmed(line);
  return line.ends_with('*') ||
         (line.size() >= kSure && line.find_first_not_of("ABCDEFGHIKLMNPQRSTUVWXYZ-*/") == std::string_view::npos);
}

class PirParser final : public RecordParser {
 public:
  explicit PirParser(LineReader& lines) : lines_(lines) {}

  bool next(SequenceRecord& record) override {
    std::string_view line;
    do {
      if (!lines_.next(line)) return false;
    } while (trimmed(line).empty());
    record.line = lines_.number();
    if (is_pir_header(line)) {
      read_head(record, line.substr(1));
    } else if (line.starts_with('>')) {
      set_header(record, line.substr(1));
      fail(record, "not a header of PIR", "write '>P1;CODE', as in the records before");
    } else {
      fail(record, "text between records",
           "in PIR a record is '>P1;CODE', a description, and a sequence that '*' ends");
    }
    read_sequence(record);
    return true;
  }

  ReadingNotes notes() const override {
    ReadingNotes out = lines_.notes();
    out.others.emplace_back("read as PIR (NBRF): the line after each header is its description");
    return out;
  }

 private:
  void read_head(SequenceRecord& record, std::string_view header) {
    const std::string type(header.substr(0, 2));
    const bool protein = is_protein(header);
    set_header(record, header.substr(3));
    if (!protein)
      fail(record, fmt::format("the record is of type {}, which is no protein", type), "translate it first");
    std::string_view line;
    if (!lines_.next(line)) return;
    if (line.starts_with('>') || is_sequence(line)) return lines_.unread();
    if (const std::string_view text = trimmed(line); !text.empty()) record.header += " " + std::string(text);
  }

  void read_sequence(SequenceRecord& record) {
    for (std::string_view line; lines_.next(line);) {
      if (line.starts_with('>')) {
        lines_.unread();
        return fail(record, "no '*' ends the sequence", "is it complete? In PIR a '*' ends each sequence");
      }
      const std::size_t star = line.find('*');
      append_sequence(record, line.substr(0, star));
      if (star == std::string_view::npos) continue;
      if (!trimmed(line.substr(star + 1)).empty()) fail(record, "text follows the '*' that ends the sequence");
      return require_sequence(record, ValueKind::record);
    }
    fail(record, "no '*' ends the sequence", "the file may have been cut short");
  }

  CleanLines lines_;
};

}  // namespace

bool is_pir_header(std::string_view line) {
  if (!line.starts_with('>')) return false;
  for (const std::string_view type : kPirTypes)
    if (line.substr(1).starts_with(type)) return true;
  return false;
}

bool looks_like_pir(std::string_view head) {
  if (!is_pir_header(head)) return false;
  const std::size_t next = std::min(head.find("\n>"), head.find("\r>"));
  const std::string_view record = trimmed(head.substr(0, next));
  return record.ends_with('*') || record.find("*\n") != std::string_view::npos;
}

std::unique_ptr<RecordParser> make_pir_parser(LineReader& lines) { return std::make_unique<PirParser>(lines); }

}  // namespace groel::io
