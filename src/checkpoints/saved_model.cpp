// Writes the files of a Hugging Face model folder.
#include "checkpoints/saved_model.h"

#include "base/error.h"
#include "base/text_file.h"
#include "checkpoints/tensors.h"
#include "checkpoints/tokenizer_files.h"

namespace groel::checkpoints {
namespace {

using nlohmann::json;

const char* torch_name(DType dtype) {
  if (dtype == DType::bf16) return "bfloat16";
  return dtype == DType::f16 ? "float16" : "float32";
}

// That of the weights; all have the same.
DType weight_type(const SavedModel& model) {
  return model.tensors.empty() ? DType::f32 : model.tensors.front().value.dtype();
}

}  // namespace

SavedModel saved_copy(const Checkpoint& checkpoint, bio::TokenizerFiles tokenizer, DType dtype) {
  SavedModel model{checkpoint.config, {}, std::move(tokenizer)};
  const auto is_weight = [](DType type) { return type == DType::f32 || type == DType::f16 || type == DType::bf16; };
  for (const auto& [name, array] : checkpoint.arrays)
    if (is_weight(array.dtype)) model.tensors.push_back({name, copied(array, dtype)});
  return model;
}

void write_description(const std::filesystem::path& folder, const SavedModel& model) {
  json config = model.config;
  const models::Family* family = nullptr;
  for (const models::Family& one : models::families())
    if (one.accepts(config)) family = &one;
  if (family != nullptr) family->complete(config, model.tokenizer.tokens);
  config["torch_dtype"] = torch_name(weight_type(model));
  write_text(folder / "config.json", config.dump(2) + "\n");
  if (model.tokenizer.tokens.empty()) return;
  if (family != nullptr)
    write_tokenizer_files(folder, *family->tokenizer(model.tokenizer), family->vocabulary);
  else  // nobody knows what its tokens mean
    write_token_lines(folder, model.tokenizer.tokens);
}

std::vector<std::filesystem::path> write_model(const std::filesystem::path& folder, const SavedModel& model,
                                               const WeightFiles& files) {
  write_description(folder, model);
  return write_weights(folder, model.tensors, files);
}

}  // namespace groel::checkpoints
