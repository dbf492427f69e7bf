// Calls HDF5's C API and turns its error stack into one error.
#include "formats/hdf5_file.h"

#include "base/error.h"

namespace groel::formats::h5 {
namespace {

struct Reason {
  std::string text;
  bool memory = false;
};

// The innermost error comes first when HDF5 walks upward.
herr_t collect(unsigned depth, const H5E_error2_t* entry, void* out) {
  auto& reason = *static_cast<Reason*>(out);
  if (depth == 0 && entry->desc != nullptr) reason.text = entry->desc;
  reason.memory |= entry->min_num == H5E_NOSPACE || entry->min_num == H5E_CANTALLOC;
  return 0;
}

}  // namespace

Quiet::Quiet() {
  H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Quiet::~Quiet() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }

herr_t Handle::close() noexcept {
  const Quiet quiet;
  return id_ >= 0 ? close_(std::exchange(id_, -1)) : 0;
}

void File::check(herr_t status, std::string_view doing) const {
  disk_.rethrow();
  if (status >= 0) return;
  Reason reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &reason);
  H5Eclear2(H5E_DEFAULT);
  throw Error(reason.memory ? ErrorKind::memory : ErrorKind::io,
              {fmt::format("cannot {}: HDF5 says \"{}\"", doing, reason.text), path_.string(), {}});
}

Handle File::check(hid_t id, Handle::Close closer, std::string_view doing) const {
  Handle handle(id, closer);
  check(id < 0 ? -1 : 0, doing);
  return handle;
}

File::File(std::filesystem::path path) : path_(std::move(path)), disk_(path_) {
  const Quiet quiet;
  driver_ = check(register_driver(), H5FDunregister, "set up the file");
  text_type_ = check(H5Tcopy(H5T_C_S1), H5Tclose, "make a type");
  check(H5Tset_size(text_type_, H5T_VARIABLE), "make a type");
  check(H5Tset_cset(text_type_, H5T_CSET_UTF8), "make a type");
  sha256_type_ = check(H5Tcopy(H5T_C_S1), H5Tclose, "make a type");
  check(H5Tset_size(sha256_type_, 64), "make a type");
  check(H5Tset_strpad(sha256_type_, H5T_STR_NULLPAD), "make a type");
  const Handle access = check(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, "set up the file");
  check(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18), "set up the file");
  check(use_driver(access, driver_, disk_), "set up the file");
  const Handle creation = check(H5Pcreate(H5P_FILE_CREATE), H5Pclose, "set up the file");
  check(H5Pset_obj_track_times(creation, false), "set up the file");
  file_ = check(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, creation, access), H5Fclose, "create the file");
}

void File::close() {
  const Quiet quiet;
  check(file_.close(), "write");
  disk_.finish();
}

Handle File::create_group(hid_t parent, const std::string& name) {
  const Quiet quiet;
  const Handle creation = check(H5Pcreate(H5P_GROUP_CREATE), H5Pclose, "set up a group");
  check(H5Pset_obj_track_times(creation, false), "set up a group");
  return check(H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, creation, H5P_DEFAULT), H5Gclose, "write");
}

Handle File::create_dataset(const DatasetSpec& spec) {
  const Quiet quiet;
  const Handle creation = check(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "set up a dataset");
  check(H5Pset_obj_track_times(creation, false), "set up a dataset");
  // Text must be filled: an unwritten reference to a string is not a string.
  if (spec.element != Element::text) check(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), "set up a dataset");
  const Handle access = check(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, "set up a dataset");
  std::vector<hsize_t> largest = spec.shape;
  const int rank = static_cast<int>(spec.shape.size());
  if (spec.chunk_rows > 0) {
    std::vector<hsize_t> chunk = spec.shape;
    chunk[0] = spec.chunk_rows;
    largest[0] = H5S_UNLIMITED;
    check(H5Pset_chunk(creation, rank, chunk.data()), "set up a dataset");
    // Rows come in large pieces already: straight to the file, without a copy into the chunk cache.
    check(H5Pset_chunk_cache(access, 0, 0, H5D_CHUNK_CACHE_W0_DEFAULT), "set up a dataset");
  }
  const Handle space = check(H5Screate_simple(rank, spec.shape.data(), largest.data()), H5Sclose, "set up a dataset");
  return check(
      H5Dcreate2(spec.parent, spec.name.c_str(), disk_type(spec.element), space, H5P_DEFAULT, creation, access),
      H5Dclose, "write");
}

void File::write_all(hid_t dataset, Element element, const void* values) {
  const Quiet quiet;
  check(H5Dwrite(dataset, memory_type(element), H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "write");
}

void File::write_rows(hid_t dataset, Element element, hsize_t first, hsize_t count, const void* values) {
  const Quiet quiet;
  const Handle space = check(H5Dget_space(dataset), H5Sclose, "write");
  std::vector<hsize_t> shape(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  check(H5Sget_simple_extent_dims(space, shape.data(), nullptr), "write");
  std::vector<hsize_t> start(shape.size(), 0);
  start[0] = first;
  shape[0] = count;
  check(H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, shape.data(), nullptr), "write");
  const Handle memory =
      check(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose, "write");
  check(H5Dwrite(dataset, memory_type(element), memory, space, H5P_DEFAULT, values), "write");
}

void File::grow(hid_t dataset, hsize_t rows) {
  const Quiet quiet;
  const Handle space = check(H5Dget_space(dataset), H5Sclose, "write");
  std::vector<hsize_t> shape(static_cast<std::size_t>(H5Sget_simple_extent_ndims(space)));
  check(H5Sget_simple_extent_dims(space, shape.data(), nullptr), "write");
  shape[0] = rows;
  check(H5Dset_extent(dataset, shape.data()), "write");
}

void File::set_text(hid_t object, const char* name, const std::string& value) {
  const Quiet quiet;
  const Handle space = check(H5Screate(H5S_SCALAR), H5Sclose, "write");
  const Handle attribute =
      check(H5Acreate2(object, name, text_type_, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "write");
  const char* text = value.c_str();
  check(H5Awrite(attribute, text_type_, &text), "write");
}

void File::set_integer(hid_t object, const char* name, std::int64_t value) {
  const Quiet quiet;
  const Handle space = check(H5Screate(H5S_SCALAR), H5Sclose, "write");
  const Handle attribute =
      check(H5Acreate2(object, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "write");
  check(H5Awrite(attribute, H5T_NATIVE_INT64, &value), "write");
}

hid_t File::disk_type(Element element) const noexcept {
  switch (element) {
    case Element::f32: return H5T_IEEE_F32LE;
    case Element::i64: return H5T_STD_I64LE;
    case Element::text: return text_type_;
    default: return sha256_type_;
  }
}

hid_t File::memory_type(Element element) const noexcept {
  switch (element) {
    case Element::f32: return H5T_NATIVE_FLOAT;
    case Element::i64: return H5T_NATIVE_INT64;
    case Element::text: return text_type_;
    default: return sha256_type_;
  }
}

}  // namespace groel::formats::h5
