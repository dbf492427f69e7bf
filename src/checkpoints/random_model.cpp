// Draws the weights of random models.
#include "checkpoints/random_model.h"

#include <cmath>

#include "base/error.h"
#include "base/options.h"
#include "base/system.h"
#include "base/threads.h"
#include "checkpoints/tensors.h"

namespace groel::checkpoints {
namespace {

// splitmix64: any element can be drawn by itself, so that threads do not matter.
double uniform(std::uint64_t seed, std::uint64_t index) {
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-53 * 2 - 1;
}

Tensor draw(const nn::Parameter& parameter, std::uint64_t seed) {
  Tensor out = Tensor::empty(parameter.stored_shape());
  float* values = out.mutable_data<float>();
  const bool gain = parameter.role == nn::Role::norm;
  const double bound = 1.0 / std::sqrt(static_cast<double>(parameter.shape.back()));
  constexpr std::int64_t kChunk = 1 << 16;
  const std::int64_t count = out.count();
  parallel_for((count + kChunk - 1) / kChunk, [&](std::int64_t chunk) {
    for (std::int64_t i = chunk * kChunk; i < std::min(count, (chunk + 1) * kChunk); ++i)
      values[i] = gain ? 1.0F : static_cast<float>(bound * uniform(seed, static_cast<std::uint64_t>(i)));
  });
  return out;
}

// Drawn in f32: refused before the first weight where they cannot all be held.
void check_memory(const nn::Tree& tree) {
  double bytes = 0;
  for (const nn::Parameter& parameter : tree.parameters) {
    double count = 1;
    for (const std::int64_t size : parameter.shape) count *= static_cast<double>(size);
    bytes += count * sizeof(float);
  }
  const std::size_t free_now = available_memory();
  if (bytes > static_cast<double>(free_now))
    throw Error(ErrorKind::memory, {fmt::format("random weights of that shape take {}, {} are free",
                                                format_bytes(static_cast<std::size_t>(bytes)), format_bytes(free_now)),
                                    {},
                                    "take fewer layers or a smaller width"});
}

}  // namespace

LoadedModel random_model(const nlohmann::json& config, std::uint64_t seed, ops::Precision precision,
                         ops::WeightForm weights) {
  Checkpoint checkpoint;
  checkpoint.family = &models::find_family(config);
  checkpoint.config = config;
  checkpoint.path = "random";
  checkpoint.layout = fmt::format("random weights, seed {}", seed);
  const auto model = build_model(checkpoint);
  const nn::Tree tree = nn::tree_of(*model);
  check_memory(tree);
  for (const nn::Parameter& parameter : tree.parameters) {
    if (parameter.role == nn::Role::buffer) continue;
    checkpoint.arrays[parameter.name] = array_of(draw(parameter, seed++ * 0x100000001b3ULL));
  }
  return load_model(std::move(checkpoint), precision, weights);
}

}  // namespace groel::checkpoints
