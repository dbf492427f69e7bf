// A model without a contact head.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "io/arrays.h"
#include "support/files.h"
#include "support/golden.h"
#include "tasks/reading.h"

namespace groel::testing {

// esm2-tiny without its contact head.
inline std::string headless(const TemporaryFolder& work) {
  const std::string folder = work / "headless";
  std::filesystem::copy(kEsm2, folder);
  const io::ArrayFile whole = io::read_safetensors(kEsm2 + "/model.safetensors");
  std::map<std::string, io::ArrayView> kept;
  for (const auto& [name, array] : whole.arrays)
    if (name.find("contact_head") == std::string::npos) kept[name] = {array.dtype, array.shape, array.bytes};
  io::write_safetensors(folder + "/model.safetensors", kept, {{"format", "pt"}});
  return folder;
}

}  // namespace groel::testing
