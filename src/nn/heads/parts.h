// What several heads are made of: activations by name, streams of dropout, and layers with all that follows them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "nn/heads/batch_norm.h"
#include "nn/heads/prediction_head.h"
#include "nn/linear.h"

namespace groel::nn {

/// Where dropout draws in heads: a stream for every place.
constexpr std::uint64_t dropout_stream(std::size_t place) { return (std::uint64_t{2} << 32) + place; }

enum class HeadActivation { gelu, relu, tanh };
/// Errors: usage, for another name.
HeadActivation parse_head_activation(const std::string& name);
Tensor activated(const Tensor& x, HeadActivation activation);

/// What is done with the outputs of a hidden layer: batch norm (perhaps), activation.
class AfterLayer final : public Module {
 public:
  AfterLayer(std::int64_t width, const HeadShape& shape);

  void members(Members to) override;
  Tensor operator()(const Tensor& x) const;

 private:
  std::optional<BatchNorm1d> norm_;
  HeadActivation activation_;
};

/// Hidden layers and the output, or the output alone.
class Mlp final : public Module {
 public:
  explicit Mlp(const HeadShape& shape);

  /// `layers.0`, `after.0` and so on, then `output`.
  void members(Members to) override;
  /// x [N, inputs] -> [N, outputs].
  Tensor operator()(const Tensor& x) const;

 private:
  double dropout_;
  std::vector<Linear> layers_;
  std::vector<AfterLayer> after_;
  Linear output_;
};

}  // namespace groel::nn
