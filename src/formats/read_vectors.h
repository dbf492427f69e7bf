// Reads embedding files back: one vector per protein with its id, from every format that `groel embed` writes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace groel::formats {

/// Part `part` of `of` equal ones: of N records those from N (part - 1) / of to N part / of.
struct Share {
  std::int64_t part = 1, of = 1;
  std::int64_t first(std::int64_t rows) const noexcept { return rows * (part - 1) / of; }
  std::int64_t end(std::int64_t rows) const noexcept { return rows * part / of; }
};

struct VectorFile {
  std::vector<std::string> ids;  ///< [N], in the file's order; of HDF5's per-protein layout in that of the names
  std::int64_t width = 0;
  std::vector<float> values;  ///< [N, width], all finite
  std::string column;         ///< "mean_6"; "" where the file does not name what it holds
  std::int64_t failed = 0;    ///< records without a vector (or with NaN or infinity in it), which are left out
  std::map<std::string, std::vector<std::string>> texts{};  ///< of a table: columns that are no part of the vectors
  std::vector<std::string> notes{};  ///< of a table: what was read otherwise than one might think; to be said
  bool is_share = false;             ///< the reader has left out what is not of the share
  nlohmann::json run = nullptr;      ///< what the file says of the run that made it; null: nothing (JSON Lines, tables)

  std::int64_t rows() const noexcept { return static_cast<std::int64_t>(ids.size()); }
};

/// Reads HDF5 (both layouts), NPZ, safetensors, JSON Lines, CSV or TSV (these three also compressed, and "-" for
/// stdin), told apart by their first bytes; of others' files an NPZ of ids and matrices, HDF5 with one vector per id,
/// and tables whose columns are numbers. `column`: one of the file's pooled columns ("mean_6"); empty for the only one,
/// or else the mean of the highest layer. Errors naming file, line and column: not_found, io; bad_input for a file that
/// is empty, malformed, holds no such column, no record with a vector, or vectors of different width.
/// `share`: of the file's records, which those without a vector are among; files of packed rows are not read beyond it.
VectorFile read_vectors(const std::filesystem::path& path, const std::string& column = {}, const Share& share = {});

}  // namespace groel::formats
