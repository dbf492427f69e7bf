// Writes named arrays as NPZ or as HDF5, by the file's extension.
#include "formats/array_file.h"

#include <map>

#include "formats/extension.h"
#include "formats/hdf5_file.h"
#include "formats/link_names.h"
#include "io/npz.h"

namespace groel::formats {

namespace fs = std::filesystem;

struct NamedArraysFile::Writer {
  virtual ~Writer() = default;
  virtual void add(const std::string& group, const std::string& name, const std::vector<std::int64_t>& shape,
                   std::span<const float> values) = 0;
  virtual void finish() = 0;
};

namespace {

class NumpyArrays final : public NamedArraysFile::Writer {
 public:
  explicit NumpyArrays(const fs::path& path) : file_(path) {}
  void add(const std::string& group, const std::string& name, const std::vector<std::int64_t>& shape,
           std::span<const float> values) override {
    file_.add(group.empty() ? name : group + "." + name, DType::f32, shape, std::as_bytes(values));
  }
  void finish() override { file_.finish(); }

 private:
  io::NpzWriter file_;
};

// Under another name in the same folder until it is whole.
class Hdf5Arrays final : public NamedArraysFile::Writer {
 public:
  explicit Hdf5Arrays(fs::path path) : path_(std::move(path)), partial_(path_) {
    partial_ += ".partial";
    file_ = std::make_unique<h5::File>(partial_);
  }
  ~Hdf5Arrays() override {
    if (!file_) return;
    file_.reset();
    std::error_code ignored;
    fs::remove(partial_, ignored);
  }
  void add(const std::string& group, const std::string& name, const std::vector<std::int64_t>& shape,
           std::span<const float> values) override {
    const hid_t parent = group.empty() ? file_->root() : static_cast<hid_t>(group_called(group));
    const h5::Handle dataset = file_->create_dataset({parent, name, h5::Element::f32, {shape.begin(), shape.end()}, 0});
    if (!values.empty()) file_->write_all(dataset, h5::Element::f32, values.data());
  }
  void finish() override {
    groups_.clear();
    file_->close();
    file_.reset();
    fs::rename(partial_, path_);
  }

 private:
  const h5::Handle& group_called(const std::string& id) {
    auto at = groups_.find(id);
    if (at != groups_.end()) return at->second;
    at = groups_.emplace(id, file_->create_group(file_->root(), names_.next(id))).first;
    file_->set_text(at->second, "original_id", id);
    return at->second;
  }

  fs::path path_, partial_;
  std::unique_ptr<h5::File> file_;
  std::map<std::string, h5::Handle> groups_;
  h5::LinkNames names_;
};

}  // namespace

NamedArraysFile::NamedArraysFile(const fs::path& path) {
  static const std::string known[] = {".npz", ".h5", ".hdf5"};
  check_extension(path, known);
  const std::string extension = format_extension(path);
  if (extension == ".h5" || extension == ".hdf5")
    writer_ = std::make_unique<Hdf5Arrays>(path);
  else
    writer_ = std::make_unique<NumpyArrays>(path);
}

NamedArraysFile::~NamedArraysFile() = default;

void NamedArraysFile::add(const std::string& group, const std::string& name, const std::vector<std::int64_t>& shape,
                          std::span<const float> values) {
  writer_->add(group, name, shape, values);
}

void NamedArraysFile::finish() { writer_->finish(); }

}  // namespace groel::formats
