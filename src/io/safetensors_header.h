// Parses the JSON header of safetensors as a stream, so that a malicious one uses no more memory than its size.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/dtype.h"

namespace groel::io {

struct SafetensorsEntry {
  std::string name;
  DType dtype = DType::f32;
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< offsets into the data after the header
  std::uint64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> entries;
  nlohmann::json metadata = nlohmann::json::object();  ///< of "__metadata__": text values
};

/// Errors (naming `label` and the tensor): bad_model for anything but {"name": {"dtype", "shape", "data_offsets"}},
/// an unknown dtype included; unsupported for a dtype of the format that GroEL has not.
SafetensorsHeader parse_safetensors_header(std::string_view text, const std::string& label);

/// The format's name of a dtype ("BF16").
std::string_view safetensors_name(DType dtype) noexcept;

}  // namespace groel::io
