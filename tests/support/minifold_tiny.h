// The tiny MiniFold of tests/data, and copies of it that are changed.
#pragma once

#include <filesystem>
#include <functional>

#include "structure_models/minifold/checkpoint.h"
#include "support/files.h"
#include "support/golden.h"

namespace groel::testing {

inline std::filesystem::path minifold_folder() { return data("minifold-tiny"); }

/// Its arrays under their published names, with those of its language model.
inline models::RawCheckpoint minifold_arrays() {
  std::string layout;
  return structure_models::read_minifold(minifold_folder(), layout);
}

inline const structure_models::Minifold& minifold_tiny() {
  static const structure_models::LoadedMinifold one = structure_models::load_minifold(minifold_folder());
  return *one.model;
}

/// A copy of a matrix or vector of f32 or f16, whose entry (r, c) is that of `from(r, c)`.
inline io::Array rearranged(
    const io::Array& array,
    const std::function<std::pair<std::int64_t, std::int64_t>(std::int64_t, std::int64_t)>& from) {
  const std::int64_t rows = array.shape[0], columns = array.shape.size() > 1 ? array.shape[1] : 1;
  const std::size_t each = array.bytes.size() / static_cast<std::size_t>(rows * columns);
  const auto bytes = std::make_shared<std::vector<std::byte>>();
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < columns; ++c) {
      const auto [row, column] = from(r, c);
      const auto one = array.bytes.subspan(static_cast<std::size_t>(row * columns + column) * each, each);
      bytes->insert(bytes->end(), one.begin(), one.end());
    }
  return {array.dtype, array.shape, *bytes, bytes};
}
inline io::Array with_rows_from(const io::Array& array, const std::function<std::int64_t(std::int64_t)>& from) {
  return rearranged(array, [&](std::int64_t r, std::int64_t c) { return std::pair(from(r), c); });
}
inline io::Array with_columns_from(const io::Array& array, const std::function<std::int64_t(std::int64_t)>& from) {
  return rearranged(array, [&](std::int64_t r, std::int64_t c) { return std::pair(r, from(c)); });
}
inline io::Array zeros_like(const io::Array& array) {
  const auto bytes = std::make_shared<std::vector<std::byte>>(array.bytes.size());
  return {array.dtype, array.shape, *bytes, bytes};
}

/// Arrays under published names as a folder of the plain form.
inline void write_minifold_folder(const std::filesystem::path& folder, const models::RawCheckpoint& raw) {
  std::filesystem::create_directories(folder);
  write_file(folder / "config.json", raw.config.dump());
  std::map<std::string, io::ArrayView> views;
  for (const auto& [name, array] : raw.arrays) views[name] = {array.dtype, array.shape, array.bytes};
  io::write_safetensors(folder / "model.safetensors", views);
}

}  // namespace groel::testing
