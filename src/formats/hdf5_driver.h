// The file driver for HDF5: remembers the first write error and lets HDF5 finish cleanly.
#pragma once

#include <hdf5.h>

#include <exception>

#include "formats/posix_file.h"

namespace groel::formats::h5 {

/// The file that HDF5 writes to. HDF5 cannot close a file that it could not write (the full disk): it keeps what is
/// left and crashes when the process ends. So from the first failure on every write seems to succeed, and `rethrow`
/// says what happened. Nothing is locked, which shared file systems often cannot.
class DriverFile {
 public:
  explicit DriverFile(const std::filesystem::path& path);
  void write(haddr_t offset, std::span<const std::byte> bytes) noexcept;
  /// False when that cannot be read. After the end of the file there are zeros.
  bool read(haddr_t offset, std::span<std::byte> out) const noexcept;
  void truncate(haddr_t size) noexcept;
  haddr_t end() const noexcept { return end_; }
  /// Flushes to the disk and closes.
  void finish();
  /// Throws the first failure, if there was one.
  void rethrow() const;

 private:
  PosixFile file_;
  haddr_t end_ = 0;
  std::exception_ptr failure_;
};

/// Registers the driver; to be released by H5FDunregister.
hid_t register_driver();
/// Makes files opened with these access properties use `file`, which must outlive them.
herr_t use_driver(hid_t access, hid_t driver, DriverFile& file);

}  // namespace groel::formats::h5
