// Draws the starting weights of a new model.
#include "checkpoints/initial.h"
#include "checkpoints/prompts.h"

#include <cmath>
#include <numbers>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/threads.h"
#include "checkpoints/load.h"
#include "checkpoints/tensors.h"

namespace groel::checkpoints {
namespace {

constexpr std::uint64_t kPurpose = 0x696e6974;  // "init"

std::uint64_t name_key(std::uint64_t seed, const std::string& name) { return derive_key(seed, kPurpose, hash64(name)); }

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

// 1, -1, 2, -2, … for three heads of four, 0 for those that look anywhere.
std::int64_t neighbour_of(std::int64_t head, std::int64_t heads) {
  if (head >= heads * 3 / 4) return 0;
  return (head % 2 == 0 ? 1 : -1) * (head / 2 + 1);
}

// A query's bias points along the first axis of each plane that positions turn fast, a key's is turned back by as many
// positions as the neighbour is away: of all keys, that neighbour's then points the same way.
Tensor neighbour_bias(const models::ModelInfo& info, bool of_query) {
  constexpr double kGain = 2;       // of a plane, in a score
  constexpr double kSlowest = 0.1;  // radians per position; slower planes do not tell neighbours apart
  const std::int64_t heads = info.heads;
  const std::int64_t width = info.width / heads;
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

// What a family's tensors are drawn by.
struct Drawing {
  const models::Family& family;
  models::ModelInfo info;
  double deviation;
  bool pads;  // it has a token for padding
  const InitialOptions& options;
};

Tensor draw(const nn::Parameter& parameter, const Drawing& by) {
  if (by.options.heads == InitialHeads::neighbours)
    for (const bool query : {true, false})
      if (parameter.name.ends_with(query ? by.family.query_bias : by.family.key_bias))
        return neighbour_bias(by.info, query);
  if (parameter.role == nn::Role::bias) return Tensor::zeros(parameter.shape);
  if (parameter.role == nn::Role::norm) {
    Tensor ones = Tensor::empty(parameter.shape);
    std::fill_n(ones.mutable_data<float>(), ones.count(), 1.0F);
    return ones;
  }
  double deviation = by.deviation;
  for (const std::string_view end : by.family.damped)
    if (parameter.name.ends_with(end)) deviation /= std::sqrt(2.0 * static_cast<double>(by.info.layers));
  Tensor out = normal(parameter.stored_shape(), name_key(by.options.seed, parameter.name), deviation);
  constexpr std::int64_t kPadding = 1;  // a row of both embedding tables, where there is such a token
  if (by.pads && !is_of_prompts(parameter.name) &&
      (parameter.role == nn::Role::embedding || parameter.role == nn::Role::position))
    std::fill_n(out.mutable_data<float>() + kPadding * out.size(1), out.size(1), 0.0F);
  return out;
}

// Those that the checkpoint holds already stay as they are.
template <class Wanted>
void fill(Checkpoint& checkpoint, const InitialOptions& options, const Wanted& wanted) {
  const models::Family& family = *checkpoint.family;
  if (options.heads == InitialHeads::neighbours && family.query_bias.empty())
    throw Error(ErrorKind::usage, {fmt::format("{} has no biases that could point heads at neighbours", family.name),
                                   "`initial_heads`", "leave it out"});
  const auto model = build_model(checkpoint);
  const Drawing by{family, model->info(), checkpoint.config.value("initializer_range", 0.02),
                   model->tokenizer().special().pad.has_value(), options};
  for (const nn::Parameter& parameter : nn::tree_of(*model).parameters) {
    if (parameter.role == nn::Role::buffer || !wanted(parameter) || checkpoint.arrays.contains(parameter.name))
      continue;
    checkpoint.arrays[parameter.name] = array_of(draw(parameter, by));
  }
}

}  // namespace

Tensor normal_values(const Shape& shape, std::uint64_t seed, const std::string& name, double deviation) {
  return normal(shape, name_key(seed, name), deviation);
}

Checkpoint initial_checkpoint(const nlohmann::json& config, const InitialOptions& options) {
  Checkpoint out;
  out.family = &models::find_family(config);
  out.config = config;
  out.tokenizer = options.tokenizer;
  out.path = "new model";
  out.layout = fmt::format("drawn, seed {}", options.seed);
  fill(out, options, [](const nn::Parameter& parameter) { return parameter.gradient != nullptr; });
  return out;
}

void add_initial(Checkpoint& checkpoint, const std::string& prefix, std::uint64_t seed) {
  const InitialOptions options{.seed = seed};
  fill(checkpoint, options, [&](const nn::Parameter& parameter) { return parameter.name.starts_with(prefix); });
}

}  // namespace groel::checkpoints
