// Reads objects of HDF5 files by name, and reports damaged files as errors.
#pragma once

#include <optional>

#include "formats/hdf5_file.h"

namespace groel::formats::h5 {

/// An open file. Errors: bad_input naming the file and what was read; nothing is allocated that the file's size does
/// not justify. What leads out of the file is refused and named: links to others, values that lie in others, and
/// filters that would have to be loaded. A damaged file can still crash HDF5 1.10 or hold it for ever: see
/// read_in_child.
class ReadFile {
 public:
  explicit ReadFile(std::string path);

  hid_t root() const noexcept { return file_; }
  /// Names in a group, sorted.
  std::vector<std::string> names(hid_t group) const;
  bool has(hid_t group, const std::string& name) const;
  /// A dataset or a group; of anything else, and of what is not there, none.
  std::optional<Handle> group(hid_t parent, const std::string& name) const;
  std::optional<Handle> dataset(hid_t parent, const std::string& name) const;
  /// An attribute that is one text; none where there is no such.
  std::optional<std::string> text_attribute(hid_t object, const char* name) const;

  std::vector<std::int64_t> shape(hid_t dataset) const;
  /// A whole dataset of numbers, `name`d in errors.
  std::vector<float> floats(hid_t dataset, const std::string& name) const;
  /// Rows [first, first + count) of a matrix of numbers, after check_floats().
  std::vector<float> rows(hid_t dataset, const std::string& name, std::int64_t first, std::int64_t count) const;
  /// Errors as floats(), before any is read.
  void check_floats(hid_t dataset, const std::string& name) const;
  /// A whole dataset of texts, of fixed or variable length.
  std::vector<std::string> texts(hid_t dataset, const std::string& name) const;

 private:
  [[noreturn]] void fail(const std::string& name, const std::string& what) const;
  std::optional<Handle> object(hid_t parent, const std::string& name, H5I_type_t kind) const;
  // The number of elements, when the file is as large as they say.
  std::size_t elements(hid_t dataset, const std::string& name, std::size_t least_bytes) const;

  void check_link(const std::string& name) const;  // to be called after one was looked up
  void check_storage(hid_t dataset, const std::string& name) const;

  std::string path_;
  Handle access_;               // of links
  mutable std::string led_to_;  // the other file that a link named
  Handle file_;
};

}  // namespace groel::formats::h5
