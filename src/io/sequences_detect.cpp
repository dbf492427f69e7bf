// Recognises sequence formats by content; extensions count only where the content leaves it open.
#include "io/sequences_detect.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "io/columns.h"
#include "io/foreign.h"
#include "io/pir.h"
#include "io/sequences_parser.h"
#include "io/table_layout.h"

namespace groel::io {
namespace {

constexpr std::size_t kHead = LineReader::kMostPeeked;

// What FASTA's reader drops at the front of a line decides nothing.
std::string_view without_odd(std::string_view head) { return trimmed(head.substr(odd_at_front(head))); }

bool is_decisive(std::string_view text) {
  return !text.empty() && (text[0] == '>' || text[0] == ';' || text[0] == '@');
}

// No more than needed, so that a pipe that is still being written to is not waited for.
std::string_view peek_head(LineReader& lines) {
  for (std::size_t want = 1;; want = std::min(2 * want, kHead)) {
    const std::string_view head = lines.peek(want);
    if (is_decisive(without_odd(head)) || head.size() < want || want == kHead) return head;
  }
}

// Of a decisive mark alone, stray control characters are the matter of their lines.
void refuse_other_kinds(std::string_view head, const std::string& label) {
  if (!is_decisive(without_odd(head))) return refuse_foreign(head, label, "sequences");
  if (const auto found = recognise_foreign(head))
    throw Error(ErrorKind::bad_input,
                Error::Parts{fmt::format("this is {}, not sequences", found->what), label, std::string(found->remedy)});
}

bool has_sequence_column(std::string_view header, char delimiter, const SequenceReaderOptions& options) {
  const std::vector<std::string> fields = split_fields(header, delimiter);
  return std::any_of(fields.begin(), fields.end(), [&](const std::string& field) {
    return options.sequence_column.empty() ? is_usual_name(field, ColumnRole::sequence)
                                           : plain_name(field) == plain_name(options.sequence_column);
  });
}

SequenceFormat table_format(char delimiter) { return delimiter == '\t' ? SequenceFormat::tsv : SequenceFormat::csv; }

std::optional<SequenceFormat> by_extension(const std::string& label) {
  std::filesystem::path path(label);
  for (const char* packed : {".gz", ".bgz", ".zst", ".zstd"})
    if (path.extension() == packed) path = path.stem();
  const std::string extension = path.extension().string();
  const std::array<std::pair<std::string_view, SequenceFormat>, 14> known{{{".csv", SequenceFormat::csv},
                                                                           {".tsv", SequenceFormat::tsv},
                                                                           {".tab", SequenceFormat::tsv},
                                                                           {".fa", SequenceFormat::fasta},
                                                                           {".pir", SequenceFormat::pir},
                                                                           {".nbrf", SequenceFormat::pir},
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
  constexpr std::size_t kLines = 20;
  const std::vector<std::string_view> lines = content_lines(text, kLines);
  const std::string_view first = lines.empty() ? std::string_view() : lines[0];
  const char delimiter = choose_delimiter(lines, {options.sequence_column, options.id_column});
  if (has_sequence_column(first, delimiter, options)) return table_format(delimiter);
  if (text.find("\n>") != std::string_view::npos || text.find("\r>") != std::string_view::npos)
    return SequenceFormat::fasta;
  if (delimiter != kNoDelimiter) return table_format(delimiter);
  if (const auto format = by_extension(label)) return *format;
  throw Error(ErrorKind::bad_input, Error::Parts{"this is not FASTA, FASTQ, CSV or TSV", label,
                                                 "start every record with a line '>name', or name the format"});
}

}  // namespace

SequenceFormat detect_format(LineReader& lines, const SequenceReaderOptions& options) {
  std::string_view head = peek_head(lines);
  refuse_other_kinds(head, lines.label());
  if (options.format != SequenceFormat::automatic) return options.format;
  std::string_view text = without_odd(head);
  if (text.empty()) return SequenceFormat::fasta;  // white space alone: no records in any format
  if (!is_decisive(text)) return by_content(text, lines.label(), options);
  if (text[0] == '@') return SequenceFormat::fastq;
  if (!is_pir_header(text)) return SequenceFormat::fasta;
  head = lines.peek(kHead);
  return looks_like_pir(without_odd(head)) ? SequenceFormat::pir : SequenceFormat::fasta;
}

}  // namespace groel::io
