// Joining the weights of a linear layer and packing them.
#include "nn/linear.h"

#include <cstring>

#include "base/error.h"

namespace groel::nn {
namespace {

// [out_i, in] f32 each -> [Σ out_i, in]; one alone is itself.
Tensor stack_rows(const std::vector<Tensor>& tensors, const Shape& shape) {
  if (tensors.size() == 1) return tensors.front().to(DType::f32);
  Tensor out = Tensor::empty(shape);
  float* to = out.mutable_data<float>();
  for (const Tensor& tensor : tensors) {
    const Tensor part = tensor.to(DType::f32);
    std::memcpy(to, part.data<float>(), part.bytes());
    to += part.count();
  }
  return out;
}

}  // namespace

Linear::Linear(std::int64_t in, std::vector<std::int64_t> outs, Bias bias) : in_(in), has_bias_(bias == Bias::yes) {
  for (const std::int64_t out : outs) parts_.push_back({out, {}, {}});
}

void Linear::collect(Parameters& parameters, const std::vector<std::string>& prefixes) {
  GROEL_REQUIRE(prefixes.size() == parts_.size());
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    parameters.add(prefixes[i] + ".weight", {part.out, in_}, part.weight);
    if (has_bias_) parameters.add(prefixes[i] + ".bias", {part.out}, part.bias);
  }
}

void Linear::prepare(ops::Precision precision) {
  std::vector<Tensor> weights;
  std::vector<Tensor> biases;
  std::int64_t out = 0;
  for (const Part& part : parts_) {
    weights.push_back(part.weight);
    biases.push_back(part.bias);
    out += part.out;
  }
  packed_ = ops::PackedWeight(stack_rows(weights, {out, in_}), precision);
  if (has_bias_) bias_ = stack_rows(biases, {out});
  for (Part& part : parts_) part = {part.out, {}, {}};
}

Tensor Linear::operator()(const Tensor& x, ops::LinearOptions options) const {
  options.bias = bias_;
  return ops::linear(x, packed_, options);
}

}  // namespace groel::nn
