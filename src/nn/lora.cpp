// Draws and packs low-rank adapters.
#include "nn/lora.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/random.h"
#include "ops/elementwise.h"

namespace groel::nn {
namespace {

Tensor draw(const Shape& shape, Device device, std::uint64_t key) {
  const double bound = 1 / std::sqrt(static_cast<double>(shape.back()));
  return Tensor::computed(shape, device, [&](std::span<float> out) {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<float>(bound * (2 * unit_double(philox(key, i)[0]) - 1));
  });
}

std::uint64_t layer_key(std::uint64_t seed, const std::string& layer) {
  std::uint64_t key = derive_key(seed, 0x6c6f7261);  // "lora"
  for (const char c : layer) key = derive_key(key, static_cast<unsigned char>(c));
  return key;
}

ops::PackedWeight packed(const Tensor& weight) { return {weight, ops::Precision::f32}; }

}  // namespace

bool LoraOptions::wants(const std::string& layer) const {
  return std::any_of(targets.begin(), targets.end(),
                     [&](const std::string& target) { return layer == target || layer.ends_with("." + target); });
}

LoraAdapter::LoraAdapter(const Layer& layer, const LoraOptions& options)
    : layer_(layer.name),
      scale_(static_cast<float>(options.alpha / static_cast<double>(options.rank))),
      dropout_(options.dropout),
      stream_(layer_key(0, layer.name)) {
  if (options.rank < 1 || options.rank > std::min(layer.in, layer.out))
    throw Error(ErrorKind::usage, {fmt::format("rank {} for a layer of {} x {}", options.rank, layer.out, layer.in),
                                   layer.name, "a low-rank adapter has a rank from 1 to the layer's smaller side"});
  a_ = draw({options.rank, layer.in}, layer.device, layer_key(options.seed, layer.name));
  b_ = Tensor::zeros({layer.out, options.rank}, DType::f32, layer.device);
  part_.begin = layer.begin;
  part_.a_gradient = Tensor::zeros(a_.shape(), DType::f32, layer.device);
  part_.b_gradient = Tensor::zeros(b_.shape(), DType::f32, layer.device);
  pack();
}

void LoraAdapter::collect(std::vector<Trained>& to, const Place& place) const {
  to.push_back({layer_ + ".lora_A.weight", a_, part_.a_gradient, Role::matrix, place});
  to.push_back({layer_ + ".lora_B.weight", b_, part_.b_gradient, Role::matrix, place});
}

void LoraAdapter::pack() {
  part_.a = packed(ops::scale(a_, scale_));
  part_.b = packed(b_);
  part_.a_backward = packed(ops::transpose(a_));
  part_.b_backward = packed(ops::scale(ops::transpose(b_), scale_));
}

}  // namespace groel::nn
