// Drawing first weights.
#include "train/initialise.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/random.h"
#include "train/optimizer.h"
#include "train/random_purposes.h"

namespace groel::train {
namespace {

// Box and Muller's: two normal numbers of two uniform ones.
void fill_normal(float* to, std::int64_t count, double deviation, std::uint64_t key) {
  for (std::int64_t i = 0; i < count; i += 4) {
    const auto words = philox(key, static_cast<std::uint64_t>(i / 4));
    for (std::int64_t j = 0; j < 4 && i + j < count; ++j) {
      const std::size_t pair = j < 2 ? 0 : 2;
      const double radius = std::sqrt(-2 * std::log((words[pair] + 0.5) * 0x1p-32));
      const double angle = 2 * std::numbers::pi * unit_double(words[pair + 1]);
      to[i + j] = static_cast<float>(deviation * radius * (j % 2 == 0 ? std::cos(angle) : std::sin(angle)));
    }
  }
}

struct Draw {
  double deviation;
  std::uint64_t key;
  std::int32_t pad;
};

Tensor first_value(const nn::Parameter& parameter, const Draw& draw) {
  Tensor out = Tensor::zeros(parameter.shape);
  float* values = out.mutable_data<float>();
  if (is_decayed(parameter.name)) {
    fill_normal(values, out.count(), draw.deviation, draw.key);
    if (parameter.name.ends_with("word_embeddings.weight"))
      std::fill_n(values + draw.pad * parameter.shape[1], parameter.shape[1], 0.0F);
  } else if (parameter.name.ends_with("weight")) {
    std::fill_n(values, out.count(), 1.0F);
  }
  return out;
}

bool is_left_out(const std::string& name) {
  return name.ends_with("inv_freq") || name == "lm_head.decoder.weight" || name.starts_with("esm.contact_head.");
}

}  // namespace

engine::Checkpoint initial_checkpoint(const nlohmann::json& config, std::uint64_t seed) {
  engine::Checkpoint checkpoint;
  checkpoint.family = &models::find_family(config);
  checkpoint.config = config;
  checkpoint.path = "new";
  checkpoint.layout = fmt::format("new weights, seed {}", seed);
  const auto model = checkpoint.family->build(config, checkpoint.family->default_tokenizer());
  nn::Parameters parameters;
  model->collect(parameters);
  Draw draw{config.value("initializer_range", 0.02), 0, model->tokenizer().pad()};
  std::uint64_t index = 0;
  for (const nn::Parameter& parameter : parameters.list()) {
    draw.key = derive_key(seed, purpose::kInitialise, index++);
    if (is_left_out(parameter.name)) continue;
    const auto value = std::make_shared<const Tensor>(first_value(parameter, draw));
    checkpoint.arrays[parameter.name] = {DType::f32, parameter.shape, {value->raw_data(), value->bytes()}, value};
  }
  return checkpoint;
}

}  // namespace groel::train
