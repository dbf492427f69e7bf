// Translates names and settings of esm.cpp's GGUF files.
#include "models/esm_gguf.h"

#include "base/error.h"

namespace groel::models {
namespace {

using nlohmann::json;

const std::vector<Rename>& renames() {
  static const std::vector<Rename> all{{"token_embd.", "esm.embeddings.word_embeddings."},
                                       {"enc_norm.", "esm.encoder.emb_layer_norm_after."},
                                       {"attn_norm.", "attention.LayerNorm."},
                                       {"attn_q.", "attention.self.query."},
                                       {"attn_k.", "attention.self.key."},
                                       {"attn_v.", "attention.self.value."},
                                       {"attn_output.", "attention.output.dense."},
                                       {"ffn_norm.", "LayerNorm."},
                                       {"ffn_up.", "intermediate.dense."},
                                       {"ffn_down.", "output.dense."},
                                       {"lm_head.", "lm_head.dense."},
                                       {"lm_head_norm.", "lm_head.layer_norm."},
                                       {"blk.", "esm.encoder.layer."}};
  return all;
}

// What such a file does not say holds for every ESM-2.
void adapt(RawCheckpoint& raw) {
  json config = {{"model_type", "esm"},
                 {"architectures", {"EsmForMaskedLM"}},
                 {"position_embedding_type", "rotary"},
                 {"token_dropout", true},
                 {"vocab_size", 33},
                 {"layer_norm_eps", 1e-5}};
  for (const auto& [from, to] : {std::pair{"esm.block_count", "num_hidden_layers"},
                                 {"esm.embedding_length", "hidden_size"},
                                 {"esm.feed_forward_length", "intermediate_size"},
                                 {"esm.attention.head_count", "num_attention_heads"},
                                 {"esm.attention.layer_norm_epsilon", "layer_norm_eps"}})
    if (raw.config.contains(from)) config[to] = raw.config[from];
  raw.config = std::move(config);
  raw.rename(renames());
  if (auto bias = raw.arrays.extract("output.bias"); !bias.empty()) {
    bias.key() = "lm_head.bias";
    raw.arrays.insert(std::move(bias));
  }
}

}  // namespace

Layout esm_gguf_layout() {
  return {.name = "GGUF of esm.cpp",
          .recognises =
              [](const RawCheckpoint& raw) {
                return raw.config.is_object() && raw.config.value("general.architecture", json()) == "esm";
              },
          .adapt = adapt};
}

}  // namespace groel::models
