// Formats told apart by content; extensions only where content leaves it open.
#include "io/sequences_detect.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "io/sequences_parser.h"

namespace groel::io {
namespace {

constexpr std::size_t kHead = LineReader::kMostPeeked;

char first_mark(std::string_view head) {
  const std::string_view text = trimmed(head);
  return text.empty() ? '\0' : text[0];
}

bool is_decisive(char mark) { return mark == '>' || mark == ';' || mark == '@'; }

// No more than needed, so that a pipe that is still being written to is not waited for.
std::string_view peek_head(LineReader& lines) {
  for (std::size_t want = 1;; want = std::min(2 * want, kHead)) {
    const std::string_view head = lines.peek(want);
    if (is_decisive(first_mark(head)) || head.size() < want || want == kHead) return head;
  }
}

struct Magic {
  std::string_view bytes, what, remedy;
};
constexpr std::string_view kDecompress = "decompress it first";
constexpr std::array<Magic, 8> kMagics{{
    {"\x89HDF", "an HDF5 file", "name a file of sequences"},
    {"\x89PNG", "a PNG image", "name a file of sequences"},
    {"%PDF", "a PDF document", "name a file of sequences"},
    {"PK\x03\x04", "a ZIP archive", kDecompress},
    {"BZh", "compressed with bzip2", kDecompress},
    {"\xFD"
     "7zXZ",
     "compressed with xz", kDecompress},
    {"\xFF\xFE", "UTF-16 text", "save it as UTF-8"},
    {"\xFE\xFF", "UTF-16 text", "save it as UTF-8"},
}};

bool is_text(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 ? byte != 0x7f : (byte >= '\t' && byte <= '\r') || byte == 0x1b;
}

// A stray control character is the matter of its record; what is not text at all has NULs or many others.
bool looks_binary(std::string_view head) {
  constexpr std::size_t kLookedAt = 4096;
  const std::string_view text = head.substr(0, kLookedAt);
  const auto others = text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_text));
  return text.find('\0') != std::string_view::npos || others > text.size() / 20;
}

void refuse_binary(std::string_view head, const std::string& label) {
  if (!looks_binary(head)) return;
  Magic found{"", "a binary file", "name a FASTA, FASTQ, A3M, CSV or TSV file"};
  for (const Magic& magic : kMagics)
    if (head.starts_with(magic.bytes)) found = magic;
  throw Error(ErrorKind::bad_input,
              Error::Parts{fmt::format("this is {}, not sequences", found.what), label, std::string(found.remedy)});
}

std::string_view first_line(std::string_view text) { return text.substr(0, text.find_first_of("\r\n")); }

std::optional<SequenceFormat> by_header_row(std::string_view line, const SequenceReaderOptions& options) {
  for (const char delimiter : {',', ';', '\t'})
    if (names_sequence_column(line, delimiter, options))
      return delimiter == '\t' ? SequenceFormat::tsv : SequenceFormat::csv;
  return std::nullopt;
}

std::optional<SequenceFormat> by_extension(const std::string& label) {
  std::filesystem::path path(label);
  for (const char* packed : {".gz", ".bgz", ".zst", ".zstd"})
    if (path.extension() == packed) path = path.stem();
  const std::string extension = path.extension().string();
  const std::array<std::pair<std::string_view, SequenceFormat>, 12> known{{{".csv", SequenceFormat::csv},
                                                                           {".tsv", SequenceFormat::tsv},
                                                                           {".tab", SequenceFormat::tsv},
                                                                           {".fa", SequenceFormat::fasta},
                                                                           {".fas", SequenceFormat::fasta},
                                                                           {".faa", SequenceFormat::fasta},
                                                                           {".fasta", SequenceFormat::fasta},
                                                                           {".afa", SequenceFormat::fasta},
                                                                           {".a2m", SequenceFormat::fasta},
                                                                           {".a3m", SequenceFormat::fasta},
                                                                           {".fq", SequenceFormat::fastq},
                                                                           {".fastq", SequenceFormat::fastq}}};
  for (const auto& [name, format] : known)
    if (extension == name) return format;
  return std::nullopt;
}

SequenceFormat by_content(std::string_view text, const std::string& label, const SequenceReaderOptions& options) {
  const std::string_view line = first_line(text);
  if (const auto table = by_header_row(line, options)) return *table;
  if (text.find("\n>") != std::string_view::npos || text.find("\r>") != std::string_view::npos)
    return SequenceFormat::fasta;
  if (line.find('\t') != std::string_view::npos) return SequenceFormat::tsv;
  if (line.find(',') != std::string_view::npos) return SequenceFormat::csv;
  if (const auto format = by_extension(label)) return *format;
  throw Error(ErrorKind::bad_input, Error::Parts{"this is not FASTA, FASTQ, CSV or TSV", label,
                                                 "start every record with a line '>name', or name the format"});
}

}  // namespace

SequenceFormat detect_format(LineReader& lines, const SequenceReaderOptions& options) {
  const std::string_view head = peek_head(lines);
  const char mark = first_mark(head);
  if (!is_decisive(mark)) refuse_binary(head, lines.label());
  if (options.format != SequenceFormat::automatic) return options.format;
  if (is_decisive(mark)) return mark == '@' ? SequenceFormat::fastq : SequenceFormat::fasta;
  if (trimmed(head).empty()) return SequenceFormat::fasta;  // white space alone: no records in any format
  return by_content(trimmed(head), lines.label(), options);
}

char detect_delimiter(LineReader& lines, SequenceFormat format) {
  if (format == SequenceFormat::tsv) return '\t';
  const std::string_view line = first_line(trimmed(lines.peek(kHead)));
  const bool semicolons = line.find(',') == std::string_view::npos && line.find(';') != std::string_view::npos;
  return semicolons ? ';' : ',';
}

}  // namespace groel::io
