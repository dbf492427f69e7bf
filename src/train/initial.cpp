// Drawing the weights of a new model.
#include "train/initial.h"

#include <cmath>
#include <numbers>

#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"
#include "tensor/tensor.h"

namespace groel::train {
namespace {

constexpr std::uint64_t kPurpose = 0x696e6974;  // "init"

std::uint64_t name_key(std::uint64_t seed, const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return derive_key(seed, kPurpose, hash);
}

// Two normal values by the method of Box and Muller.
void draw_pair(std::uint64_t key, std::uint64_t pair, double deviation, float* to, std::int64_t count) {
  const auto words = philox(key, pair);
  const double radius = deviation * std::sqrt(-2 * std::log((words[0] + 1.0) * 0x1p-32));
  const double angle = 2 * std::numbers::pi * unit_double(words[1]);
  to[0] = static_cast<float>(radius * std::cos(angle));
  if (count > 1) to[1] = static_cast<float>(radius * std::sin(angle));
}

Tensor normal(const Shape& shape, std::uint64_t key, double deviation) {
  constexpr std::int64_t kChunk = 1 << 14;
  Tensor out = Tensor::empty(shape);
  float* values = out.mutable_data<float>();
  const std::int64_t count = out.count();
  parallel_for((count + kChunk - 1) / kChunk, [&](std::int64_t chunk) {
    for (std::int64_t i = chunk * kChunk; i < std::min(count, (chunk + 1) * kChunk); i += 2)
      draw_pair(key, static_cast<std::uint64_t>(i / 2), deviation, values + i, count - i);
  });
  return out;
}

bool is_norm(const std::string& name) {
  return name.find("LayerNorm") != std::string::npos || name.find("layer_norm") != std::string::npos;
}

// 1, -1, 2, -2, … for three heads of four, 0 for those that look anywhere.
std::int64_t neighbour_of(std::int64_t head, std::int64_t heads) {
  if (head >= heads * 3 / 4) return 0;
  return (head % 2 == 0 ? 1 : -1) * (head / 2 + 1);
}

// A query's bias points along the first axis of each plane that positions turn fast, a key's is turned back by as many
// positions as the neighbour is away: of all keys, that neighbour's then points the same way.
Tensor neighbour_bias(const nlohmann::json& config, bool of_query) {
  constexpr double kGain = 2;       // of a plane, in a score
  constexpr double kSlowest = 0.1;  // radians a position; slower planes do not tell neighbours apart
  const auto heads = config.at("num_attention_heads").get<std::int64_t>();
  const auto width = config.at("hidden_size").get<std::int64_t>() / heads;
  const double length = std::sqrt(kGain * std::sqrt(static_cast<double>(width)));
  Tensor out = Tensor::zeros({heads * width});
  for (std::int64_t head = 0; head < heads; ++head) {
    const auto away = static_cast<double>(neighbour_of(head, heads));
    float* bias = out.mutable_data<float>() + head * width;
    for (std::int64_t i = 0; i < width / 2 && away != 0; ++i) {
      const double turn = std::pow(10000.0, -2.0 * static_cast<double>(i) / static_cast<double>(width));
      if (turn < kSlowest) break;
      bias[i] = static_cast<float>(length * (of_query ? 1 : std::cos(away * turn)));
      bias[i + width / 2] = static_cast<float>(length * (of_query ? 0 : -std::sin(away * turn)));
    }
  }
  return out;
}

Tensor draw(const nn::Parameter& parameter, const nlohmann::json& config, const InitialOptions& options) {
  if (options.heads == InitialHeads::neighbours)
    for (const bool query : {true, false})
      if (parameter.name.ends_with(query ? ".self.query.bias" : ".self.key.bias")) return neighbour_bias(config, query);
  if (parameter.name.ends_with("bias")) return Tensor::zeros(parameter.shape);
  if (is_norm(parameter.name)) {
    Tensor ones = Tensor::empty(parameter.shape);
    std::fill_n(ones.mutable_data<float>(), ones.count(), 1.0F);
    return ones;
  }
  Tensor out = normal(parameter.shape, name_key(options.seed, parameter.name), config.value("initializer_range", 0.02));
  constexpr std::int64_t kPadding = 1;  // a row of both embedding tables
  if (parameter.name.find("_embeddings.weight") != std::string::npos)
    std::fill_n(out.mutable_data<float>() + kPadding * out.size(1), out.size(1), 0.0F);
  return out;
}

// Those that the checkpoint holds under names that `wanted` takes stay as they are.
template <class Wanted>
void fill(engine::Checkpoint& checkpoint, const InitialOptions& options, const Wanted& wanted) {
  const auto model = checkpoint.family->build(checkpoint.config, checkpoint.family->default_tokenizer());
  nn::Parameters parameters;
  model->collect(parameters);
  for (const nn::Parameter& parameter : parameters.list()) {
    if (!wanted(parameter.name) || checkpoint.arrays.contains(parameter.name)) continue;
    const auto values = std::make_shared<const Tensor>(draw(parameter, checkpoint.config, options));
    checkpoint.arrays[parameter.name] = {DType::f32, parameter.shape, {values->raw_data(), values->bytes()}, values};
  }
}

}  // namespace

nlohmann::json esm2_config(const ModelShape& shape) {
  if (shape.layers < 1 || shape.width < 1 || shape.heads < 1 || shape.width % shape.heads != 0 ||
      shape.width / shape.heads % 2 != 0)
    throw Error(ErrorKind::usage,
                {fmt::format("no ESM-2 has {} layers, width {} and {} heads", shape.layers, shape.width, shape.heads),
                 {},
                 "the heads must divide the width into even parts: 6 layers, width 320, 20 heads"});
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

engine::Checkpoint initial_checkpoint(const nlohmann::json& config, const InitialOptions& options) {
  engine::Checkpoint out;
  out.family = &models::find_family(config);
  out.config = config;
  out.path = "new model";
  out.layout = fmt::format("drawn, seed {}", options.seed);
  fill(out, options, [](const std::string& name) {
    return !name.ends_with("inv_freq") && name != "lm_head.decoder.weight" &&
           name.find("contact_head") == std::string::npos;
  });
  return out;
}

void add_initial(engine::Checkpoint& checkpoint, const std::string& prefix, std::uint64_t seed) {
  fill(checkpoint, {.seed = seed}, [&](const std::string& name) { return name.starts_with(prefix); });
}

}  // namespace groel::train
