// Sequence records read from FASTA, FASTQ, A3M, CSV and TSV, plain or compressed (gzip, bgzip, zstd), file or stdin.
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
  std::optional<Error> error;  ///< set when this record alone is malformed; the reader goes on behind it
};

enum class SequenceFormat { automatic, fasta, fastq, csv, tsv };

struct SequenceReaderOptions {
  SequenceFormat format = SequenceFormat::automatic;  ///< automatic: by content, then by extension
  /// CSV/TSV; empty: one of id, name, accession, entry, protein_id, … (case ignored), else records are numbered
  std::string id_column{};
  /// CSV/TSV; empty: one of sequence, seq, protein, aa_seq, … (case ignored)
  std::string sequence_column{};
};

/// Reads one input in order. Errors for the input as a whole are thrown, by the constructor or by next() (not_found,
/// io, bad_input: truncated compression, no such column, folder, binary file, a line over 256 MiB). Errors of one
/// record are in the record, and the reader goes on behind it: text before the first header, no sequence, control
/// characters, over 256 Mi residues, FASTQ qualities of another length than the sequence, rows with more or fewer
/// fields than the header. In FASTA, lines that start with '#' or ';' are comments. Lines may end in \n, \r\n or \r.
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

  struct Impl;

 private:
  explicit SequenceReader(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

/// Calls `visit` with every record of several inputs, in order, malformed ones too; it may move from the record. An
/// input without any record is a bad_input error naming it.
void for_each_sequence(const std::vector<std::string>& paths, const SequenceReaderOptions& options,
                       const std::function<void(SequenceRecord&)>& visit);
/// Every record of several inputs, in order, malformed ones too. An input without any record is a bad_input error
/// naming it.
std::vector<SequenceRecord> read_sequences(const std::vector<std::string>& paths,
                                           const SequenceReaderOptions& options = {});

}  // namespace groel::io
