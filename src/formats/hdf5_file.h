// HDF5's C API with handles that close themselves and calls that throw on errors.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/hdf5_driver.h"

namespace groel::formats::h5 {

/// While it lives, HDF5 does not print its errors to stderr.
class Quiet {
 public:
  Quiet();
  ~Quiet();
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// Owns one HDF5 identifier.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);
  Handle() = default;
  Handle(hid_t id, Close closer) : id_(id), close_(closer) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() { close(); }
  operator hid_t() const noexcept { return id_; }
  /// Negative when HDF5 reports a failure.
  herr_t close() noexcept;

 private:
  hid_t id_ = -1;
  Close close_ = nullptr;
};

/// Types of elements, on disk and in memory.
enum class Element { f32, i64, text, sha256 };

/// A file being written. No times are stored, the format is that of HDF5 1.8, and nothing is compressed, so that equal
/// calls give equal bytes and any reader since 2008 can read them. Errors: io with the path and the system's reason.
class File {
 public:
  explicit File(std::filesystem::path path);
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  hid_t root() const noexcept { return file_; }
  /// Completes the file and flushes it to the disk.
  void close();

  Handle create_group(hid_t parent, const std::string& name);
  struct DatasetSpec {
    hid_t parent;
    std::string name;
    Element element;
    std::vector<hsize_t> shape;
    hsize_t chunk_rows = 0;  ///< 0: contiguous, of that shape for good; else the first dimension can grow
  };
  Handle create_dataset(const DatasetSpec& spec);
  /// Writes the whole dataset.
  void write_all(hid_t dataset, Element element, const void* values);
  /// Writes rows [first, first + count) of the first dimension.
  void write_rows(hid_t dataset, Element element, hsize_t first, hsize_t count, const void* values);
  void grow(hid_t dataset, hsize_t rows);
  void set_text(hid_t object, const char* name, const std::string& value);
  void set_integer(hid_t object, const char* name, std::int64_t value);

 private:
  // The identifier when it is good; else throws what the system says, or HDF5.
  Handle check(hid_t id, Handle::Close closer, std::string_view doing) const;
  void check(herr_t status, std::string_view doing) const;
  hid_t disk_type(Element element) const noexcept;
  hid_t memory_type(Element element) const noexcept;

  std::filesystem::path path_;
  DriverFile disk_;  // outlives file_
  Handle driver_;
  Handle text_type_;
  Handle sha256_type_;
  Handle file_;
};

}  // namespace groel::formats::h5
