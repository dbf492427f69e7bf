// GPT-2 (Radford et al. 2019) as ProtGPT2 (Ferruz et al. 2022) and ZymCTRL (Munsamy et al. 2024) use it: causal
// language models that write proteins.
#include <cmath>
#include <memory>

#include "autograd/functions.h"
#include "bio/byte_bpe.h"
#include "bio/missing_tokenizer.h"
#include "models/config_reader.h"
#include "models/family.h"
#include "models/transformer.h"
#include "nn/embedding.h"
#include "nn/lm_head.h"
#include "nn/positions.h"

namespace groel::models {
namespace {

using nlohmann::json;

constexpr std::uint64_t kEmbeddingStream = 1U << 20;  // of what is dropped; blocks have two each, from 0

struct Gpt2Config {
  TransformerShape shape;
  float epsilon;
  ops::Activation activation;
  bool scaled, scaled_by_layer;  // attention's scores: by the width of a head, by the number of the layer
  bool tied;
  double embedding_dropout;

  static Gpt2Config read(const json& config);
};

ops::Activation read_activation(const ConfigReader& reader) {
  const std::string name = reader.text("activation_function", "gelu_new");
  if (name == "gelu_new" || name == "gelu_pytorch_tanh") return ops::Activation::gelu_tanh;
  if (name == "gelu") return ops::Activation::gelu_erf;
  if (name == "relu") return ops::Activation::relu;
  ConfigReader::fail("activation_function", fmt::format("is '{}', not 'gelu_new', 'gelu' or 'relu'", name));
}

Gpt2Config Gpt2Config::read(const json& config) {
  const ConfigReader reader(config);
  for (const char* field : {"add_cross_attention", "pruned_heads"}) reader.require(field, {});
  reader.require_own_quantization();
  Gpt2Config c{};
  const auto width = reader.integer("n_embd", 1, 1 << 16);
  const bool has_inner = config.contains("n_inner") && !config["n_inner"].is_null();
  const auto inner = has_inner ? reader.integer("n_inner", 1, 1 << 18) : 4 * width;
  c.shape = {.family = "gpt2",
             .layers = reader.integer("n_layer", 1, 1024),
             .width = width,
             .heads = reader.integer("n_head", 1, 1 << 10),
             .ffn = inner,
             .inner = inner,
             .vocabulary = reader.integer("vocab_size", 1, 1 << 24),
             .max_residues = {},
             .classification = read_classification(config),
             .dropout = reader.probability("resid_pdrop", 0.1),
             .classifier_dropout = 0,
             .attention_dropout = 0,  // in training "attn_pdrop" is left out, and whoever trains says so
             .causal = true,
             .max_tokens = reader.integer("n_positions", 1, 1 << 24)};
  reader.require_heads(c.shape.width, c.shape.heads, false);
  c.epsilon =
      static_cast<float>(config.contains("layer_norm_epsilon") ? reader.number("layer_norm_epsilon", 0, 1) : 1e-5);
  c.activation = read_activation(reader);
  c.scaled = reader.boolean("scale_attn_weights", true);
  c.scaled_by_layer = reader.boolean("scale_attn_by_inverse_layer_idx", false);
  c.tied = reader.boolean("tie_word_embeddings", true);
  c.embedding_dropout = reader.probability("embd_pdrop", 0.1);
  return c;
}

// Pre-norm transformer block of a causal model. x (T, D), D = H*K.
class Gpt2Block final : public Block {
 public:
  explicit Gpt2Block(const Gpt2Config& c)
      : config_(c),
        attention_norm_(c.shape.width, c.epsilon),
        ffn_norm_(c.shape.width, c.epsilon),
        qkv_(c.shape.width, 3 * c.shape.width, {.exactness = nn::Exactness::attention}),
        out_(c.shape.width, c.shape.width, {.exactness = nn::Exactness::attention}),
        up_(c.shape.width, c.shape.ffn),
        down_(c.shape.ffn, c.shape.width) {}

  // Its matrices are those of a "Conv1D": [in, out].
  void members(nn::Members to) override {
    const nn::Members turned = to.transposed();
    to.part("ln_1", attention_norm_);
    turned.part("attn.c_attn", qkv_);
    turned.part("attn.c_proj", out_);
    to.part("ln_2", ffn_norm_);
    turned.part("mlp.c_fc", up_);
    turned.part("mlp.c_proj", down_);
  }

  Tensor forward(const Tensor& x, const Pass& pass) const override { return feed_forward(attend(x, pass), pass); }

 private:
  float scale(const Pass& pass) const {
    const auto head = static_cast<float>(config_.shape.width / config_.shape.heads);
    return (config_.scaled ? 1.0F / std::sqrt(head) : 1.0F) /
           (config_.scaled_by_layer ? static_cast<float>(pass.block + 1) : 1.0F);
  }

  // x + out(attention(norm(x)))
  Tensor attend(const Tensor& x, const Pass& pass) const {
    const std::int64_t width = config_.shape.width;
    const Tensor joint = qkv_(attention_norm_(x, pass.product_input()));  // (T, 3*D)
    ops::AttentionInput input{joint.columns(0, width),
                              joint.columns(width, 2 * width),
                              joint.columns(2 * width, 3 * width),
                              pass.batch.cu_seqlens,
                              config_.shape.heads,
                              pass.precision,
                              scale(pass)};
    input.mask = ops::AttentionMask::causal();
    return join(out_, pass.attention(input), x, config_.shape.dropout, pass.stream());
  }

  // x + down(gelu(up(norm(x))))
  Tensor feed_forward(const Tensor& x, const Pass& pass) const {
    const Tensor inner = up_(ffn_norm_(x, pass.product_input()),
                             {.activation = config_.activation, .output = pass.product_input()});  // (T, F)
    return join(down_, inner, x, config_.shape.dropout, pass.stream() + 1);
  }

  Gpt2Config config_;
  nn::LayerNorm attention_norm_, ffn_norm_;
  nn::Linear qkv_;   // (3*D, D)
  nn::Linear out_;   // (D, D)
  nn::Linear up_;    // (F, D)
  nn::Linear down_;  // (D, F)
};

class Gpt2 final : public Transformer {
 public:
  Gpt2(const Gpt2Config& config, TokenizerPointer tokens)
      : Transformer(config.shape, std::move(tokens), nn::LayerNorm(config.shape.width, config.epsilon)),
        config_(config),
        words_(config.shape.vocabulary, config.shape.width),
        positions_(*config.shape.max_tokens, config.shape.width, nn::Role::position),
        lm_head_(words_, config.shape.width, config.shape.vocabulary, config.tied) {
    for (std::int64_t i = 0; i < config.shape.layers; ++i) add_block(std::make_unique<Gpt2Block>(config));
  }

  void members(nn::Members to) override {
    to.part("transformer.wte", words_);
    to.part("transformer.wpe", positions_);
    name_blocks(to, "transformer.h");
    name_norm(to, "transformer.ln_f");
    to.in_head().part("lm_head", lm_head_);
    name_classes(to);
  }

  std::vector<std::string> capabilities() const override {
    std::vector<std::string> out = Transformer::capabilities();
    out.insert(out.begin() + 1, std::string(CausalLm::kName));
    return out;
  }
  Tensor logits(const Tensor& last_hidden) const override { return lm_head_(last_hidden); }

 private:
  // -> (T, D)
  Tensor embed(const Batch& batch) const override {
    const Tensor places = nn::places(batch.cu_seqlens, batch.before, *config_.shape.max_tokens);
    const Tensor x = autograd::add(words_({batch.tokens, {}}), positions_({places, {}}));
    const bool drops = config_.embedding_dropout > 0 && autograd::mode() != autograd::Mode::inference;
    return drops ? autograd::dropout(x, config_.embedding_dropout, kEmbeddingStream) : x;
  }

  Gpt2Config config_;
  nn::EmbeddingTable words_;      // (V, D)
  nn::EmbeddingTable positions_;  // (P, D)
  nn::TableHead lm_head_;
};

std::unique_ptr<Model> build(const json& config, TokenizerPointer tokenizer) {
  Gpt2Config read = Gpt2Config::read(config);
  if (tokenizer->size() > read.shape.vocabulary)
    ConfigReader::fail(
        "vocab_size", fmt::format("is {}, but the vocabulary has {} tokens", read.shape.vocabulary, tokenizer->size()));
  read.shape.max_residues = tokenizer->residue_count(*read.shape.max_tokens);
  return std::make_unique<Gpt2>(read, std::move(tokenizer));
}

// As Transformers writes it for a GPT-2 of proteins, without dropout.
json configure(const ModelShape& shape) {
  require_shape("GPT-2", shape);
  return {{"architectures", {"GPT2LMHeadModel"}},
          {"model_type", "gpt2"},
          {"vocab_size", 50257},
          {"n_layer", shape.layers},
          {"n_embd", shape.width},
          {"n_head", shape.heads},
          {"n_inner", shape.ffn > 0 ? json(shape.ffn) : json()},
          {"n_positions", 1024},
          {"n_ctx", 1024},
          {"bos_token_id", 0},
          {"eos_token_id", 0},
          {"activation_function", "gelu_new"},
          {"attn_pdrop", 0.0},
          {"embd_pdrop", 0.0},
          {"resid_pdrop", 0.0},
          {"initializer_range", 0.02},
          {"layer_norm_epsilon", 1e-5},
          {"torch_dtype", "float32"}};
}

void complete(json& config, const std::vector<std::string>&) {
  const json defaults = {
      {"architectures", {"GPT2LMHeadModel"}}, {"n_ctx", config.value("n_positions", 1024)}, {"use_cache", true}};
  for (const auto& [name, value] : defaults.items())
    if (!config.contains(name)) config[name] = value;
}

TokenizerPointer tokenizer(const bio::TokenizerFiles& files) {
  if (files.tokens.empty())
    return std::make_shared<bio::MissingTokenizer>("vocab.json and merges.txt, or tokenizer.json");
  return bio::byte_bpe_tokenizer(files);
}

// A model saved without its language-model head has names without the "transformer." in front.
bool lacks_prefix(const RawCheckpoint& raw) { return raw.arrays.contains("wte.weight"); }

void add_prefix(RawCheckpoint& raw) {
  io::ArrayMap out;
  for (auto& [name, array] : raw.arrays)
    out.emplace(name.starts_with("lm_head.") ? name : "transformer." + name, std::move(array));
  raw.arrays = std::move(out);
}

}  // namespace

Family gpt2_family() {
  return {
      .name = "gpt2",
      .summary = "ProtGPT2, ZymCTRL and other GPT-2: causal language models that write proteins",
      .citation = "Ferruz et al. 2022, Nature Communications 13:4348; Munsamy et al. 2024; Radford et al. 2019",
      .golden = "gpt2-tiny",
      .accepts = [](const json& config) { return is_model_type(config, "gpt2"); },
      .build = build,
      .tokenizer = tokenizer,
      .vocabulary = Vocabulary::byte_pairs,
      .configure = configure,
      .shapes = {{"ProtGPT2", {36, 1280, 20}}},
      .complete = complete,
      .architecture = "GPT2",
      .token_tables = {"transformer.wte.weight", "wte.weight"},
      .layouts = {{"", lacks_prefix, add_prefix}},
      .ignorable = {"*.attn.bias", "*.attn.masked_bias"},
      .damped = {"c_proj.weight"},
      .lora_targets = {"c_attn"},
  };
}

}  // namespace groel::models
