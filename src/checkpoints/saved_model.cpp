// Writes the files of a Hugging Face model folder.
#include "checkpoints/saved_model.h"

#include <map>

#include "base/error.h"
#include "base/text_file.h"
#include "checkpoints/tensors.h"

namespace groel::checkpoints {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

const char* torch_name(DType dtype) {
  if (dtype == DType::bf16) return "bfloat16";
  return dtype == DType::f16 ? "float16" : "float32";
}

// That of the weights; all have the same.
DType weight_type(const SavedModel& model) {
  return model.tensors.empty() ? DType::f32 : model.tensors.front().value.dtype();
}

std::string tokenizer_config(const bio::Tokenizer& tokenizer) {
  const auto special = tokenizer.transformers_tokens();
  ordered_json added = ordered_json::object();
  for (std::int32_t id = 0; id < tokenizer.size(); ++id)
    for (const auto& [name, token] : special)
      if (token == id)
        added[std::to_string(id)] = {
            {"content", tokenizer.token(id)}, {"lstrip", false}, {"normalized", false}, {"rstrip", false},
            {"single_word", false},           {"special", true}};
  std::map<std::string, ordered_json> config = {{"added_tokens_decoder", added},
                                                {"clean_up_tokenization_spaces", true},
                                                {"model_max_length", 1e30},
                                                {"tokenizer_class", tokenizer.transformers_class()}};
  for (const auto& [name, token] : special) config[std::string(name)] = tokenizer.token(token);
  return ordered_json(config).dump(2) + "\n";
}

std::string special_tokens(const bio::Tokenizer& tokenizer) {
  std::map<std::string, std::string> map;
  for (const auto& [name, token] : tokenizer.transformers_tokens()) map[std::string(name)] = tokenizer.token(token);
  return ordered_json(map).dump(2) + "\n";
}

std::string joined(const std::vector<std::string>& tokens) {
  std::string text;
  for (const std::string& token : tokens) text += (text.empty() ? "" : "\n") + token;
  return text;
}

}  // namespace

SavedModel saved_copy(const Checkpoint& checkpoint, std::vector<std::string> vocabulary, DType dtype) {
  SavedModel model{checkpoint.config, {}, std::move(vocabulary)};
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
  if (family != nullptr) family->complete(config, model.vocabulary);
  config["torch_dtype"] = torch_name(weight_type(model));
  write_text(folder / "config.json", config.dump(2) + "\n");
  if (model.vocabulary.empty()) return;
  write_text(folder / "vocab.txt", joined(model.vocabulary));
  if (family == nullptr) return;  // nobody knows what its tokens mean
  const auto tokenizer = family->tokenizer(model.vocabulary, "vocab.txt");
  write_text(folder / "tokenizer_config.json", tokenizer_config(*tokenizer));
  write_text(folder / "special_tokens_map.json", special_tokens(*tokenizer));
}

std::vector<std::filesystem::path> write_model(const std::filesystem::path& folder, const SavedModel& model,
                                               const WeightFiles& files) {
  write_description(folder, model);
  return write_weights(folder, model.tensors, files);
}

}  // namespace groel::checkpoints
