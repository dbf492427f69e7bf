// Files of Boltz-2's weights that tests make of the golden one: arrays taken out and renamed, and checkpoints as
// Lightning saves them.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "checkpoints/checkpoint.h"
#include "io/arrays.h"
#include "io/torch_writer.h"
#include "support/golden.h"

namespace groel::testing {

class Boltz2File {
 public:
  Boltz2File() : arrays_(checkpoints::read_file(golden()).arrays) {}

  static std::filesystem::path golden() { return data("boltz2-tiny") / "model.safetensors"; }

  io::ArrayMap& arrays() { return arrays_; }
  void erase(const std::string& begin) {
    std::erase_if(arrays_, [&](const auto& one) { return one.first.starts_with(begin); });
  }
  void rename(const std::string& begin, const std::string& to) {
    io::ArrayMap out;
    for (auto& [name, array] : arrays_)
      out[name.starts_with(begin) ? to + name.substr(begin.size()) : name] = std::move(array);
    arrays_ = std::move(out);
  }
  void write(const std::filesystem::path& path) const {
    std::map<std::string, io::ArrayView> views;
    for (const auto& [name, array] : arrays_) views[name] = view(array);
    io::write_safetensors(path, views);
  }
  /// As boltz2_conf.ckpt is: the state dict beside hyper-parameters, and here averages of training, too.
  void write_checkpoint(const std::filesystem::path& path) const {
    io::TorchDict state, averages, parameters{{}, io::TorchDict::Kind::attributes};
    for (const auto& [name, array] : arrays_) state.items.push_back({name, view(array)});
    averages.items.push_back({std::string("s_init.weight"), view(arrays_.at("s_recycle.weight"))});
    parameters.items.push_back({std::string("token_s"), nlohmann::json(6)});
    io::TorchDict root;
    root.items.push_back({std::string("epoch"), nlohmann::json(3)});
    root.items.push_back({std::string("state_dict"), state});
    root.items.push_back({std::string("ema"), averages});
    root.items.push_back({std::string("hyper_parameters"), parameters});
    io::write_torch(path, root);
  }

 private:
  static io::ArrayView view(const io::Array& array) { return {array.dtype, array.shape, array.bytes}; }
  io::ArrayMap arrays_;
};

}  // namespace groel::testing
