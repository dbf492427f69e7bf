// HDF5 datasets that grow record by record; rows are collected into large writes.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "formats/hdf5_file.h"

namespace groel::formats::h5 {

/// Rows of fixed size: a dataset [rows, width], or [rows] when `width` is 0.
class RowDataset {
 public:
  struct Spec {
    hid_t parent;
    std::string name;
    Element element;
    std::int64_t width;
    std::int64_t rows;           ///< how many there will be; kUnknown: it grows, in chunks of at most 1 MB
    std::int64_t most_rows = 0;  ///< a bound for one that grows, so that a small one gets small chunks; 0: none known
  };
  static constexpr std::int64_t kUnknown = -1;
  RowDataset(File& file, const Spec& spec);

  void append(std::span<const std::byte> rows);
  void append(std::span<const float> values) { append(std::as_bytes(values)); }
  /// Writes what is still gathered, and closes.
  void finish();

 private:
  void flush();
  void write(std::span<const std::byte> rows);

  File* file_;
  Element element_;
  bool grows_;
  std::size_t row_bytes_;
  hsize_t rows_ = 0;  // written
  Handle dataset_;
  std::vector<std::byte> gathered_;
};

/// Strings: a dataset [rows].
class TextDataset {
 public:
  TextDataset(File& file, const std::string& name, std::int64_t rows);
  void append(std::string text);
  void finish();

 private:
  void flush();
  File* file_;
  hsize_t rows_ = 0;  // written
  Handle dataset_;
  std::vector<std::string> gathered_;
};

/// Writes a whole one-dimensional dataset.
void write_integers(File& file, hid_t parent, const std::string& name, std::span<const std::int64_t> values);
void write_texts(File& file, hid_t parent, const std::string& name, std::span<const std::string> values);

}  // namespace groel::formats::h5
