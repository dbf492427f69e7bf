// The sequence reader: decompresses one input, recognises its format and numbers its records.
#include "io/sequences.h"

#include <utility>

#include "io/compressed.h"
#include "io/sequences_detect.h"
#include "io/sequences_lines.h"
#include "io/sequences_parser.h"

namespace groel::io {

struct SequenceReader::Impl {
  Impl(std::unique_ptr<ByteReader> bytes, const std::string& label, const SequenceReaderOptions& options)
      : lines(decompress(std::move(bytes), label), label), parser(make_parser(options)) {}

  std::unique_ptr<RecordParser> make_parser(const SequenceReaderOptions& options) {
    const SequenceFormat format = detect_format(lines, options);
    if (format == SequenceFormat::fasta) return make_fasta_parser(lines);
    if (format == SequenceFormat::fastq) return make_fastq_parser(lines);
    if (format == SequenceFormat::pir) return make_pir_parser(lines);
    return make_table_parser(lines, format == SequenceFormat::tsv ? '\t' : '\0', options);
  }

  LineReader lines;
  std::unique_ptr<RecordParser> parser;
  std::int64_t records = 0;
};

SequenceReader::SequenceReader(const std::string& path, const SequenceReaderOptions& options)
    : impl_(std::make_unique<Impl>(open_bytes(path), path == "-" ? "stdin" : path, options)) {}

SequenceReader::SequenceReader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

SequenceReader SequenceReader::from_memory(std::string_view memory, const std::string& label,
                                           const SequenceReaderOptions& options) {
  return SequenceReader(std::make_unique<Impl>(memory_bytes(memory), label, options));
}

SequenceReader::~SequenceReader() = default;
SequenceReader::SequenceReader(SequenceReader&&) noexcept = default;

bool SequenceReader::next(SequenceRecord& record) {
  record.id.clear();
  record.header.clear();
  record.sequence.clear();
  record.source = impl_->lines.label();
  record.error.reset();
  if (!impl_->parser->next(record)) return false;
  ++impl_->records;
  if (record.id.empty()) record.id = fmt::format("record_{}", impl_->records);
  return true;
}

ReadingNotes SequenceReader::notes() const { return impl_->parser->notes(); }

void ReadingNotes::add(const ReadingNotes& more) {
  if (first_odd.empty()) first_odd = more.first_odd;
  if (first_inside.empty()) first_inside = more.first_inside;
  odd_bytes += more.odd_bytes;
  headers_inside += more.headers_inside;
  comment_lines += more.comment_lines;
  missing_ids += more.missing_ids;
  others.insert(others.end(), more.others.begin(), more.others.end());
}

ReadingNotes for_each_sequence(const std::vector<std::string>& paths, const SequenceReaderOptions& options,
                               const std::function<void(SequenceRecord&)>& visit) {
  ReadingNotes notes;
  for (const std::string& path : paths) {
    SequenceReader reader(path, options);
    bool empty = true;
    for (SequenceRecord record; reader.next(record); empty = false) visit(record);
    if (empty)
      throw Error(ErrorKind::bad_input,
                  Error::Parts{"there are no sequences in it", path == "-" ? "stdin" : path, "is the file empty?"});
    notes.add(reader.notes());
  }
  return notes;
}

std::vector<SequenceRecord> read_sequences(const std::vector<std::string>& paths,
                                           const SequenceReaderOptions& options) {
  std::vector<SequenceRecord> out;
  for_each_sequence(paths, options, [&](SequenceRecord& record) { out.push_back(std::move(record)); });
  return out;
}

}  // namespace groel::io
