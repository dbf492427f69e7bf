// The tiny ESMFold of tests/data, and copies of it that are changed.
#pragma once

#include <filesystem>
#include <functional>

#include "base/text_file.h"
#include "io/arrays.h"
#include "structure_models/esmfold/checkpoint.h"
#include "structure_models/esmfold/sequence.h"
#include "support/files.h"
#include "support/golden.h"

namespace groel::testing {

inline std::filesystem::path esmfold_folder() { return data("esmfold-tiny"); }

inline const structure_models::Esmfold& esmfold_tiny() {
  static const structure_models::LoadedEsmfold one = structure_models::load_esmfold(esmfold_folder());
  return *one.model;
}

/// Its tensors, changed, as a model in that folder.
inline void write_changed_esmfold(const std::filesystem::path& folder,
                                  const std::function<void(io::ArrayMap&)>& change) {
  io::ArrayMap arrays = io::read_safetensors(esmfold_folder() / "model.safetensors").arrays;
  change(arrays);
  std::filesystem::create_directories(folder);
  for (const char* name : {"config.json", "vocab.txt"})
    std::filesystem::copy_file(esmfold_folder() / name, folder / name,
                               std::filesystem::copy_options::overwrite_existing);
  std::map<std::string, io::ArrayView> views;
  for (const auto& [name, array] : arrays) views[name] = {array.dtype, array.shape, array.bytes};
  io::write_safetensors(folder / "model.safetensors", views);
}

/// A copy of an array with rows in another order: row i is row `from(i)`.
inline io::Array with_rows(const io::Array& array, const std::function<std::int64_t(std::int64_t)>& from) {
  const auto rows = array.shape[0];
  const std::size_t each = array.bytes.size() / static_cast<std::size_t>(rows);
  const auto bytes = std::make_shared<std::vector<std::byte>>();
  for (std::int64_t i = 0; i < rows; ++i) {
    const auto row = array.bytes.subspan(static_cast<std::size_t>(from(i)) * each, each);
    bytes->insert(bytes->end(), row.begin(), row.end());
  }
  return {array.dtype, array.shape, *bytes, bytes};
}

}  // namespace groel::testing
