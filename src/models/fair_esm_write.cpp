// Writes ESM-2, ESM-1b and ESM-1v as fair-esm's code reads them.
#include <algorithm>

#include "base/words.h"
#include "models/classifier.h"
#include "models/fair_esm.h"
#include "nn/rotary.h"

namespace groel::models {
namespace {

using nlohmann::json;

constexpr const char* kPositions = "esm.embeddings.position_embeddings.weight";

template <class T>
T setting(const json& config, const char* field, T otherwise) {
  return config.contains(field) && !config[field].is_null() ? config[field].get<T>() : otherwise;
}

bool is_rotary(const json& config) {
  return setting<std::string>(config, "position_embedding_type", "absolute") == "rotary";
}

bool same_bytes(const io::Array& a, const io::Array& b) {
  return a.dtype == b.dtype && std::ranges::equal(a.bytes, b.bytes);
}

io::Array copy_of(const io::Array& array) {
  const auto bytes = std::make_shared<std::vector<std::byte>>(array.bytes.begin(), array.bytes.end());
  return {array.dtype, array.shape, *bytes, bytes};
}

// fair-esm's code fixes what Transformers' configuration leaves open.
void require_fair_esm(const RawCheckpoint& model) {
  const json& config = model.config;
  for (const auto& [name, array] : model.arrays)
    if (name.starts_with(kClassifier)) cannot_express("it has a head of classes (" + name + ")");
  if (!model.arrays.contains("lm_head.dense.weight")) cannot_express("it has no language-model head");
  if (setting(config, "layer_norm_eps", 0.0F) != 1e-5F) cannot_express("its layer_norm_eps is not 1e-5");
  if (setting<std::int64_t>(config, "vocab_size", 0) != 33)
    cannot_express("its vocabulary is not the 33 tokens of ESM");
  if (!is_rotary(config)) return;
  if (setting<std::int64_t>(config, "intermediate_size", 0) != 4 * setting<std::int64_t>(config, "hidden_size", 0))
    cannot_express("its intermediate_size is not 4 times its hidden_size");
  if (setting(config, "emb_layer_norm_before", false))
    cannot_express("it has rotary positions and emb_layer_norm_before");
}

// fair-esm has one table for input and output. An ESM-1 file that stores it once has lost <mask>'s output row.
void share_tables(RawCheckpoint& model) {
  const io::Array& words = model.arrays.at(std::string(kEsmWords));
  const auto found = model.arrays.find(std::string(kEsmDecoder));
  const bool tied = setting(model.config, "tie_word_embeddings", true) || found == model.arrays.end();
  const io::Array& decoder = tied ? words : found->second;
  const bool esm2 = is_rotary(model.config);
  const bool once = same_bytes(decoder, esm2 ? words : without_mask_row(words));
  if (!once && !same_bytes(decoder, words)) cannot_express("its output table is not its embedding table");
  model.arrays[std::string(kEsmDecoder)] = once ? words : copy_of(words);
  model.buffers.erase(std::string(kEsmDecoder));  // it is rounded as the table is
}

// Layers whose file leaves the frequencies to be computed.
void fill_frequencies(RawCheckpoint& model) {
  const auto width = model.config["hidden_size"].get<std::int64_t>();
  const auto heads = model.config["num_attention_heads"].get<std::int64_t>();
  const auto frequencies = std::make_shared<const Tensor>(nn::Rotary::default_frequencies(width / heads));
  const io::Array array{DType::f32, frequencies->shape(), {frequencies->raw_data(), frequencies->bytes()}, frequencies};
  for (std::int64_t i = 0; i < model.config["num_hidden_layers"].get<std::int64_t>(); ++i) {
    const std::string name = fmt::format("esm.encoder.layer.{}.attention.self.rotary_embeddings.inv_freq", i);
    if (model.arrays.emplace(name, array).second) model.buffers.insert(name);
  }
}

// No fractions: torch 1.13 takes none with weights_only.
json settings_of(const json& config, const io::ArrayMap& arrays) {
  const bool rotary = is_rotary(config);
  const auto positions = arrays.find(kPositions);
  const std::int64_t rows = rotary || positions == arrays.end() ? 1026 : positions->second.shape.front();
  json out = {{"arch", rotary ? "esm2" : "roberta_large"},
              {"activation_fn", "gelu"},
              {"encoder_layers", config["num_hidden_layers"]},
              {"encoder_embed_dim", config["hidden_size"]},
              {"encoder_ffn_embed_dim", config["intermediate_size"]},
              {"encoder_attention_heads", config["num_attention_heads"]},
              {"token_dropout", setting(config, "token_dropout", false)},
              {"max_positions", std::max<std::int64_t>(rows, 2) - 2}};  // the table has two rows that stand for none
  if (rotary) return {{"cfg", {{"model", out}}}};
  out["task"] = "masked_lm";
  out["final_bias"] = true;
  return {{"args", out}};
}

// Where the file has a tensor of that name.
std::string placed(const std::string& name) {
  if (name.starts_with("contact_head.")) return std::string(kFairEsmContacts) + name;
  const bool head = name.starts_with("lm_head.");
  return fmt::format("{}encoder.{}{}", kFairEsmModel, head ? "" : "sentence_encoder.", name);
}

}  // namespace

void express_fair_esm(RawCheckpoint& model) {
  require_fair_esm(model);
  share_tables(model);
  if (is_rotary(model.config)) {
    model.arrays.erase(kPositions);
    fill_frequencies(model);
  }
  const json settings = settings_of(model.config, model.arrays);
  model.rename(inverse(fair_esm_renames()));
  RawCheckpoint out{settings, {}};
  for (auto& [name, array] : model.arrays) out.arrays.emplace(placed(name), std::move(array));
  for (const std::string& name : model.buffers) out.buffers.insert(placed(name));
  model = std::move(out);
}

// By the name its loader tells the generations apart, and whether there is a regression for contacts.
std::string fair_esm_advice(const RawCheckpoint& file, std::string_view stem) {
  const bool esm2 = file.config.contains("cfg");
  if (esm2 != stem.starts_with("esm2"))
    return fmt::format(
        "fair-esm's own loader tells ESM-2 from ESM-1 by the file's name: for use there it must {} 'esm2'",
        esm2 ? "begin with" : "not begin with");
  const bool contacts = std::any_of(file.arrays.begin(), file.arrays.end(),
                                    [](const auto& entry) { return entry.first.starts_with(kFairEsmContacts); });
  if (!contacts && stem.find("esm1v") == std::string_view::npos)
    return "the model has no contact head: fair-esm's own loader wants one, unless the file's name holds 'esm1v'";
  return {};
}

}  // namespace groel::models
