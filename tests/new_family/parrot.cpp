// Parrot, a family made up for the test beside it: the whole of what adding a family takes, but for one line.
//
// Unlike the real ones, both halves of a block read one norm and are added side by side, residues see 16 neighbours on
// each side, and nothing tells positions but rotation.
#include <cmath>
#include <memory>

#include "autograd/functions.h"
#include "bio/esm_tokenizer.h"
#include "models/config_reader.h"
#include "models/family.h"
#include "models/transformer.h"
#include "nn/embedding.h"
#include "nn/lm_head.h"

namespace groel::models {
namespace {

using nlohmann::json;

constexpr float kEpsilon = 1e-5F;
constexpr std::int64_t kTokens = 33, kSeen = 16;

TransformerShape read_shape(const json& config) {
  const ConfigReader reader(config);
  reader.require("hidden_act", {"gelu"});
  const auto ffn = reader.integer("intermediate_size", 1, 1 << 18);
  TransformerShape shape{.family = "parrot",
                         .layers = reader.integer("num_hidden_layers", 1, 1024),
                         .width = reader.integer("hidden_size", 1, 1 << 16),
                         .heads = reader.integer("num_attention_heads", 1, 1 << 10),
                         .ffn = ffn,
                         .inner = ffn,
                         .vocabulary = reader.integer("vocab_size", kTokens, kTokens),
                         .max_residues = {},
                         .classification = read_classification(config)};
  reader.require_heads(shape.width, shape.heads, true);
  return shape;
}

// x (T, D), D = H*K.
class ParrotBlock final : public Block {
 public:
  ParrotBlock(const TransformerShape& s, std::shared_ptr<nn::RotaryShared> shared)
      : width_(s.width),
        heads_(s.heads),
        norm_(s.width, kEpsilon),
        qkv_(s.width, {{"q", s.width}, {"k", s.width}, {"v", s.width}}),
        out_(s.width, s.width),
        up_(s.width, s.ffn),
        down_(s.ffn, s.width),
        rotary_(s.width / s.heads, nn::Rotary::Stored::no, std::move(shared)) {}

  void members(nn::Members to) override {
    to.part("norm", norm_);
    to.part("attention", qkv_);
    to.part("attention.out", out_);
    to.part("up", up_);
    to.part("down", down_);
    to.part("rotary", rotary_);
  }

  // x + out(attention(norm(x))) + down(gelu(up(norm(x))))
  Tensor forward(const Tensor& x, const Pass& pass) const override {
    const Tensor read = norm_(x, pass.product_input());
    const Tensor joint = qkv_(read);  // (T, 3*D)
    ops::AttentionInput input{joint.columns(0, width_),
                              joint.columns(width_, 2 * width_),
                              joint.columns(2 * width_, 3 * width_),
                              pass.batch.cu_seqlens,
                              heads_,
                              pass.precision,
                              1.0F / std::sqrt(static_cast<float>(width_ / heads_)),
                              rotary_.table(pass.batch.longest())};
    input.mask = ops::AttentionMask::window(kSeen);
    const Tensor inner =
        up_(read, {.activation = ops::Activation::gelu_erf, .output = pass.product_input()});  // (T, F)
    return join(down_, inner, join(out_, pass.attention(input), x, 0, pass.stream()), 0, pass.stream() + 1);
  }

 private:
  std::int64_t width_, heads_;
  nn::LayerNorm norm_;
  nn::Linear qkv_;   // (3*D, D)
  nn::Linear out_;   // (D, D)
  nn::Linear up_;    // (F, D)
  nn::Linear down_;  // (D, F)
  nn::Rotary rotary_;
};

class Parrot final : public Transformer {
 public:
  Parrot(const TransformerShape& shape, TokenizerPointer tokens)
      : Transformer(shape, std::move(tokens), nn::LayerNorm(shape.width, kEpsilon)),
        words_(shape.vocabulary, shape.width),
        lm_head_(shape.width, shape.vocabulary, kEpsilon) {
    const auto shared = std::make_shared<nn::RotaryShared>();
    for (std::int64_t i = 0; i < shape.layers; ++i) add_block(std::make_unique<ParrotBlock>(shape, shared));
  }

  void members(nn::Members to) override {
    to.part("parrot.words", words_);
    name_blocks(to, "parrot.blocks");
    name_norm(to, "parrot.norm");
    name_contact_head(to, "contacts");
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
  return std::make_unique<Parrot>(shape, std::move(tokenizer));
}

json configure(const ModelShape& shape) {
  require_shape("Parrot", shape);
  return {{"architectures", {"ParrotForMaskedLM"}},
          {"model_type", "parrot"},
          {"vocab_size", kTokens},
          {"pad_token_id", 1},
          {"mask_token_id", 32},
          {"num_hidden_layers", shape.layers},
          {"hidden_size", shape.width},
          {"num_attention_heads", shape.heads},
          {"intermediate_size", shape.ffn > 0 ? shape.ffn : 4 * shape.width},
          {"initializer_range", 0.02},
          {"hidden_act", "gelu"},
          {"torch_dtype", "float32"}};
}

}  // namespace

Family parrot_family() {
  return {
      .name = "parrot",
      .summary = "Parrot: a family that exists in this test alone",
      .citation = "tests/new_family",
      .golden = {},
      .accepts = [](const json& config) { return is_model_type(config, "parrot"); },
      .build = build,
      .tokenizer = bio::esm_tokenizer,
      .configure = configure,
      .shapes = {{"parrot-1M", {4, 128, 8}}},
      .complete = complete_token_ids,
      .architecture = "Parrot",
      .token_tables = {"parrot.words.weight"},
      .layouts = {},
      .ignorable = {},
      .lora_targets = {"q", "v"},
  };
}

}  // namespace groel::models
