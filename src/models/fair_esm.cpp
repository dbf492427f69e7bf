// Translates the settings in fair-esm's files to Hugging Face's names.
#include "models/fair_esm.h"

#include <cstring>

namespace groel::models {
namespace {

constexpr std::size_t kMaskRow = 32;

// What `node` holds under `name`; null when that is nothing or `node` is no object. The root comes from a pickle that
// anybody may have written, so that no field is what it should be until looked at.
const nlohmann::json& child(const nlohmann::json& node, std::string_view name) {
  static const nlohmann::json nothing;
  const auto found = node.is_object() ? node.find(name) : node.end();
  return found == node.end() ? nothing : *found;
}

// A Namespace's fields are written `encoder_layers` or, in older files, `layers`.
const nlohmann::json& field(const nlohmann::json& fields, const std::string& name) {
  const nlohmann::json& spelt_out = child(fields, "encoder_" + name);
  return spelt_out.is_null() ? child(fields, name) : spelt_out;
}

bool is_esm2(const RawCheckpoint& raw) { return child(child(raw.config, "cfg"), "model").is_object(); }
bool is_esm1(const RawCheckpoint& raw) { return child(child(raw.config, "args"), "arch") == "roberta_large"; }

nlohmann::json common_config(const nlohmann::json& fields) {
  return {{"model_type", "esm"},
          {"hidden_act", child(fields, "activation_fn")},
          {"num_hidden_layers", field(fields, "layers")},
          {"hidden_size", field(fields, "embed_dim")},
          {"num_attention_heads", field(fields, "attention_heads")},
          {"token_dropout", field(fields, "token_dropout")},
          {"layer_norm_eps", 1e-5},
          {"vocab_size", 33},
          {"architectures", {"EsmForMaskedLM"}}};
}

nlohmann::json esm2_config(const nlohmann::json& fields) {
  nlohmann::json config = common_config(fields);
  constexpr std::int64_t kLargest = 1 << 24;  // what is no width at all is reported under its own name
  const nlohmann::json& width = config["hidden_size"];
  if (width.is_number_integer() && width >= 1 && width <= kLargest)
    config["intermediate_size"] = 4 * width.get<std::int64_t>();
  config["position_embedding_type"] = "rotary";
  return config;
}

// ESM-1b and ESM-1v
nlohmann::json esm1_config(const nlohmann::json& fields, const io::ArrayMap& arrays) {
  nlohmann::json config = common_config(fields);
  config["intermediate_size"] = field(fields, "ffn_embed_dim");
  config["position_embedding_type"] = "absolute";
  config["emb_layer_norm_before"] = arrays.contains("esm.embeddings.layer_norm.weight");
  const auto positions = arrays.find("esm.embeddings.position_embeddings.weight");
  if (positions != arrays.end() && !positions->second.shape.empty())
    config["max_position_embeddings"] = positions->second.shape.front();
  return config;
}

// The model's tensors, and those of its regression for contacts, under our names.
io::ArrayMap our_arrays(const io::ArrayMap& arrays) {
  RawCheckpoint own;
  for (const std::string_view prefix : {kFairEsmModel, kFairEsmContacts})
    for (const auto& [name, array] : arrays)
      if (name.starts_with(prefix)) own.arrays[name.substr(prefix.size())] = array;
  own.rename(fair_esm_renames());
  return std::move(own.arrays);
}

void adapt(RawCheckpoint& raw) {
  const bool esm2 = is_esm2(raw);
  io::ArrayMap arrays = our_arrays(raw.arrays);
  nlohmann::json config =
      esm2 ? esm2_config(child(child(raw.config, "cfg"), "model")) : esm1_config(child(raw.config, "args"), arrays);
  const auto words = arrays.find(std::string(kEsmWords));
  const auto decoder = arrays.find(std::string(kEsmDecoder));
  const bool one_table =
      decoder == arrays.end() || (words != arrays.end() && words->second.bytes.data() == decoder->second.bytes.data());
  if (!one_table || !esm2) config["tie_word_embeddings"] = false;
  if (one_table && !esm2 && words != arrays.end()) arrays[std::string(kEsmDecoder)] = without_mask_row(words->second);
  raw = {std::move(config), std::move(arrays)};
}

}  // namespace

const std::vector<Rename>& fair_esm_renames() {
  static const std::vector<Rename> all{{"encoder.sentence_encoder.", ""},
                                       {"encoder.", ""},
                                       {"embed_tokens.", "esm.embeddings.word_embeddings."},
                                       {"embed_positions.", "esm.embeddings.position_embeddings."},
                                       {"emb_layer_norm_before.", "esm.embeddings.layer_norm."},
                                       {"emb_layer_norm_after.", "esm.encoder.emb_layer_norm_after."},
                                       {"contact_head.", "esm.contact_head."},
                                       {"self_attn_layer_norm.", "attention.LayerNorm."},
                                       {"final_layer_norm.", "LayerNorm."},
                                       {"self_attn.q_proj.", "attention.self.query."},
                                       {"self_attn.k_proj.", "attention.self.key."},
                                       {"self_attn.v_proj.", "attention.self.value."},
                                       {"self_attn.out_proj.", "attention.output.dense."},
                                       {"self_attn.rot_emb.", "attention.self.rotary_embeddings."},
                                       {"fc1.", "intermediate.dense."},
                                       {"fc2.", "output.dense."},
                                       {"lm_head.weight", "lm_head.decoder.weight"},
                                       {"layers.", "esm.encoder.layer."}};
  return all;
}

io::Array without_mask_row(const io::Array& words) {
  const auto bytes = std::make_shared<std::vector<std::byte>>(words.bytes.begin(), words.bytes.end());
  if (words.shape.size() == 2 && words.shape[0] > static_cast<std::int64_t>(kMaskRow)) {
    const std::size_t row = bytes->size() / static_cast<std::size_t>(words.shape[0]);
    std::memset(bytes->data() + kMaskRow * row, 0, row);
  }
  return {words.dtype, words.shape, *bytes, bytes};
}

Layout fair_esm_layout() {
  return {.name = "torch file of the model's own code",
          .recognises = [](const RawCheckpoint& raw) { return is_esm2(raw) || is_esm1(raw); },
          .adapt = adapt,
          .express = express_fair_esm,
          .extension = ".pt",
          .advice = fair_esm_advice};
}

}  // namespace groel::models
