// ESM C (ESM Team 2024, evolutionaryscale.ai/blog/esm-cambrian): the trunk of ESM3, for sequences alone.
#include <memory>

#include "autograd/functions.h"
#include "bio/esm_tokenizer.h"
#include "models/classifier.h"
#include "models/config_reader.h"
#include "models/esm3_block.h"
#include "models/family.h"
#include "models/transformer.h"
#include "nn/embedding.h"
#include "nn/lm_head.h"

namespace groel::models {
namespace {

using nlohmann::json;

constexpr float kEpsilon = 1e-5F;
constexpr std::int64_t kTokens = 33;  // of the table's 64 rows, the others are never trained

TransformerShape read_shape(const json& config) {
  const ConfigReader reader(config);
  for (const char* field : {"hidden_act", "hidden_activation"}) reader.require(field, {"silu"});
  for (const char* field : {"mlp_bias", "tie_word_embeddings"}) reader.require(field, {});
  reader.require("layer_norm_eps", {1e-5});
  for (const char* field : {"qk_layernorm", "scale_residue"})
    if (!reader.boolean(field, true)) ConfigReader::fail(field, "is false, which no ESM C has");
  reader.require_plain_encoder();
  const auto width = reader.integer("hidden_size", 1, 1 << 16);
  const auto ffn =
      config.contains("intermediate_size") ? reader.integer("intermediate_size", 1, 1 << 18) : esm3_ffn(width);
  const double dropout = reader.probability("classifier_dropout", 0);
  TransformerShape shape{.family = "esmc",
                         .layers = reader.integer("num_hidden_layers", 1, 1024),
                         .width = width,
                         .heads = reader.integer("num_attention_heads", 1, 1 << 10),
                         .ffn = ffn,
                         .inner = 2 * ffn,
                         .vocabulary = reader.integer("vocab_size", kTokens, 1 << 16),
                         .max_residues = {},
                         .classification = read_classification(config),
                         .dropout = dropout,
                         .classifier_dropout = dropout};
  reader.require_heads(shape.width, shape.heads, true);
  return shape;
}

class Esmc final : public Transformer {
 public:
  Esmc(const TransformerShape& shape, TokenizerPointer tokens)
      : Transformer(shape, std::move(tokens), nn::LayerNorm(shape.width, kEpsilon, nn::Bias::no)),
        words_(shape.vocabulary, shape.width),
        lm_head_(shape.width, shape.vocabulary, kEpsilon) {
    const auto shared = std::make_shared<nn::RotaryShared>();
    for (std::int64_t i = 0; i < shape.layers; ++i)
      add_block(std::make_unique<Esm3Block>(
          Esm3BlockShape{shape.width, shape.heads, shape.ffn, esm3_scale(shape.layers)}, shared));
  }

  void members(nn::Members to) override {
    to.part("esmc.embed_tokens", words_);
    name_blocks(to, "esmc.layers");
    name_norm(to, "esmc.norm");
    name_contact_head(to, "contact_head.regression");
    name_lm_head(to, "lm_head", lm_head_, false);
    name_classes(to);
  }

  Tensor logits(const Tensor& last_hidden) const override { return lm_head_(last_hidden); }

 private:
  Tensor embed(const Batch& batch) const override {
    return words_({batch.tokens, {}, tokenizer().special().pad.value()});
  }

  nn::EmbeddingTable words_;  // (V, D)
  nn::LmHead lm_head_;
};

std::unique_ptr<Model> build(const json& config, TokenizerPointer tokenizer) {
  const TransformerShape shape = read_shape(config);
  ConfigReader(config).require_vocabulary(*tokenizer, kTokens);
  return std::make_unique<Esmc>(shape, std::move(tokenizer));
}

json configure(const ModelShape& shape) {
  require_shape("ESM C", shape);
  return {{"architectures", {"ESMCForMaskedLM"}},
          {"model_type", "esmc"},
          {"vocab_size", 64},
          {"pad_token_id", 1},
          {"mask_token_id", 32},
          {"num_hidden_layers", shape.layers},
          {"hidden_size", shape.width},
          {"num_attention_heads", shape.heads},
          {"intermediate_size", shape.ffn > 0 ? shape.ffn : esm3_ffn(shape.width)},
          {"initializer_range", 0.02},
          {"hidden_act", "silu"},
          {"tie_word_embeddings", false},
          {"torch_dtype", "float32"}};
}

void complete(json& config, const std::vector<std::string>& vocabulary) {
  if (!config.contains("architectures")) config["architectures"] = {"ESMCForMaskedLM"};
  complete_token_ids(config, vocabulary);
}

// --- The layouts in which it is published ---

bool has_part(const RawCheckpoint& raw, std::string_view part) {
  for (const auto& [name, array] : raw.arrays)
    if (name.find(part) != std::string::npos) return true;
  return false;
}

const std::vector<NamedShape>& shapes() {
  static const std::vector<NamedShape> all{
      {"esmc-300M", {30, 960, 15}}, {"esmc-600M", {36, 1152, 18}}, {"esmc-6B", {80, 2560, 40}}};
  return all;
}

// What the files say where no configuration does. How many heads there are they do not say: that is known of the
// published shapes alone, and not guessed for others.
void fill_config(RawCheckpoint& raw) {
  json& config = raw.config;
  if (!config.is_object()) config = json::object();
  config["model_type"] = "esmc";
  for (const auto& [from, to] : {std::pair{"d_model", "hidden_size"}, std::pair{"n_heads", "num_attention_heads"},
                                 std::pair{"n_layers", "num_hidden_layers"}})
    if (config.contains(from) && !config.contains(to)) config[to] = config[from];
  const auto words = raw.arrays.find("esmc.embed_tokens.weight");
  if (words == raw.arrays.end() || words->second.shape.size() != 2) return;
  std::int64_t layers = 0;
  while (raw.arrays.contains(fmt::format("esmc.layers.{}.input_layernorm.weight", layers))) ++layers;
  const json told = {
      {"vocab_size", words->second.shape[0]}, {"hidden_size", words->second.shape[1]}, {"num_hidden_layers", layers}};
  for (const auto& [name, value] : told.items())
    if (!config.contains(name)) config[name] = value;
  for (const auto& [name, shape] : shapes())
    if (!config.contains("num_attention_heads") && layers == shape.layers && words->second.shape[1] == shape.width)
      config["num_attention_heads"] = shape.heads;
}

void adapt(RawCheckpoint& raw) {
  raw.rename({{"esmc.", ""},
              {"transformer.blocks.", "layers."},
              {"transformer.norm.", "norm."},
              {"embed.weight", "embed_tokens.weight"},
              {"attn.layernorm_qkv.0.", "input_layernorm."},
              {"attn.layernorm_qkv.1.", "self_attn.qkv."},
              {"attn.layernorm_qkv.layer_norm_", "input_layernorm."},
              {"attn.layernorm_qkv.weight", "self_attn.qkv.weight"},
              {".attn.out_proj.", ".self_attn.o_proj."},
              {".attn.q_ln.", ".self_attn.q_norm."},
              {".attn.k_ln.", ".self_attn.k_norm."},
              {".self_attn.q_ln.", ".self_attn.q_norm."},
              {".self_attn.k_ln.", ".self_attn.k_norm."},
              {".ffn.0.", ".post_attention_layernorm."},
              {".ffn.1.", ".mlp.gate_up."},
              {".ffn.3.", ".mlp.down_proj."},
              {".ffn.layer_norm_", ".post_attention_layernorm."},
              {".ffn.fc1_weight", ".mlp.gate_up.weight"},
              {".ffn.fc2_weight", ".mlp.down_proj.weight"},
              {"sequence_head.", "lm_head."},
              {"lm_head.0.", "lm_head.dense."},
              {"lm_head.2.", "lm_head.layer_norm."},
              {"lm_head.3.", "lm_head.decoder."},
              {"layers.", "esmc.layers."}});
  raw.rename({{"embed_tokens.", "esmc.embed_tokens."}});
  if (const auto norm = raw.arrays.extract("norm.weight"); !norm.empty())
    raw.arrays["esmc.norm.weight"] = norm.mapped();
  split_esm3_blocks(raw);
  fill_config(raw);
}

// Names in its own code's files, and ours. (`adapt` reads what others make of them, too.)
const std::vector<Rename>& own_names() {
  static const std::vector<Rename> all{{"transformer.blocks.", "esmc.layers."},
                                       {"transformer.norm.", "esmc.norm."},
                                       {"embed.weight", "esmc.embed_tokens.weight"},
                                       {"attn.layernorm_qkv.0.", "input_layernorm."},
                                       {"attn.out_proj.", "self_attn.o_proj."},
                                       {"attn.q_ln.", "self_attn.q_norm."},
                                       {"attn.k_ln.", "self_attn.k_norm."},
                                       {"ffn.0.", "post_attention_layernorm."},
                                       {"ffn.3.", "mlp.down_proj."},
                                       {"sequence_head.0.", "lm_head.dense."},
                                       {"sequence_head.2.", "lm_head.layer_norm."},
                                       {"sequence_head.3.", "lm_head.decoder."}};
  return all;
}

void express(RawCheckpoint& model) {
  for (const auto& [name, array] : model.arrays)
    if (name.starts_with(kClassifier) || name.starts_with("contact_head."))
      cannot_express(fmt::format("it has a head of its own ({})", name));
  if (!model.arrays.contains("lm_head.dense.weight")) cannot_express("it has no language-model head");
  const auto layers = model.config["num_hidden_layers"].get<std::int64_t>();
  for (std::int64_t i = 0; i < layers; ++i)
    join_esm3_block(model, fmt::format("esmc.layers.{}.", i), fmt::format("transformer.blocks.{}.", i));
  model.rename(inverse(own_names()));
  model.config = nullptr;
}

// Its files hold tensors alone: heads and the inner width follow for the published shapes.
bool needs_config(const json& config) {
  const auto is = [&](const char* field, std::int64_t value) { return config.value(field, json()) == value; };
  for (const auto& [name, shape] : shapes())
    if (is("num_hidden_layers", shape.layers) && is("hidden_size", shape.width) &&
        is("num_attention_heads", shape.heads))
      return !is("intermediate_size", esm3_ffn(shape.width)) && config.contains("intermediate_size");
  return true;
}

bool is_bare(const RawCheckpoint& raw) {
  return is_model_type(raw.config, "esmc") && !raw.arrays.contains("esmc.layers.0.self_attn.q_norm.weight");
}

}  // namespace

Family esmc_family() {
  return {
      .name = "esmc",
      .summary = "ESM C 300M, 600M, 6B: masked language models of protein sequences",
      .citation = "ESM Team 2024, ESM Cambrian, evolutionaryscale.ai/blog/esm-cambrian",
      .golden = "esmc-tiny",
      .accepts = [](const json& config) { return is_model_type(config, "esmc"); },
      .build = build,
      .tokenizer = bio::esm3_tokenizer,
      .configure = configure,
      .shapes = shapes(),
      .complete = complete,
      .architecture = "ESMC",
      .token_tables = {"esmc.embed_tokens.weight", "esmc.embed.weight", "embed_tokens.weight", "embed.weight"},
      .layouts = {{"ESM C's own code",
                   [](const RawCheckpoint& raw) {
                     const bool words = raw.arrays.contains("embed.weight") || has_part(raw, ".embed.weight");
                     return words && has_part(raw, "transformer.blocks.0.attn.layernorm_qkv.1.");
                   },
                   adapt, express, ".pth", needs_config},
                  {"fused",
                   [](const RawCheckpoint& raw) { return has_part(raw, ".attn.layernorm_qkv.layer_norm_weight"); },
                   adapt},
                  {"", is_bare, adapt}},
      .ignorable = {"*._extra_state", "*.inv_freq", "*.original_inv_freq"},
      .lora_targets = {"q_proj", "v_proj"},
  };
}

}  // namespace groel::models
