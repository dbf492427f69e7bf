// Heads as files: their shape as JSON, their weights as safetensors.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "nn/heads/prediction_head.h"

namespace groel::checkpoints {

inline constexpr const char* kHeadFile = "head.safetensors";

nlohmann::ordered_json to_json(const nn::HeadShape& shape);
/// Errors: bad_input naming `where` and the field that is missing, unknown or of another type.
nn::HeadShape head_shape(const nlohmann::json& json, const std::string& where);

/// All tensors of a head; they share its memory. Of one that is ready for training, or has been drawn.
std::vector<NamedTensor> head_tensors(nn::PredictionHead& head);
/// head.safetensors in `folder`, which holds the shape too. Errors: io.
void write_head(const std::filesystem::path& folder, const nn::HeadShape& shape,
                const std::vector<NamedTensor>& tensors);

/// The head of head.safetensors in `folder`, its weights in place: what is missing, unexpected or of another shape is
/// one error. It is made ready by who wants to use it, or train it further. Errors: not_found, io, bad_model.
std::unique_ptr<nn::PredictionHead> read_head(const std::filesystem::path& folder);
/// The same, ready to predict.
std::unique_ptr<nn::PredictionHead> load_head(const std::filesystem::path& folder);

}  // namespace groel::checkpoints
