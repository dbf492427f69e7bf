// Models of golden cases: configuration, tokens, files and forward passes.
#include "golden/model_case.h"

#include <algorithm>
#include <set>

#include "models/family.h"

namespace groel::golden {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

bool is_model_file(const fs::path& path) {
  const std::string name = path.filename().string();
  if (name == "model.safetensors" || name == "pytorch_model.bin") return true;
  const std::string extension = path.extension().string();
  return (extension == ".pt" || extension == ".pth") && name.find("-contact-regression") == std::string::npos;
}

std::vector<fs::path> model_files(const fs::path& folder) {
  std::vector<fs::path> out;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_regular_file() && is_model_file(entry.path())) out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

// Does Transformers read the folder?
bool is_a_checkpoint(const Case& golden) {
  if (!golden.config().is_object()) return false;
  for (const char* file :
       {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"})
    if (golden.holds(file)) return true;
  return false;
}

}  // namespace

std::string text_of(const json& object, const std::string& key) {
  return object.is_object() && object.contains(key) && object[key].is_string() ? object[key].get<std::string>() : "";
}

Head head_of(const json& config) {
  if (!config.is_object() || !config.contains("architectures") || config["architectures"].empty())
    return Head::language_model;
  const std::string name = config["architectures"][0];
  if (name.ends_with("LMHeadModel")) return Head::causal_language_model;
  if (name.ends_with("ForSequenceClassification")) return Head::sequence_labels;
  if (name.ends_with("ForTokenClassification")) return Head::token_labels;
  return name.ends_with("ForMaskedLM") || name.ends_with("Model") ? Head::language_model : Head::other;
}

bool is_of_a_family(const Case& golden) {
  if (golden.config().is_null()) return !model_files(golden.folder()).empty();
  const auto& all = models::families();
  return golden.config().is_object() && std::any_of(all.begin(), all.end(), [&](const models::Family& family) {
           return family.accepts(golden.config());
         });
}

std::vector<std::vector<std::int32_t>> token_ids(const json& inputs) {
  std::vector<std::vector<std::int32_t>> ids = inputs.at("input_ids");
  for (std::size_t s = 0; s < ids.size(); ++s) {
    if (inputs.contains("attention_mask")) {
      std::vector<std::int32_t> kept;
      for (std::size_t t = 0; t < ids[s].size(); ++t)
        if (inputs["attention_mask"].at(s).at(t) != 0) kept.push_back(ids[s][t]);
      ids[s] = kept;
    } else if (inputs.contains("lengths")) {
      ids[s].resize(std::min(ids[s].size(), inputs["lengths"].at(s).get<std::size_t>()));
    }
  }
  return ids;
}

std::vector<Layout> layouts(const Case& golden) {
  std::vector<Layout> out;
  if (is_a_checkpoint(golden)) out.push_back({golden.folder(), ""});
  for (const fs::path& file : model_files(golden.folder())) out.push_back({file, file.filename().string()});
  return out;
}

std::vector<float> Forward::rows(const Tensor& tensor, std::size_t s) const {
  const auto cu = batch.cu_seqlens.values<std::int32_t>();
  const Tensor part = tensor.rows(cu[s], cu[s + 1]).clone();
  const auto values = part.values<float>();
  return {values.begin(), values.end()};
}

Forward forward(const models::Model& model, const std::vector<std::vector<std::int32_t>>& ids) {
  Forward out;
  out.batch = models::Batch::pack(ids, model.tokenizer());
  models::Taps taps;
  taps.hidden = [&](int layer, const Tensor& hidden) { out.hidden[layer] = hidden.clone(); };
  out.last = models::require<models::Encoder>(model).encode(out.batch, taps);
  return out;
}

std::string tokens_differ(const json& inputs, const bio::Tokenizer& tokenizer) {
  const auto ids = token_ids(inputs);
  const std::vector<std::string> texts = inputs.at("sequences");
  if (texts.size() != ids.size()) return fmt::format("{} sequences, {} lists of ids", texts.size(), ids.size());
  for (std::size_t s = 0; s < texts.size(); ++s)
    if (tokenizer.encode_as_transformers(texts[s]) != ids[s]) return fmt::format("sequence {}: {}", s, texts[s]);
  return {};
}

}  // namespace groel::golden
