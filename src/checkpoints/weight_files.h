// The weights of a Hugging Face folder: safetensors or PyTorch's format, one file or shards with an index.
#pragma once

#include <filesystem>
#include <vector>

#include "tensor/tensor.h"

namespace groel::checkpoints {

struct WeightFiles {
  enum class Form { safetensors, bin };
  Form form = Form::safetensors;
  std::size_t shard_bytes = 0;  ///< at most so many in a file, unless one tensor alone has more; 0: one file
};

/// Writes them into `folder`, which exists: `model.safetensors`, or `model-00001-of-00003.safetensors` and so on with
/// `model.safetensors.index.json`; of the other form `pytorch_model.bin` and so on. -> the files with weights. Errors:
/// io.
std::vector<std::filesystem::path> write_weights(const std::filesystem::path& folder,
                                                 const std::vector<NamedTensor>& tensors, const WeightFiles& files);

}  // namespace groel::checkpoints
