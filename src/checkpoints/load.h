// Loads a checkpoint from disk into a model that is ready to run.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "checkpoints/checkpoint.h"
#include "models/model.h"

namespace groel::checkpoints {

struct LoadedModel {
  std::unique_ptr<models::Model> model;
  const models::Family* family = nullptr;
  std::filesystem::path path;
  std::string layout;        ///< which kind of checkpoint it came from
  std::string stored_dtype;  ///< dtype of most of its weights on disk
  ops::Precision precision = ops::Precision::f32;
  nlohmann::json config;
  std::vector<std::string> ignored;  ///< tensors of the file that the model does not use
  std::string fingerprint;           ///< of the checkpoint, prompts included, without the files of its tokenizer
  std::string identity;              ///< the fingerprint and the tokenizer's files: what results depend on
};

/// Loads strictly: one bad_model error lists every missing, unexpected and mis-shaped tensor, and every one that holds
/// NaN or infinity (the first 200 of each, and how many there are). memory, before any of it is read, where the packed
/// weights are larger than the memory that is free: it says in which precision they would fit.
LoadedModel load_model(const std::filesystem::path& path, ops::Precision precision = ops::Precision::f32,
                       ops::WeightForm weights = ops::WeightForm::exact);
/// The same from a checkpoint already read.
LoadedModel load_model(Checkpoint checkpoint, ops::Precision precision,
                       ops::WeightForm weights = ops::WeightForm::exact);

/// What the model keeps of a checkpoint once it is packed, bytes: known without reading its tensors.
std::size_t packed_size(const Checkpoint& checkpoint, ops::Precision precision,
                        ops::WeightForm weights = ops::WeightForm::exact);

/// Puts arrays into the slots of a module, strictly: errors as load_model, naming `path`. -> names of those that it
/// does not use and that `ignorable` (models/family.h) lets pass.
std::vector<std::string> fill_slots(nn::Module& module, const io::ArrayMap& arrays,
                                    const std::vector<std::string_view>& ignorable, const std::filesystem::path& path);

/// Digest of configuration, names, shapes and pieces of every tensor.
std::string fingerprint(const Checkpoint& checkpoint);

/// The model that a checkpoint's configuration describes, with its vocabulary and without tensors. Errors: bad_model.
std::unique_ptr<models::Model> build_model(const Checkpoint& checkpoint);

/// Of its own vocabulary, or its family's. Errors: bad_model.
models::TokenizerPointer tokenizer_of(const Checkpoint& checkpoint);

/// Takes heads of classes and of language modelling off a checkpoint.
void take_off_heads(Checkpoint& checkpoint);

/// The same with every tensor in place but nothing packed: for models::Model::prepare_training.
LoadedModel load_unprepared(Checkpoint checkpoint);

}  // namespace groel::checkpoints
