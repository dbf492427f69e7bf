// Puts tensors and settings into the dicts of a torch file.
#include "checkpoints/native_file.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "io/torch_writer.h"

namespace groel::checkpoints {
namespace {

namespace fs = std::filesystem;
using io::TorchDict;
using nlohmann::json;

constexpr std::string_view kModel = "model.";
constexpr std::string_view kRegression = "contact_regression.";

io::ArrayView view_of(const Tensor& tensor) {
  GROEL_REQUIRE(tensor.contiguous());
  return {tensor.dtype(), tensor.shape(), {tensor.raw_data(), tensor.bytes()}};
}

// Settings of numbers and texts are what the reference's code reads as attributes.
TorchDict dict_of(const json& settings) {
  TorchDict out;
  bool plain = false;
  for (const auto& [name, value] : settings.items()) {
    plain = plain || value.is_object();
    if (value.is_object())
      out.items.push_back({name, dict_of(value)});
    else
      out.items.push_back({name, value});
  }
  if (!plain) out.kind = TorchDict::Kind::attributes;
  return out;
}

// Tensors whose names begin so, without that; those of "model." in a dict of that name.
TorchDict dict_of(const std::vector<NamedTensor>& tensors, std::string_view prefix) {
  TorchDict flat, model;
  for (const NamedTensor& tensor : tensors) {
    const bool regression = tensor.name.starts_with(kRegression);
    if (regression == prefix.empty()) continue;
    const std::string name = tensor.name.substr(prefix.size());
    if (name.starts_with(kModel))
      model.items.push_back({name.substr(kModel.size()), view_of(tensor.value)});
    else
      flat.items.push_back({name, view_of(tensor.value)});
  }
  if (!model.items.empty()) flat.items.push_back({std::string("model"), std::move(model)});
  return flat;
}

}  // namespace

fs::path regression_of(const fs::path& file) {
  return file.parent_path() / (file.stem().string() + "-contact-regression.pt");
}

std::vector<fs::path> write_native(const fs::path& path, const NativeFile& file) {
  TorchDict root;
  if (file.settings.is_object()) root.items = dict_of(file.settings).items;
  for (io::TorchItem& item : dict_of(file.tensors, {}).items) root.items.push_back(std::move(item));
  const TorchDict regression = dict_of(file.tensors, kRegression);
  std::vector<fs::path> files{path};
  JointCommit together;
  io::write_torch(path, root);
  if (!regression.items.empty()) io::write_torch(files.emplace_back(regression_of(path)), regression);
  together.publish();
  return files;
}

}  // namespace groel::checkpoints
