// ESM-2, ESM-1b and ESM-1v (Rives et al. 2021, Meier et al. 2021, Lin et al. 2023).
#include <cmath>
#include <memory>

#include "autograd/functions.h"
#include "bio/esm_tokenizer.h"
#include "models/config_reader.h"
#include "models/esm_gguf.h"
#include "models/fair_esm.h"
#include "models/family.h"
#include "models/transformer.h"
#include "nn/embedding.h"
#include "nn/lm_head.h"
#include "nn/positions.h"
#include "nn/token_dropout.h"

namespace groel::models {
namespace {

using nlohmann::json;

struct EsmConfig {
  TransformerShape shape;
  float epsilon;
  std::int64_t positions;  // rows of the learned table
  bool rotary, token_dropout, norm_before;
  bool lm_head_required, tied;  // tied: the output table is the embedding table

  static EsmConfig read(const json& config);
};

// Fields that are not known, and those of training and generation, are let pass.
EsmConfig EsmConfig::read(const json& config) {
  const ConfigReader reader(config);
  for (const char* field : {"hidden_act", "hidden_activation", "activation_function"}) reader.require(field, {"gelu"});
  reader.require_plain_encoder();
  if (reader.boolean("is_folding_model", false))
    ConfigReader::fail("is_folding_model", "is true: this is ESMFold, not a language model");
  const std::string position = reader.text("position_embedding_type", "absolute");
  if (position != "rotary" && position != "absolute")
    ConfigReader::fail("position_embedding_type", fmt::format("is '{}', not 'rotary' or 'absolute'", position));

  EsmConfig c{};
  c.rotary = position == "rotary";
  const double dropout = reader.probability("hidden_dropout_prob", 0);
  c.shape = {.family = "esm",
             .layers = reader.integer("num_hidden_layers", 1, 1024),
             .width = reader.integer("hidden_size", 1, 1 << 16),
             .heads = reader.integer("num_attention_heads", 1, 1 << 10),
             .ffn = reader.integer("intermediate_size", 1, 1 << 18),
             .inner = reader.integer("intermediate_size", 1, 1 << 18),
             .vocabulary = reader.integer("vocab_size", 1, 1 << 16),
             .max_residues = {},
             .classification = read_classification(config),
             .dropout = dropout,
             .classifier_dropout = reader.probability("classifier_dropout", dropout),
             .attention_dropout = reader.probability("attention_probs_dropout_prob", 0)};
  reader.require_heads(c.shape.width, c.shape.heads, c.rotary);
  c.epsilon = static_cast<float>(reader.number("layer_norm_eps", 0.0, 1.0));
  c.positions = c.rotary ? 0 : reader.integer("max_position_embeddings", 5, 1 << 24);
  c.token_dropout = reader.boolean("token_dropout", false);
  c.norm_before = reader.boolean("emb_layer_norm_before", false);
  c.lm_head_required = reader.has_architecture("EsmForMaskedLM");
  c.tied = reader.boolean("tie_word_embeddings", true);
  return c;
}

// Pre-norm transformer block. x (T, D), D = H*K.
class EsmBlock final : public Block {
 public:
  EsmBlock(const EsmConfig& c, std::shared_ptr<nn::RotaryShared> shared)
      : shape_(c.shape),
        attention_norm_(shape_.width, c.epsilon),
        ffn_norm_(shape_.width, c.epsilon),
        qkv_(shape_.width, {{"query", shape_.width}, {"key", shape_.width}, {"value", shape_.width}},
             {.exactness = nn::Exactness::attention}),
        out_(shape_.width, shape_.width, {.exactness = nn::Exactness::attention}),
        fc1_(shape_.width, shape_.ffn),
        fc2_(shape_.ffn, shape_.width) {
    if (c.rotary) rotary_.emplace(shape_.width / shape_.heads, nn::Rotary::Stored::maybe, std::move(shared));
  }

  void members(nn::Members to) override {
    to.part("attention.self", qkv_);
    to.part("attention.output.dense", out_);
    to.part("attention.LayerNorm", attention_norm_);
    to.part("LayerNorm", ffn_norm_);
    to.part("intermediate.dense", fc1_);
    to.part("output.dense", fc2_);
    if (rotary_) to.part("attention.self.rotary_embeddings", *rotary_);
  }

  Tensor forward(const Tensor& x, const Pass& pass) const override { return feed_forward(attend(x, pass), pass); }

 private:
  // x + out(attention(norm(x)))
  Tensor attend(const Tensor& x, const Pass& pass) const {
    const std::int64_t width = shape_.width;
    const Tensor joint = qkv_(attention_norm_(x, pass.product_input()));  // (T, 3*D)
    ops::AttentionInput input{joint.columns(0, width),
                              joint.columns(width, 2 * width),
                              joint.columns(2 * width, 3 * width),
                              pass.batch.cu_seqlens,
                              shape_.heads,
                              pass.precision,
                              1.0F / std::sqrt(static_cast<float>(width / shape_.heads))};
    if (rotary_) input.rotary = rotary_->table(pass.batch.longest());
    return join_attention(out_, input, x, shape_.dropout, pass);
  }

  // x + fc2(gelu(fc1(norm(x))))
  Tensor feed_forward(const Tensor& x, const Pass& pass) const {
    const Tensor inner = fc1_(ffn_norm_(x, pass.product_input()),
                              {.activation = ops::Activation::gelu_erf, .output = pass.product_input()});
    return join(fc2_, inner, x, shape_.dropout, pass.stream() + 1);
  }

  TransformerShape shape_;
  nn::LayerNorm attention_norm_, ffn_norm_;
  nn::Linear qkv_;  // (3*D, D)
  nn::Linear out_;  // (D, D)
  nn::Linear fc1_;  // (F, D)
  nn::Linear fc2_;  // (D, F)
  std::optional<nn::Rotary> rotary_;
};

class Esm final : public Transformer {
 public:
  Esm(const EsmConfig& config, TokenizerPointer tokens)
      : Transformer(config.shape, std::move(tokens), nn::LayerNorm(config.shape.width, config.epsilon)),
        config_(config),
        words_(config.shape.vocabulary, config.shape.width),
        positions_(config.positions, config.shape.width, nn::Role::position),
        embedding_norm_(config.shape.width, config.epsilon),
        lm_head_(words_, config.shape.width, config.shape.vocabulary, config.epsilon, config.tied) {
    const auto shared = std::make_shared<nn::RotaryShared>();
    for (std::int64_t i = 0; i < config.shape.layers; ++i) add_block(std::make_unique<EsmBlock>(config, shared));
  }

  void members(nn::Members to) override {
    to.part("esm.embeddings.word_embeddings", words_);
    if (!config_.rotary) to.part("esm.embeddings.position_embeddings", positions_);
    if (config_.norm_before) to.part("esm.embeddings.layer_norm", embedding_norm_);
    name_blocks(to, "esm.encoder.layer");
    name_norm(to, "esm.encoder.emb_layer_norm_after");
    name_contact_head(to, "esm.contact_head.regression");
    name_lm_head(to, "lm_head", lm_head_, config_.lm_head_required);
    name_classes(to);
  }

  Tensor logits(const Tensor& last_hidden) const override { return lm_head_(last_hidden); }

 private:
  // -> (T, D)
  Tensor embed(const Batch& batch) const override {
    const std::int32_t pad = tokenizer().special().pad.value();
    Tensor scale;
    if (config_.token_dropout && scales_masked(batch))
      scale = nn::token_dropout_scale(batch.tokens, batch.cu_seqlens, tokenizer().mask());
    Tensor x = words_({batch.tokens, scale, pad});
    if (!config_.rotary) {
      const nn::LearnedPositions table{config_.positions, pad, config_.shape.max_residues.value()};
      const Tensor ids = nn::position_ids(batch.tokens, batch.cu_seqlens, table);
      x = autograd::add(x, positions_({ids, {}, pad}));
    }
    return x;
  }

  Tensor embedded(const Tensor& x) const override { return config_.norm_before ? embedding_norm_(x) : x; }

  EsmConfig config_;
  nn::EmbeddingTable words_;      // (V, D)
  nn::EmbeddingTable positions_;  // (max + 2, D), learned positions only
  nn::LayerNorm embedding_norm_;
  nn::TiedLmHead lm_head_;
};

std::unique_ptr<Model> build(const json& config, TokenizerPointer tokenizer) {
  EsmConfig read = EsmConfig::read(config);
  if (!read.rotary) read.shape.max_residues = tokenizer->residue_count(nn::max_tokens(read.positions));
  ConfigReader(config).require_vocabulary(*tokenizer, read.shape.vocabulary);
  return std::make_unique<Esm>(read, std::move(tokenizer));
}

// As Transformers writes it for an ESM-2.
json configure(const ModelShape& shape) {
  require_shape("ESM-2", shape);
  return {{"architectures", {"EsmForMaskedLM"}},
          {"model_type", "esm"},
          {"vocab_size", 33},
          {"pad_token_id", 1},
          {"mask_token_id", 32},
          {"num_hidden_layers", shape.layers},
          {"hidden_size", shape.width},
          {"num_attention_heads", shape.heads},
          {"intermediate_size", shape.ffn > 0 ? shape.ffn : 4 * shape.width},
          {"hidden_dropout_prob", 0.0},
          {"attention_probs_dropout_prob", 0.0},
          {"max_position_embeddings", 1026},
          {"initializer_range", 0.02},
          {"layer_norm_eps", 1e-5},
          {"position_embedding_type", "rotary"},
          {"token_dropout", true},
          {"emb_layer_norm_before", false},
          {"is_folding_model", false},
          {"esmfold_config", nullptr},
          {"vocab_list", nullptr},
          {"use_cache", true},
          {"torch_dtype", "float32"}};
}

// What Transformers' EsmConfig expects beyond the shape.
void complete(json& config, const std::vector<std::string>& vocabulary) {
  const json defaults = {{"attention_probs_dropout_prob", 0.0},
                         {"hidden_dropout_prob", 0.0},
                         {"architectures", {"EsmForMaskedLM"}},
                         {"initializer_range", 0.02},
                         {"max_position_embeddings", 1026},
                         {"is_folding_model", false},
                         {"use_cache", true}};
  for (const auto& [name, value] : defaults.items())
    if (!config.contains(name)) config[name] = value;
  complete_token_ids(config, vocabulary);
}

// A model saved without its language-model head has names without the "esm." in front.
bool lacks_prefix(const RawCheckpoint& raw) { return raw.arrays.contains("embeddings.word_embeddings.weight"); }

void add_prefix(RawCheckpoint& raw) {
  io::ArrayMap out;
  for (auto& [name, array] : raw.arrays)
    out.emplace(name.starts_with("lm_head.") ? name : "esm." + name, std::move(array));
  raw.arrays = std::move(out);
}

}  // namespace

Family esm_family() {
  return {
      .name = "esm",
      .summary = "ESM-2, ESM-1b, ESM-1v: masked language models of protein sequences",
      .citation =
          "Lin et al. 2023, Science 379:1123; Rives et al. 2021, PNAS 118:e2016239118; Meier et al. 2021, NeurIPS",
      .golden = "esm2-tiny",
      .accepts = [](const json& config) { return is_model_type(config, "esm"); },
      .build = build,
      .tokenizer = bio::esm_tokenizer,
      .configure = configure,
      .shapes = {{"8M", {6, 320, 20}}, {"35M", {12, 480, 20}}, {"150M", {30, 640, 20}}, {"650M", {33, 1280, 20}}},
      .complete = complete,
      .architecture = "Esm",
      .token_tables = {"esm.embeddings.word_embeddings.weight", "embeddings.word_embeddings.weight"},
      .layouts = {fair_esm_layout(), esm_gguf_layout(), {"", lacks_prefix, add_prefix}},
      .ignorable = {"*.position_ids", "esm.embeddings.position_embeddings.weight", "esm.pooler.*", "classifier.*",
                    "*._float_tensor", "*.version"},
      .lora_targets = {"query", "value"},
      .query_bias = ".attention.self.query.bias",
      .key_bias = ".attention.self.key.bias",
  };
}

}  // namespace groel::models
