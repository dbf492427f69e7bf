// Draws the starting weights of heads.
#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "nn/heads/prediction_head.h"

namespace groel::nn {
namespace {

constexpr std::uint64_t kPurpose = 0x68656164;  // "head"

std::uint64_t key_of(std::uint64_t seed, const std::string& name) { return derive_key(seed, kPurpose, hash64(name)); }

std::string parent_of(const std::string& name) { return name.substr(0, name.size() - last_part(name).size()); }

// The inputs of the layer that a weight or a bias belongs to.
class Inputs {
 public:
  explicit Inputs(const Tree& tree) {
    for (const Parameter& parameter : tree.parameters)
      if (parameter.role == Role::matrix) inputs_[parent_of(parameter.name)] = parameter.shape.back();
  }
  // A recurrent layer counts its state alone, for what enters it, too.
  double of(const std::string& name) const {
    const std::string parent = parent_of(name);
    constexpr std::string_view kInput = "input.";
    if (parent.ends_with(kInput)) {
      const auto state = inputs_.find(parent.substr(0, parent.size() - kInput.size()) + "recurrent.");
      if (state != inputs_.end()) return static_cast<double>(state->second);
    }
    return static_cast<double>(inputs_.at(parent));
  }

 private:
  std::map<std::string, std::int64_t> inputs_;
};

Tensor filled(const Shape& shape, float value) {
  return Tensor::computed(shape, Device::cpu, [&](std::span<float> to) { std::ranges::fill(to, value); });
}

Tensor uniform(const Shape& shape, std::uint64_t key, double bound) {
  return Tensor::computed(shape, Device::cpu, [&](std::span<float> to) {
    for (std::size_t i = 0; i < to.size(); ++i)
      to[i] = static_cast<float>(bound * (2 * unit_double(philox(key, i / 4)[i % 4]) - 1));
  });
}

bool is_norm(const Tree& tree, const std::string& name) {
  const std::string gain = parent_of(name) + "weight";
  return std::ranges::any_of(tree.parameters,
                             [&](const Parameter& p) { return p.name == gain && p.role == Role::norm; });
}

}  // namespace

void draw(const Tree& tree, std::uint64_t seed) {
  const Inputs inputs(tree);
  for (const Parameter& parameter : tree.parameters) {
    const bool one = parameter.role == Role::norm || last_part(parameter.name) == "running_var" ||
                     parameter.name == "scale.deviation";
    if (one || parameter.role == Role::buffer || is_norm(tree, parameter.name))
      *parameter.slot = filled(parameter.shape, one ? 1.0F : 0.0F);
    else
      *parameter.slot =
          uniform(parameter.shape, key_of(seed, parameter.name), 1 / std::sqrt(inputs.of(parameter.name)));
  }
}

}  // namespace groel::nn
