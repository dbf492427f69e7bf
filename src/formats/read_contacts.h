// Reads maps of contacts back: what `groel contacts` and `groel embed --include contacts` write.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace groel::formats {

struct ContactMapOfRecord {
  std::string id;
  std::int64_t size = 0;
  std::vector<float> values;  ///< [size, size]; NaN where the file has none
  std::string residues{};     ///< where the file has them
};

struct ContactFile {
  std::vector<ContactMapOfRecord> records;
  std::int64_t failed = 0;       ///< records without a map
  nlohmann::json run = nullptr;  ///< as VectorFile::run
};

/// NPZ, HDF5 (the packed layout), JSON Lines (also compressed) and CASP's RR; of several layers the highest. None where
/// the file is one of these and holds no contacts, or is of another kind. Errors: not_found, io; bad_input naming what
/// does not fit.
std::optional<ContactFile> read_contacts(const std::filesystem::path& path);

}  // namespace groel::formats
