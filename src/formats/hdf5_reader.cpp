// Reads HDF5 files through the C API.
#include "formats/hdf5_reader.h"

#include <H5PLpublic.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"

namespace groel::formats::h5 {
namespace {

herr_t add_name(hid_t, const char* name, const H5L_info_t*, void* out) {
  static_cast<std::vector<std::string>*>(out)->emplace_back(name);
  return 0;
}

// Of each of `count` texts of variable length, which HDF5 allocated.
std::vector<std::string> take_texts(hid_t type, hid_t space, std::vector<char*>& pointers) {
  std::vector<std::string> out;
  for (const char* text : pointers) out.emplace_back(text == nullptr ? "" : text);
  H5Dvlen_reclaim(type, space, H5P_DEFAULT, pointers.data());
  return out;
}

std::vector<std::string> split_texts(const std::vector<char>& bytes, std::size_t width) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < bytes.size(); at += width)
    out.emplace_back(bytes.data() + at, ::strnlen(bytes.data() + at, width));
  return out;
}

// Called by HDF5 before it would open another file: nothing is followed.
herr_t refuse_other_file(const char*, const char*, const char* file, const char*, unsigned*, hid_t, void* led_to) {
  *static_cast<std::string*>(led_to) = file;
  return -1;
}

std::string filter_name(hid_t properties, unsigned index, H5Z_filter_t& id) {
  std::array<char, 64> text{};
  unsigned flags = 0;
  std::size_t values = 0;
  id = H5Pget_filter2(properties, index, &flags, &values, nullptr, text.size() - 1, text.data(), nullptr);
  return text[0] != '\0' ? std::string(text.data()) : fmt::format("number {}", static_cast<int>(id));
}

}  // namespace

ReadFile::ReadFile(std::string path) : path_(std::move(path)) {
  const Quiet quiet;
  H5PLset_loading_state(0);  // no code is loaded because a file, or somebody's environment, says so
  access_ = Handle(H5Pcreate(H5P_LINK_ACCESS), H5Pclose);
  H5Pset_elink_cb(access_, refuse_other_file, &led_to_);
  file_ = Handle(H5Fopen(path_.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (file_ < 0) fail({}, "the file is truncated, or not HDF5");
}

void ReadFile::fail(const std::string& name, const std::string& what) const {
  throw Error(ErrorKind::bad_input, {what, name.empty() ? path_ : path_ + ": " + name, {}});
}

std::vector<std::string> ReadFile::names(hid_t group) const {
  const Quiet quiet;
  std::vector<std::string> out;
  if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, nullptr, add_name, &out) < 0)
    fail({}, "the names in the file cannot be read: it is damaged");
  return out;
}

bool ReadFile::has(hid_t group, const std::string& name) const {
  const Quiet quiet;
  return H5Lexists(group, name.c_str(), access_) > 0;
}

void ReadFile::check_link(const std::string& name) const {
  if (led_to_.empty()) return;
  throw Error(ErrorKind::bad_input,
              {fmt::format("this is a link to another file, {}, which is not followed", std::exchange(led_to_, {})),
               fmt::format("{}: {}", path_, name), "copy what it links to into one file (h5copy does)"});
}

void ReadFile::check_storage(hid_t dataset, const std::string& name) const {
  const Handle properties(H5Dget_create_plist(dataset), H5Pclose);
  if (H5Pget_external_count(properties) > 0 || H5Pget_layout(properties) == H5D_VIRTUAL)
    throw Error(ErrorKind::bad_input, {"its values lie in other files, which are not read", path_ + ": " + name,
                                       "copy them into one file (h5repack does)"});
  for (int i = 0; i < H5Pget_nfilters(properties); ++i) {
    H5Z_filter_t id{};
    const std::string filter = filter_name(properties, static_cast<unsigned>(i), id);
    if (H5Zfilter_avail(id) > 0) continue;
    throw Error(ErrorKind::unsupported, {fmt::format("compressed by a filter that is not built in: {}", filter),
                                         path_ + ": " + name, "h5repack -f GZIP=4 IN OUT changes that"});
  }
}

std::optional<Handle> ReadFile::object(hid_t parent, const std::string& name, H5I_type_t kind) const {
  const Quiet quiet;
  const bool there = has(parent, name);
  check_link(name);
  if (!there) return std::nullopt;
  Handle out(H5Oopen(parent, name.c_str(), access_), H5Oclose);
  check_link(name);
  if (out < 0 || H5Iget_type(out) != kind) return std::nullopt;
  if (kind == H5I_DATASET) check_storage(out, name);
  return out;
}

std::optional<Handle> ReadFile::group(hid_t parent, const std::string& name) const {
  return object(parent, name, H5I_GROUP);
}

std::optional<Handle> ReadFile::dataset(hid_t parent, const std::string& name) const {
  return object(parent, name, H5I_DATASET);
}

std::optional<std::string> ReadFile::text_attribute(hid_t object, const char* name) const {
  const Quiet quiet;
  if (H5Aexists(object, name) <= 0) return std::nullopt;
  const Handle attribute(H5Aopen(object, name, H5P_DEFAULT), H5Aclose);
  const Handle type(H5Aget_type(attribute), H5Tclose);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) return std::nullopt;
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> one(1, nullptr);
    if (H5Aread(attribute, type, one.data()) < 0) fail(name, "the attribute cannot be read: the file is damaged");
    return take_texts(type, space, one).front();
  }
  std::vector<char> bytes(H5Tget_size(type));
  if (H5Aread(attribute, type, bytes.data()) < 0) fail(name, "the attribute cannot be read: the file is damaged");
  return std::string(bytes.data(), ::strnlen(bytes.data(), bytes.size()));
}

std::vector<std::int64_t> ReadFile::shape(hid_t dataset) const {
  const Quiet quiet;
  const Handle space(H5Dget_space(dataset), H5Sclose);
  const int rank = H5Sget_simple_extent_ndims(space);
  std::vector<hsize_t> sizes(static_cast<std::size_t>(std::max(rank, 0)));
  if (rank < 0 || H5Sget_simple_extent_dims(space, sizes.data(), nullptr) < 0)
    fail({}, "a shape cannot be read: the file is damaged");
  return {sizes.begin(), sizes.end()};
}

std::size_t ReadFile::elements(hid_t dataset, const std::string& name, std::size_t least_bytes) const {
  constexpr hsize_t kMostCompressed = 1032;  // deflate's limit
  const Quiet quiet;
  const Handle plist(H5Dget_create_plist(dataset), H5Pclose);
  const hsize_t stored = H5Dget_storage_size(dataset);
  const hsize_t bytes = H5Pget_nfilters(plist) > 0 ? stored * kMostCompressed : stored;
  hsize_t count = 1;
  for (const std::int64_t size : shape(dataset)) {
    const auto factor = static_cast<hsize_t>(size);
    if (factor > 0 && count > bytes / factor) fail(name, "its shape asks for more than the file holds");
    count *= factor;
  }
  if (count > bytes / std::max<std::size_t>(least_bytes, 1)) fail(name, "its shape asks for more than the file holds");
  return count;
}

void ReadFile::check_floats(hid_t dataset, const std::string& name) const {
  const Quiet quiet;
  const Handle type(H5Dget_type(dataset), H5Tclose);
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5T_FLOAT && kind != H5T_INTEGER) fail(name, "holds no numbers");
  elements(dataset, name, H5Tget_size(type));
}

std::vector<float> ReadFile::floats(hid_t dataset, const std::string& name) const {
  check_floats(dataset, name);
  const Quiet quiet;
  std::size_t count = 1;
  for (const std::int64_t size : shape(dataset)) count *= static_cast<std::size_t>(size);
  std::vector<float> out(count);
  if (!out.empty() && H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, out.data()) < 0)
    fail(name, "cannot be read: the file is damaged or truncated");
  return out;
}

std::vector<float> ReadFile::rows(hid_t dataset, const std::string& name, std::int64_t first,
                                  std::int64_t count) const {
  const Quiet quiet;
  const auto width = static_cast<hsize_t>(shape(dataset).at(1));
  const hsize_t start[] = {static_cast<hsize_t>(first), 0};
  const hsize_t size[] = {static_cast<hsize_t>(count), width};
  std::vector<float> out(size[0] * size[1]);
  if (out.empty()) return out;
  const Handle file(H5Dget_space(dataset), H5Sclose);
  const Handle memory(H5Screate_simple(2, size, nullptr), H5Sclose);
  if (H5Sselect_hyperslab(file, H5S_SELECT_SET, start, nullptr, size, nullptr) < 0 ||
      H5Dread(dataset, H5T_NATIVE_FLOAT, memory, file, H5P_DEFAULT, out.data()) < 0)
    fail(name, "cannot be read: the file is damaged or truncated");
  return out;
}

std::vector<std::string> ReadFile::texts(hid_t dataset, const std::string& name) const {
  const Quiet quiet;
  const Handle type(H5Dget_type(dataset), H5Tclose);
  if (H5Tget_class(type) != H5T_STRING) fail(name, "holds no texts");
  const bool variable = H5Tis_variable_str(type) > 0;
  const std::size_t width = variable ? sizeof(char*) : H5Tget_size(type);
  const std::size_t count = elements(dataset, name, width);
  if (count == 0) return {};
  std::vector<char*> pointers(variable ? count : 0, nullptr);
  std::vector<char> bytes(variable ? 0 : count * width);
  void* out = variable ? static_cast<void*>(pointers.data()) : bytes.data();
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out) < 0)
    fail(name, "cannot be read: the file is damaged or truncated");
  const Handle space(H5Dget_space(dataset), H5Sclose);
  return variable ? take_texts(type, space, pointers) : split_texts(bytes, width);
}

}  // namespace groel::formats::h5
