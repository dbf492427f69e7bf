// Files of OpenFold3's weights that tests make of the golden one: arrays taken out, renamed, and norms that blocks
// share.
#pragma once

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <string>

#include "checkpoints/checkpoint.h"
#include "io/arrays.h"
#include "structure_models/openfold3/weights.h"
#include "support/files.h"
#include "support/golden.h"

namespace groel::testing {

class Openfold3File {
 public:
  Openfold3File() : arrays_(checkpoints::read_file(golden()).arrays) {}

  static std::filesystem::path golden() { return data("openfold3-tiny") / "model.pt"; }

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
  /// As later releases have it: one norm of pairs for all blocks of a transformer, that of its first. atoms: preview 2.
  enum class Norms { of_atoms, all };
  void share_norms(Norms norms) {
    for (const std::string copy : {"", "sample_diffusion."}) {
      if (copy.empty()) share("input_embedder.atom_attn_enc.atom_transformer.");
      share(copy + "diffusion_module.atom_attn_enc.atom_transformer.");
      share(copy + "diffusion_module.atom_attn_dec.atom_transformer.");
      if (norms == Norms::all) share(copy + "diffusion_module.diffusion_transformer.");
    }
    io::Array version = arrays_.at("layer_norm_s.weight");
    version.shape = {3};
    version.bytes = version.bytes.first(12);
    arrays_["version_tensor"] = version;
  }
  void write(const std::filesystem::path& path) const {
    std::map<std::string, io::ArrayView> views;
    for (const auto& [name, array] : arrays_) views[name] = {array.dtype, array.shape, array.bytes};
    io::write_safetensors(path, views);
  }
  structure_models::PublishedOpenfold3 reread() const {
    write(folder_ / "of3.safetensors");
    return structure_models::read_openfold3_file(folder_ / "of3.safetensors");
  }

 private:
  void share(const std::string& transformer) {
    const auto norm = [&](int block) {
      return fmt::format("{}blocks.{}.attention_pair_bias.layer_norm_z.weight", transformer, block);
    };
    arrays_[transformer + "layer_norm_z.weight"] = arrays_.at(norm(0));
    for (int block = 0; arrays_.contains(norm(block)); ++block) arrays_.erase(norm(block));
  }

  io::ArrayMap arrays_;
  TemporaryFolder folder_;
};

}  // namespace groel::testing
