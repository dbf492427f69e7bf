// All records as a few large arrays, for the formats that are a set of named arrays (NPZ, safetensors).
#pragma once

#include "base/dtype.h"
#include "formats/error_table.h"
#include "formats/gathered_file.h"
#include "formats/packed_offsets.h"

namespace groel::formats {

/// Those formats want each array in one piece, while records bring a part of every array, so temporary files are used.
class PackedArrays {
 public:
  explicit PackedArrays(const WriterOptions& options);
  void write(const Result& result);
  /// No more records. internal error when they are not as many as the schema says.
  void finish();

  struct Named {
    std::string name;
    DType dtype;
    std::vector<std::int64_t> shape;
    std::span<const std::byte> bytes;
  };
  /// "mean_6" [N, D], "per_residue_6" [ΣL, D], "contacts_6" [ΣL²], …, "lengths" [N], "offsets" [N+1],
  /// "contacts_offsets" [N+1], "errors_index" [E], …: all but texts; where all rows of alignments are shown "rows" [N],
  /// and of a single one "per_residue_6" [R, L, D]. Valid while this lives.
  std::vector<Named> arrays();

  std::int64_t records() const noexcept { return written_; }
  /// Valid UTF-8, without NUL.
  const std::vector<std::string>& ids() const noexcept { return ids_; }
  /// [N, 64] ASCII; zeros where unknown.
  std::span<const std::byte> digests() { return digests_.map(); }
  const ErrorTable& errors() const noexcept { return errors_; }

 private:
  void write_column(std::size_t i, const Result& result);
  std::vector<std::int64_t> shape_of(const ResultSchema::Column& column, std::int64_t values) const;

  ResultSchema schema_;
  std::vector<GatheredFile> columns_;
  GatheredFile digests_;
  std::vector<std::string> ids_;
  std::vector<std::int64_t> lengths_, rows_;
  PackedOffsets offsets_;
  ErrorTable errors_;
  std::int64_t written_ = 0;
};

}  // namespace groel::formats
