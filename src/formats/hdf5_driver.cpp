// The callbacks that HDF5 requires of a file driver.
#include "formats/hdf5_driver.h"

#include <H5FDpublic.h>
#include <fcntl.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

#include <algorithm>
#include <limits>

namespace groel::formats::h5 {
namespace {

struct OpenFile {
  H5FD_t base;  // HDF5's part, which must come first
  DriverFile* file;
  haddr_t allocated;
};

// What H5Pset_driver keeps a copy of.
struct Properties {
  DriverFile* file;
};

OpenFile& self(H5FD_t* file) { return *reinterpret_cast<OpenFile*>(file); }
const OpenFile& self(const H5FD_t* file) { return *reinterpret_cast<const OpenFile*>(file); }

H5FD_t* open(const char*, unsigned, hid_t access, haddr_t) {
  const auto* properties = static_cast<const Properties*>(H5Pget_driver_info(access));
  if (properties == nullptr) return nullptr;
  return &(new OpenFile{{}, properties->file, 0})->base;
}

herr_t close(H5FD_t* file) {
  delete &self(file);
  return 0;
}

// What the driver for plain files lets the library do, too.
herr_t query(const H5FD_t*, unsigned long* flags) {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

haddr_t get_allocated(const H5FD_t* file, H5FD_mem_t) { return self(file).allocated; }

herr_t set_allocated(H5FD_t* file, H5FD_mem_t, haddr_t size) {
  self(file).allocated = size;
  return 0;
}

haddr_t get_end(const H5FD_t* file, H5FD_mem_t) { return self(file).file->end(); }

herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t offset, size_t size, void* out) {
  return self(file).file->read(offset, {static_cast<std::byte*>(out), size}) ? 0 : -1;
}

herr_t write(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t offset, size_t size, const void* bytes) {
  self(file).file->write(offset, {static_cast<const std::byte*>(bytes), size});
  return 0;
}

herr_t truncate(H5FD_t* file, hid_t, hbool_t) {
  self(file).file->truncate(self(file).allocated);
  return 0;
}

H5FD_class_t make_class() {
  H5FD_class_t driver{};
#if H5_VERSION_GE(1, 13, 0)
  driver.version = H5FD_CLASS_VERSION;
  driver.value = static_cast<H5FD_class_value_t>(600);  // of the range left to applications
#endif
  driver.name = "groel";
  driver.maxaddr = static_cast<haddr_t>(std::numeric_limits<std::int64_t>::max());
  driver.fc_degree = H5F_CLOSE_WEAK;
  driver.fapl_size = sizeof(Properties);
  driver.open = open;
  driver.close = close;
  driver.query = query;
  driver.get_eoa = get_allocated;
  driver.set_eoa = set_allocated;
  driver.get_eof = get_end;
  driver.read = read;
  driver.write = write;
  driver.truncate = truncate;
  constexpr H5FD_mem_t kMap[] = H5FD_FLMAP_DICHOTOMY;
  std::copy(std::begin(kMap), std::end(kMap), driver.fl_map);
  return driver;
}

}  // namespace

DriverFile::DriverFile(const std::filesystem::path& path) : file_(path, O_RDWR | O_CREAT | O_TRUNC) {}

void DriverFile::write(haddr_t offset, std::span<const std::byte> bytes) noexcept {
  end_ = std::max<haddr_t>(end_, offset + bytes.size());
  if (failure_) return;
  try {
    file_.write_at({{const_cast<std::byte*>(bytes.data()), bytes.size()}}, static_cast<std::int64_t>(offset));
  } catch (...) {
    failure_ = std::current_exception();
  }
}

bool DriverFile::read(haddr_t offset, std::span<std::byte> out) const noexcept try {
  const std::size_t got = file_.read_at(out, static_cast<std::int64_t>(offset));
  std::fill(out.begin() + static_cast<std::ptrdiff_t>(got), out.end(), std::byte{});
  return true;
} catch (...) {
  return false;
}

void DriverFile::truncate(haddr_t size) noexcept {
  end_ = size;
  if (failure_) return;
  try {
    file_.truncate(static_cast<std::int64_t>(size));
  } catch (...) {
    failure_ = std::current_exception();
  }
}

void DriverFile::finish() {
  file_.sync();
  file_.close();
}

void DriverFile::rethrow() const {
  if (failure_) std::rethrow_exception(failure_);
}

hid_t register_driver() {
  static const H5FD_class_t driver = make_class();
  return H5FDregister(&driver);
}

herr_t use_driver(hid_t access, hid_t driver, DriverFile& file) {
  const Properties properties{&file};
  return H5Pset_driver(access, driver, &properties);
}

}  // namespace groel::formats::h5
