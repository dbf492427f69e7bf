// Makes networks of pairs by the name of their kind.
#include "nn/pairs/pair_network.h"

#include <algorithm>
#include <cmath>

#include "autograd/functions.h"
#include "base/error.h"
#include "base/words.h"
#include "nn/heads/prediction_head.h"
#include "nn/pairs/networks.h"
#include "ops/batch_norm.h"

namespace groel::nn {

const std::vector<std::string>& pair_network_kinds() {
  static const std::vector<std::string> kinds{"mlp", "gin", "dnn-ppi", "pipr"};
  return kinds;
}

void PairNetwork::members(Members to) {
  layers(to.in_head());
  if (reads_residues()) return;
  to.in_head().tensor("scale.factor", {shape_.inputs}, Role::buffer, factor_);
  to.in_head().tensor("scale.offset", {shape_.inputs}, Role::buffer, offset_);
}

Tensor PairNetwork::proteins(const ProteinInput& input) const {
  if (reads_residues()) return encode(input);
  ProteinInput scaled = input;
  scaled.features = autograd::scale_columns(input.features, factor_, offset_);
  return encode(scaled);
}

std::unique_ptr<PairNetwork> make_pair_network(const PairShape& shape) {
  if (shape.inputs < 1 || shape.outputs < 1 || shape.hidden < 1 || shape.dropout < 0 || shape.dropout >= 1)
    throw Error(
        ErrorKind::usage,
        {"a network of pairs needs inputs, outputs and a hidden layer, and a dropout in [0, 1)", "`hidden`", {}});
  if (shape.kind == "mlp") return std::make_unique<MlpPairs>(shape);
  if (shape.kind == "gin") return std::make_unique<GinPairs>(shape);
  if (shape.kind == "dnn-ppi") return std::make_unique<DnnPairs>(shape);
  if (shape.kind == "pipr") return std::make_unique<PiprPairs>(shape);
  throw Error(ErrorKind::usage,
              {fmt::format("there is no network of pairs '{}'", shape.kind), "`kind`", listed(pair_network_kinds())});
}

void draw(PairNetwork& network, std::uint64_t seed) {
  draw(tree_of(network), seed);
  for (const Parameter& parameter : tree_of(network).parameters)
    if (parameter.name == "scale.factor")
      *parameter.slot =
          Tensor::computed(parameter.shape, Device::cpu, [](std::span<float> to) { std::ranges::fill(to, 1.0F); });
}

void set_pair_scale(PairNetwork& network, const Tensor& features) {
  GROEL_REQUIRE(!network.reads_residues() && features.rank() == 2 && features.size(0) > 0);
  const ops::BatchStatistics statistics = ops::batch_statistics(features);
  const auto mean = statistics.mean.values<float>(), variance = statistics.variance.values<float>();
  std::vector<float> factor, offset;
  for (std::size_t i = 0; i < mean.size(); ++i) {
    const float deviation = std::sqrt(variance[i]);
    factor.push_back(deviation > 0 && std::isfinite(deviation) ? 1 / deviation : 1.0F);
    offset.push_back(-mean[i] * factor.back());
  }
  const Shape width{features.size(1)};
  for (const Parameter& parameter : tree_of(network).parameters) {
    if (parameter.name == "scale.factor") *parameter.slot = Tensor::of<float>(width, std::span<const float>(factor));
    if (parameter.name == "scale.offset") *parameter.slot = Tensor::of<float>(width, std::span<const float>(offset));
  }
}

}  // namespace groel::nn
