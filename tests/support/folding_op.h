// One case of a single operation of a folding network: its arrays, and weights brought to the names of src/nn/folding.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/arrays.h"
#include "nn/module.h"
#include "ops/linear_grad.h"

namespace groel::testing {

/// `data.safetensors` and `cases.json` of a folder: CASE.in.NAME, CASE.w.NAME and CASE.out.NAME.
class FoldingOps {
 public:
  explicit FoldingOps(const std::filesystem::path& folder) : file_(io::read_safetensors(folder / "data.safetensors")) {}
  const io::Array* find(const std::string& name) const {
    const auto found = file_.arrays.find(name);
    return found == file_.arrays.end() ? nullptr : &found->second;
  }
  const io::ArrayMap& arrays() const { return file_.arrays; }

 private:
  io::ArrayFile file_;
};

/// [..] f32 of f32 or i32.
inline Tensor float_tensor(const io::Array& array) {
  Tensor out = Tensor::copy_of(array.shape, array.dtype, array.bytes);
  if (array.dtype != DType::i32) return out.to(DType::f32);
  const auto whole = out.values<std::int32_t>();
  return Tensor::of<float>(array.shape, std::vector<float>(whole.begin(), whole.end()));
}

class FoldingOp {
 public:
  FoldingOp(const FoldingOps& all, std::string name) : all_(&all), name_(std::move(name)) {}

  const std::string& name() const { return name_; }
  bool of_protenix() const { return name_.starts_with("px_"); }
  bool has(const std::string& what) const { return all_->find(name_ + "." + what) != nullptr; }
  /// "in.z", "out.y". Errors: bad_input, where there is none.
  Tensor operator()(const std::string& what) const { return float_tensor(array(what)); }
  Tensor whole_numbers(const std::string& what) const {
    const io::Array& found = array(what);
    return Tensor::copy_of(found.shape, found.dtype, found.bytes);
  }
  /// All weights by name.
  io::ArrayMap weights() const {
    const std::string prefix = name_ + ".w.";
    io::ArrayMap out;
    for (const auto& [key, value] : all_->arrays())
      if (key.starts_with(prefix)) out[key.substr(prefix.size())] = value;
    return out;
  }
  /// The only weight whose name ends so.
  Tensor weight(const std::string& end) const {
    const io::Array* found = nullptr;
    for (const auto& [key, value] : all_->arrays())
      if (key.starts_with(name_ + ".w.") && key.ends_with(end)) {
        if (found != nullptr) throw Error(ErrorKind::bad_input, fmt::format("{}: two weights end in {}", name_, end));
        found = &value;
      }
    if (found == nullptr) throw Error(ErrorKind::bad_input, fmt::format("{}: no weight ends in {}", name_, end));
    return float_tensor(*found);
  }

 private:
  const io::Array& array(const std::string& what) const {
    const io::Array* found = all_->find(name_ + "." + what);
    if (found == nullptr) throw Error(ErrorKind::bad_input, fmt::format("{} has no {}", name_, what));
    return *found;
  }

  const FoldingOps* all_;
  std::string name_;
};

using Weights = std::map<std::string, Tensor>;

/// [in, out, ..] -> [out.., in], as Linear has it.
inline Tensor turned(const Tensor& weight) {
  const std::int64_t in = weight.size(0);
  return ops::transpose(weight.reshape({in, weight.count() / in}));
}
inline Tensor flat(const Tensor& x) { return x.reshape({x.count()}); }
/// Every second row, from `first` on.
inline Tensor every_second(const Tensor& x, std::int64_t first) {
  Tensor out = Tensor::empty({x.size(0) / 2, x.size(1)});
  for (std::int64_t i = 0; i < out.size(0); ++i) out.rows(i, i + 1).copy_from(x.rows(2 * i + first, 2 * i + first + 1));
  return out;
}

/// All tensors of a module by name, and nothing else; then it is ready. Errors: bad_input naming what does not fit.
inline void fill(nn::Module& module, const Weights& weights, ops::Precision precision = ops::Precision::f32) {
  const nn::Tree tree = nn::tree_of(module);
  for (const nn::Parameter& parameter : tree.parameters) {
    const auto found = weights.find(parameter.name);
    if (found == weights.end() || found->second.shape() != parameter.shape)
      throw Error(ErrorKind::bad_input,
                  fmt::format("{} {} is missing or of another shape", parameter.name, to_string(parameter.shape)));
    *parameter.slot = found->second.clone();
  }
  if (tree.parameters.size() != weights.size())
    throw Error(ErrorKind::bad_input, fmt::format("{} weights for {}", weights.size(), tree.parameters.size()));
  nn::ready(tree, precision);
}

}  // namespace groel::testing
