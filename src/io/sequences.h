// Sequence records read from FASTA, FASTQ, A3M, CSV and TSV, plain or compressed (gzip, bgzip, zstd), file or stdin.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace groel::io {

struct SequenceRecord {
  std::string id;        ///< first word of the header, or the id column
  std::string header;    ///< whole header line without '>' or '@' (CSV: the id)
  std::string sequence;  ///< as written, white space removed
  std::string source;    ///< file name ("stdin" for -)
  std::int64_t line = 0; ///< 1-based line on which the record starts
  std::optional<Error> error;  ///< set when this record alone is malformed; the reader goes on behind it
};

enum class SequenceFormat { automatic, fasta, fastq, csv, tsv };

struct SequenceReaderOptions {
  SequenceFormat format = SequenceFormat::automatic;  ///< automatic: by content, then by extension
  std::string id_column;        ///< CSV/TSV; empty: one of id, name, accession, entry, protein_id, … (case ignored), else the row number
  std::string sequence_column;  ///< CSV/TSV; empty: one of sequence, seq, protein, aa_seq, … (case ignored)
};

/// Reads one input in order. Errors for the input as a whole are thrown (not_found, io, bad_input: truncated
/// compression, no such column, binary file), errors of one record are in the record.
class SequenceReader {
 public:
  /// `path` "-" is stdin.
  explicit SequenceReader(const std::string& path, SequenceReaderOptions options = {});
  ~SequenceReader();
  SequenceReader(SequenceReader&&) noexcept;

  /// False at the end of the input.
  bool next(SequenceRecord& record);

  struct Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

/// Every record of several inputs, in order. An input without any record is a bad_input error naming it.
std::vector<SequenceRecord> read_sequences(const std::vector<std::string>& paths, const SequenceReaderOptions& options = {});

}  // namespace groel::io
