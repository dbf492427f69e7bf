// A file of named arrays, NumPy's or HDF5's by its extension: what is no table of proteins.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace groel::formats {

/// Complete under its name, or not there. Errors of all members: io with the system's reason; usage for an extension
/// that is neither .npz nor .h5 nor .hdf5 (one without is .npz).
class NamedArraysFile {
 public:
  explicit NamedArraysFile(const std::filesystem::path& path);
  ~NamedArraysFile();

  /// f32, row-major. `group` "": at the top; else "GROUP.NAME" in NumPy's archive, a group of HDF5.
  void add(const std::string& group, const std::string& name, const std::vector<std::int64_t>& shape,
           std::span<const float> values);
  void finish();

  struct Writer;

 private:
  std::unique_ptr<Writer> writer_;
};

}  // namespace groel::formats
