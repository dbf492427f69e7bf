// Headers and residues, as all sequence formats have them.
#include "io/sequences_parser.h"

#include <array>
#include <utility>

namespace groel::io {
namespace {

enum CharacterClass : unsigned char { kResidue = 0, kSpace = 1, kControl = 2 };

constexpr std::array<unsigned char, 256> kClasses = [] {
  std::array<unsigned char, 256> classes{};
  for (std::size_t c = 0; c < 0x20; ++c) classes[c] = kControl;
  classes[0x7f] = kControl;
  for (const char c : {' ', '\t', '\n', '\v', '\f', '\r'}) classes[static_cast<unsigned char>(c)] = kSpace;
  return classes;
}();

unsigned char class_of(char c) noexcept { return kClasses[static_cast<unsigned char>(c)]; }

}  // namespace

void fail(SequenceRecord& record, std::string what, std::string remedy) {
  if (record.error) return;
  std::string where = fmt::format("{}:{}", record.source, record.line);
  if (!record.id.empty()) where += fmt::format(" ({})", record.id);
  record.error = Error(ErrorKind::bad_input, Error::Parts{std::move(what), std::move(where), std::move(remedy)});
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && class_of(text.front()) == kSpace) text.remove_prefix(1);
  while (!text.empty() && class_of(text.back()) == kSpace) text.remove_suffix(1);
  return text;
}

void set_header(SequenceRecord& record, std::string_view line) {
  record.header = trimmed(line);
  std::size_t end = 0;
  while (end < record.header.size() && class_of(record.header[end]) != kSpace) ++end;
  record.id = record.header.substr(0, end);
  if (record.header.find('\0') != std::string::npos)
    fail(record, "the header holds a NUL byte", "is this a text file?");
}

void append_sequence(SequenceRecord& record, std::string_view line) {
  if (record.error) return;
  unsigned char classes = 0;
  for (const char c : line) classes |= class_of(c);
  if (record.sequence.size() + line.size() > kLongestText)
    return fail(record, fmt::format("the sequence is longer than {} residues", kLongestText));
  if (classes == kResidue) {
    record.sequence += line;
    return;
  }
  for (const char c : line) {
    if (class_of(c) == kResidue) record.sequence += c;
    if (class_of(c) == kControl)
      return fail(record,
                  fmt::format("the sequence holds the control character \\x{:02X} behind residue {}",
                              static_cast<unsigned char>(c), record.sequence.size()),
                  "is this a text file?");
  }
}

}  // namespace groel::io
