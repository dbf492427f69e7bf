// Files of Protenix's weights that tests make of the golden one: arrays taken out, renamed, cut.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "io/arrays.h"
#include "structure_models/protenix/weights.h"
#include "support/golden.h"

namespace groel::testing {

class ProtenixFile {
 public:
  ProtenixFile() : arrays_(structure_models::read_protenix_arrays(golden())) {}

  static std::filesystem::path golden() { return data("protenix-tiny") / "model.pt"; }

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
  /// One block over the alignment, as Protenix's mini and tiny have it: the last, which updates no alignment.
  void keep_last_alignment_block() {
    erase("msa_module.blocks.0.");
    rename("msa_module.blocks.1.", "msa_module.blocks.0.");
  }
  void write(const std::filesystem::path& path) const {
    std::map<std::string, io::ArrayView> views;
    for (const auto& [name, array] : arrays_) views[name] = {array.dtype, array.shape, array.bytes};
    io::write_safetensors(path, views);
  }

 private:
  io::ArrayMap arrays_;
};

}  // namespace groel::testing
