// Saves a trained model as a folder that Transformers and GroEL load.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "checkpoints/checkpoint.h"
#include "checkpoints/weight_files.h"
#include "tensor/tensor.h"

namespace groel::checkpoints {

/// What a model has to say to be saved.
struct SavedModel {
  nlohmann::json config;             ///< Hugging Face's terms
  std::vector<NamedTensor> tensors;  ///< names as in the published checkpoints; contiguous
  bio::TokenizerFiles tokenizer{};
};

/// A checkpoint's own weights in another precision (f32, bf16 or f16), without the buffers of positions that old files
/// hold.
SavedModel saved_copy(const Checkpoint& checkpoint, bio::TokenizerFiles tokenizer, DType dtype);

/// Writes config.json, weights (model.safetensors, if not asked otherwise) and the tokenizer's files into `folder`,
/// which is there; each file whole or not at all, the weights last. Errors: io.
/// -> the files with weights.
std::vector<std::filesystem::path> write_model(const std::filesystem::path& folder, const SavedModel& model,
                                               const WeightFiles& files = {});
/// All of that but the weights.
void write_description(const std::filesystem::path& folder, const SavedModel& model);

}  // namespace groel::checkpoints
