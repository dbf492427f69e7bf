// Models whose weights are so large that results overflow.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "io/arrays.h"
#include "support/files.h"

namespace groel::testing {

struct Overflow {
  std::string tensor;
  std::int64_t row = -1;  ///< -1: all of it
};

/// The model folder `source`, with 3e38 in part of a tensor, as `folder`/`name`.
inline std::string overflowing(const TemporaryFolder& folder, const std::string& source, const Overflow& what) {
  const std::filesystem::path to = folder / "overflowing";
  std::filesystem::remove_all(to);
  std::filesystem::create_directories(to);
  for (const char* file : {"config.json", "vocab.txt"})
    std::filesystem::copy_file(std::filesystem::path(source) / file, to / file);
  const io::ArrayFile file = io::read_safetensors(std::filesystem::path(source) / "model.safetensors");
  std::map<std::string, io::ArrayView> views;
  for (const auto& [name, array] : file.arrays) views[name] = {array.dtype, array.shape, array.bytes};
  io::ArrayView& view = views.at(what.tensor);
  std::vector<float> values(view.bytes.size() / sizeof(float));
  std::copy_n(reinterpret_cast<const float*>(view.bytes.data()), values.size(), values.begin());
  const auto width = static_cast<std::size_t>(view.shape.back());
  const auto begin = what.row < 0 ? 0 : static_cast<std::size_t>(what.row) * width;
  std::fill(values.begin() + static_cast<std::ptrdiff_t>(begin),
            what.row < 0 ? values.end() : values.begin() + static_cast<std::ptrdiff_t>(begin + width), 3e38F);
  view.bytes = std::as_bytes(std::span(values));
  io::write_safetensors(to / "model.safetensors", views);
  return to.string();
}

}  // namespace groel::testing
