// What the Namespaces of fair-esm's files say, in Hugging Face's terms.
#include "models/fair_esm.h"

namespace groel::models {
namespace {

// What `node` holds under `name`; null when that is nothing or `node` is no object. The root comes from a pickle that
// anybody may have written, so that no field is what it should be until looked at.
const nlohmann::json& child(const nlohmann::json& node, const std::string& name) {
  static const nlohmann::json nothing;
  const auto found = node.is_object() ? node.find(name) : node.end();
  return found == node.end() ? nothing : *found;
}

// A Namespace's fields are written `encoder_layers` or, in older files, `layers`.
const nlohmann::json& field(const nlohmann::json& fields, const std::string& name) {
  const nlohmann::json& spelt_out = child(fields, "encoder_" + name);
  return spelt_out.is_null() ? child(fields, name) : spelt_out;
}

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

// The reference zeroes the <mask> row of the embeddings in place on loading; where the file stores the output table in
// the same memory, <mask>'s logits lose their row too.
bool shares_embedding_with_head(const nlohmann::json& tensors) {
  nlohmann::json embedding;
  nlohmann::json head;
  for (const auto& [name, tensor] : tensors.items()) {
    if (name.ends_with("embed_tokens.weight")) embedding = child(tensor, "storage");
    if (name.ends_with("lm_head.weight")) head = child(tensor, "storage");
  }
  return head.is_null() || embedding == head;
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
nlohmann::json esm1_config(const nlohmann::json& fields, const nlohmann::json& tensors) {
  nlohmann::json config = common_config(fields);
  config["intermediate_size"] = field(fields, "ffn_embed_dim");
  config["position_embedding_type"] = "absolute";
  for (const auto& [name, tensor] : tensors.items()) {
    if (name.find("emb_layer_norm_before") != std::string::npos) config["emb_layer_norm_before"] = true;
    const nlohmann::json& shape = child(tensor, "shape");
    if (name.ends_with("embed_positions.weight") && shape.is_array() && !shape.empty())
      config["max_position_embeddings"] = shape.front();
  }
  config["mask_row_zeroed_in_head"] = shares_embedding_with_head(tensors);
  return config;
}

}  // namespace

NativeCheckpoint from_fair_esm(const nlohmann::json& root, const nlohmann::json& regression) {
  const nlohmann::json& tensors = child(root, "model");
  if (!tensors.is_object()) return {};
  NativeCheckpoint out;
  if (child(child(root, "cfg"), "model").is_object()) {
    out.config = esm2_config(child(child(root, "cfg"), "model"));
  } else if (child(child(root, "args"), "arch") == "roberta_large") {
    out.config = esm1_config(child(root, "args"), tensors);
  } else {
    return {};
  }
  if (!shares_embedding_with_head(tensors)) out.config["tie_word_embeddings"] = false;
  out.tensors = tensors;
  const nlohmann::json& contacts = child(regression, "model");
  if (contacts.is_object()) out.tensors.update(contacts);
  return out;
}

std::vector<Rename> fair_esm_renames() {
  return {{"encoder.sentence_encoder.", ""},
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
}

}  // namespace groel::models
