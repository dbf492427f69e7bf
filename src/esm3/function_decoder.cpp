// Bits of tokens through a small transformer, their mean into three heads.
#include "esm3/function_decoder.h"

#include <cmath>

#include "autograd/functions.h"
#include "base/error.h"
#include "checkpoints/checkpoint.h"
#include "checkpoints/load.h"

namespace groel::esm3 {
namespace {

constexpr float kNormEpsilon = 1e-5F;
constexpr std::int64_t kBits = 8;  // of a token
constexpr std::int64_t kPlaces = kBits * models::kFunctionDepth;
constexpr std::int32_t kSpecialTokens = 4;

// Which of the 128 rows each of a residue's 64 bits has: bit by bit, and in each the eight tokens.
Tensor bit_ids(const Tensor& tokens) {
  const std::int64_t count = tokens.size(0), depth = models::kFunctionDepth;
  Tensor out = Tensor::empty({count * kPlaces}, DType::i32);
  auto* to = out.mutable_data<std::int32_t>();
  for (std::int64_t n = 0; n < count; ++n) {
    const auto* row = tokens.data<std::int32_t>() + n * depth;
    const bool special = std::any_of(row, row + depth, [](std::int32_t token) { return token < kSpecialTokens; });
    for (std::int64_t place = 0; place < kPlaces; ++place) {
      const std::int32_t bit = (row[place % depth] - kSpecialTokens) >> (place / depth) & 1;
      *to++ = special ? 0 : static_cast<std::int32_t>(2 * place) + bit;
    }
  }
  return out;
}

Tensor bounds_of(std::int64_t count) {
  std::vector<std::int32_t> out;
  for (std::int64_t i = 0; i <= count; ++i) out.push_back(static_cast<std::int32_t>(i * kPlaces));
  return Tensor::of<std::int32_t>({count + 1}, out);
}

}  // namespace

// Pre-norm, with biases, GELU and rotary positions.
class FunctionDecoder::Block final : public nn::Module {
 public:
  Block(const Shape& s, std::shared_ptr<nn::RotaryShared> shared)
      : width_(s.width),
        heads_(s.heads),
        attention_norm_(s.width, kNormEpsilon),
        ffn_norm_(s.width, kNormEpsilon),
        qkv_(s.width, 3 * s.width, {.exactness = nn::Exactness::attention}),
        out_(s.width, s.width, {.exactness = nn::Exactness::attention}),
        up_(s.width, 4 * s.width),
        down_(4 * s.width, s.width),
        rotary_(s.width / s.heads, nn::Rotary::Stored::no, std::move(shared)) {}

  void members(nn::Members to) override {
    to.part("attn.layernorm_qkv.0", attention_norm_);
    to.part("attn.layernorm_qkv.1", qkv_);
    to.part("attn.rotary", rotary_);
    to.part("attn.out_proj", out_);
    to.part("ffn.0", ffn_norm_);
    to.part("ffn.1", up_);
    to.part("ffn.3", down_);
  }

  Tensor operator()(const Tensor& x, const Tensor& bounds) const {
    const Tensor joint = qkv_(attention_norm_(x));
    const ops::AttentionInput input{joint.columns(0, width_),
                                    joint.columns(width_, 2 * width_),
                                    joint.columns(2 * width_, 3 * width_),
                                    bounds,
                                    heads_,
                                    ops::Precision::f32,
                                    1.0F / std::sqrt(static_cast<float>(width_ / heads_)),
                                    rotary_.table(kPlaces)};
    const Tensor seen = out_(ops::attention(input), {.residual = x, .into = x});
    return down_(up_(ffn_norm_(seen), {.activation = ops::Activation::gelu_erf}), {.residual = seen, .into = seen});
  }

 private:
  std::int64_t width_, heads_;
  nn::LayerNorm attention_norm_, ffn_norm_;
  nn::Linear qkv_, out_, up_, down_;
  nn::Rotary rotary_;
};

class FunctionDecoder::Head final : public nn::Module {
 public:
  Head(std::int64_t width, std::int64_t out)
      : dense_(width, 4 * width, {.exactness = nn::Exactness::head}),
        norm_(4 * width, kNormEpsilon),
        decoder_(4 * width, out, {.exactness = nn::Exactness::head}) {}
  void members(nn::Members to) override {
    to.part("0", dense_);
    to.part("2", norm_);
    to.part("3", decoder_);
  }
  Tensor operator()(const Tensor& x) const {
    return decoder_(norm_(dense_(x, {.activation = ops::Activation::gelu_erf})));
  }

 private:
  nn::Linear dense_;
  nn::LayerNorm norm_;
  nn::Linear decoder_;
};

FunctionDecoder::~FunctionDecoder() = default;

FunctionDecoder::FunctionDecoder(const Shape& shape)
    : shape_(shape), bits_(2 * kPlaces, shape.width), norm_(shape.width, kNormEpsilon, nn::Bias::no) {
  const auto shared = std::make_shared<nn::RotaryShared>();
  for (std::int64_t i = 0; i < shape.layers; ++i) blocks_.push_back(std::make_unique<Block>(shape, shared));
  for (const std::int64_t out : {shape.keywords, shape.keywords, shape.interpro})
    heads_.push_back(std::make_unique<Head>(shape.width, out));
}

void FunctionDecoder::members(nn::Members to) {
  to.part("embedding", bits_);
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    to.in_block(static_cast<int>(i)).part(fmt::format("decoder.blocks.{}", i), *blocks_[i]);
  to.after_blocks().part("decoder.norm", norm_);
  to.after_blocks().part("heads.keyword_logits", *heads_[0]);
  to.after_blocks().part("heads.keyword_tfidf", *heads_[1]);
  to.after_blocks().part("heads.interpro_logits", *heads_[2]);
}

FunctionLogits FunctionDecoder::decode(const Tensor& tokens) const {
  const std::int64_t count = tokens.size(0);
  GROEL_REQUIRE(tokens.shape() == (groel::Shape{count, models::kFunctionDepth}));
  const Tensor bounds = bounds_of(count);
  Tensor x = bits_({bit_ids(tokens), {}});
  for (const auto& block : blocks_) x = (*block)(x, bounds);
  const Tensor mean = ops::segment_mean(norm_(x), {bounds.rows(0, count), bounds.rows(1, count + 1)});
  return {(*heads_[0])(mean), (*heads_[1])(mean), (*heads_[2])(mean)};
}

std::unique_ptr<FunctionDecoder> load_function_decoder(const std::filesystem::path& path, std::int64_t heads) {
  const models::RawCheckpoint raw = checkpoints::read_file(path);
  const auto rows = [&](const char* name, std::size_t dimension) -> std::int64_t {
    const auto found = raw.arrays.find(name);
    if (found == raw.arrays.end() || found->second.shape.size() <= dimension)
      throw Error(ErrorKind::bad_model,
                  {fmt::format("{} is missing: this is no function decoder of ESM3", name), path.string(), {}});
    return found->second.shape[dimension];
  };
  FunctionDecoder::Shape shape;
  const std::int64_t width = rows("embedding.weight", 1);
  if (heads == 0 && width != shape.width)
    throw Error(ErrorKind::bad_model,
                {fmt::format("a function decoder of width {}: how many heads it has the file does not say", width),
                 path.string(), "say it in config.json: \"function_decoder\": {\"n_heads\": …}"});
  if (heads > 0) shape.heads = heads;
  shape.width = width;
  if (width % shape.heads != 0 || width / shape.heads % 2 != 0)
    throw Error(ErrorKind::bad_model,
                {fmt::format("{} heads do not fit width {}", shape.heads, width), path.string(), {}});
  shape.keywords = rows("heads.keyword_logits.3.weight", 0);
  shape.interpro = rows("heads.interpro_logits.3.weight", 0);
  shape.layers = 0;
  while (raw.arrays.contains(fmt::format("decoder.blocks.{}.ffn.0.weight", shape.layers))) ++shape.layers;
  auto out = std::make_unique<FunctionDecoder>(shape);
  checkpoints::fill_slots(*out, raw.arrays, {}, path);
  nn::ready(nn::tree_of(*out), ops::Precision::f32);
  return out;
}

}  // namespace groel::esm3
