// Sequence records read from FASTA, FASTQ, A3M, PIR, CSV and TSV, plain or compressed (gzip, bgzip, zstd), file or
// stdin.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace groel::io {

struct SequenceRecord {
  std::string id;  ///< first word of the header, or the id column; if that is empty "record_N", the Nth of the input
  std::string header;     ///< whole header line without '>' or '@' and outer white space (CSV: the id); may be empty
  std::string sequence;   ///< as written, white space removed; not to be used when there is an error
  std::string source;     ///< file name ("stdin" for -)
  std::int64_t line = 0;  ///< 1-based line on which the record starts
  std::optional<Error> error;  ///< set when this record alone is malformed; the reader goes on after it
};

enum class SequenceFormat { automatic, fasta, fastq, csv, tsv, pir };

struct SequenceReaderOptions {
  SequenceFormat format = SequenceFormat::automatic;  ///< automatic: by content, then by extension
  /// CSV/TSV; empty: one of id, name, accession, entry, protein_id, … (case ignored), else records are numbered
  std::string id_column{};
  /// CSV/TSV; empty: one of sequence, seq, protein, aa_seq, … (case ignored)
  std::string sequence_column{};
};

/// What a reader passed over or read as something else than it is written; to be said.
struct ReadingNotes {
  std::int64_t odd_bytes = 0;               ///< control characters and the like at the ends of lines, dropped
  std::int64_t headers_inside = 0;          ///< '>' inside a line of sequence: a record begins there
  std::int64_t comment_lines = 0;           ///< with '#' or ';' in FASTA
  std::int64_t missing_ids = 0;             ///< ids of tables that stand for nothing (NA, nan): the record is numbered
  std::string first_odd{}, first_inside{};  ///< "file.fasta:12"
  std::vector<std::string> others{};        ///< sentences

  void add(const ReadingNotes& more);
};

/// Reads one input in order. Errors for the input as a whole are thrown, by the constructor or by next() (not_found,
/// io, bad_input: truncated compression, no such column, folder, file of another kind, a line over 256 MiB). Errors of
/// one record are in the record, and the reader goes on after it: text before the first header, no sequence or a
/// missing value for one, control characters inside a line, over 256 Mi residues, FASTQ qualities of another length
/// than the sequence, rows with more or fewer fields than the header. In FASTA, lines that start with '#' or ';' are
/// comments, odd bytes at the ends of lines are dropped, and a '>' inside a line of sequence begins a record; notes()
/// counts these. PIR (NBRF) is read, too. Lines may end in \n, \r\n or \r.
class SequenceReader {
 public:
  /// `path` "-" is stdin.
  explicit SequenceReader(const std::string& path, const SequenceReaderOptions& options = {});
  /// Reads `memory`, which must outlive the reader and may be compressed; `label` is the source of its records.
  static SequenceReader from_memory(std::string_view memory, const std::string& label,
                                    const SequenceReaderOptions& options = {});
  ~SequenceReader();
  SequenceReader(SequenceReader&&) noexcept;

  /// False at the end of the input.
  bool next(SequenceRecord& record);
  /// Of what was read so far.
  ReadingNotes notes() const;

  struct Impl;

 private:
  explicit SequenceReader(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

/// Calls `visit` with every record of several inputs, in order, malformed ones too; it may move from the record.
/// Returns the notes of all. An input without any record is a bad_input error naming it.
ReadingNotes for_each_sequence(const std::vector<std::string>& paths, const SequenceReaderOptions& options,
                               const std::function<void(SequenceRecord&)>& visit);

/// The records that for_each_sequence gives.
std::vector<SequenceRecord> read_sequences(const std::vector<std::string>& paths,
                                           const SequenceReaderOptions& options = {});

}  // namespace groel::io
