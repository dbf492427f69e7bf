// AlphaFold 3's parameter files: records of named arrays, plain or compressed, in one file or in parts.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/arrays.h"

namespace groel::structure_models {

/// Files that make one model, in the order in which they are read as one stream.
struct ParameterFiles {
  std::string model;  ///< "af3" of af3.bin.zst
  std::vector<std::filesystem::path> parts;
};

/// The model of a folder, found as AlphaFold 3 finds it: NAME.K.bin.zst, NAME.bin.zst.K, NAME.K.bin, NAME.bin.K,
/// NAME.bin.zst or NAME.bin, the first of these forms that there is. `path` may also be such a file itself. Errors:
/// not_found, saying what is looked for and what is there; bad_model for several models in one folder or a part that
/// is missing.
ParameterFiles find_parameter_files(const std::filesystem::path& path);
/// Whether a path is, or holds, such files.
bool has_parameter_files(const std::filesystem::path& path);

/// One array of the file.
struct ParameterRecord {
  std::string name;  ///< "scope:name"
  io::Array array;   ///< f32, bf16 or u8, in memory of its own
};

/// Reads all records, each once and in order. What is compressed (zstd, gzip, xz) is told by its first bytes, not by
/// its name. Errors: io; bad_model naming the record and the byte where the file ends too early, or that is no record.
void read_parameter_records(const ParameterFiles& files, const std::function<void(ParameterRecord record)>& take);

/// The record with the identifier of the weights: AlphaFold 3 writes it into the structures that come of them.
inline constexpr const char* kIdentifierRecord = "__meta__:__identifier__";

}  // namespace groel::structure_models
