// Reads proteins from files, as commands do.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "groel/error.h"

namespace groel {

class Model;

struct ProteinRecord {
  std::string id;              ///< first word of the header, or the id column; else "record_N"
  std::string header;          ///< whole, without '>'; may be empty
  std::string sequence;        ///< as written, white space removed; not to be used when there is an error
  std::string source;          ///< the file
  std::int64_t line = 0;       ///< that it starts on, from 1
  std::optional<Error> error;  ///< this record alone is malformed; the next ones may be read
};

/// FASTA, FASTQ, A3M, PIR, CSV or TSV, plain or compressed, in order and one at a time. Errors are of the file as a
/// whole: not_found, io, bad_input (also where there is no record in it).
class RecordReader {
 public:
  /// "-": stdin.
  explicit RecordReader(const std::string& path);
  /// For a model, whose session's sink is told at the end of the file what was passed over or read as something else.
  /// Where it reads alignments, one (.a3m, .a2m) is one record, as of `groel embed` without options.
  RecordReader(const std::string& path, const Model& model);
  ~RecordReader();
  RecordReader(RecordReader&&) noexcept;

  /// False at the end of the file.
  bool next(ProteinRecord& record);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace groel
