// What is in a file of tensors, whatever its format and whoever wrote it.
#pragma once

#include <optional>

#include "io/arrays.h"

namespace groel::io {

struct TensorRow {
  std::string name;   ///< names of nested dicts joined by '.'
  std::string dtype;  ///< as GroEL calls it ("bf16"), or as the file does where GroEL has no such type ("Q4_K")
  std::vector<std::int64_t> shape;
  std::optional<std::uint64_t> bytes;   ///< in the file; none: not known
  std::optional<std::uint64_t> offset;  ///< in the file; none: its numbers do not lie there in one piece
  std::filesystem::path file;
  std::optional<Array> array;  ///< the numbers, where they can be read as they are
};

struct TensorList {
  std::string_view format;                             ///< "safetensors", "PyTorch", "GGUF", "NPZ"
  nlohmann::json metadata = nlohmann::json::object();  ///< what a safetensors or GGUF file says beside
  std::vector<TensorRow> rows;                         ///< in the order of the file; of shards, one after the other
};

/// Of a file, told by its content, or of the weights in a Hugging Face folder. Errors: as the readers of these formats.
TensorList list_tensors(const std::filesystem::path& path);

}  // namespace groel::io
