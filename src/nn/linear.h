// Linear layers: one, or several over the same input as a single product.
#pragma once

#include <string>
#include <vector>

#include "nn/parameters.h"
#include "ops/linear.h"

namespace groel::nn {

enum class Bias { no, yes };

/// y = x Wᵀ + b, for one or more (W, b) with the same input, whose outputs stand side by side.
class Linear {
 public:
  Linear() = default;
  Linear(std::int64_t in, std::int64_t out, Bias bias = Bias::yes) : Linear(in, std::vector<std::int64_t>{out}, bias) {}
  Linear(std::int64_t in, std::vector<std::int64_t> outs, Bias bias = Bias::yes);

  /// Declares `<prefix>.weight` [out, in] and `<prefix>.bias` [out] for each output.
  void collect(Parameters& parameters, const std::vector<std::string>& prefixes);
  void collect(Parameters& parameters, const std::string& prefix) { collect(parameters, std::vector{prefix}); }
  /// Packs the weights for products of that precision and lets the originals go.
  void prepare(ops::Precision precision);

  /// x [T, in] -> [T, Σ out] f32; `options.bias` is set here.
  Tensor operator()(const Tensor& x, ops::LinearOptions options = {}) const;
  ops::Precision precision() const { return packed_.precision(); }
  std::size_t packed_bytes() const { return packed_.defined() ? packed_.bytes() : 0; }

 private:
  struct Part {
    std::int64_t out;
    Tensor weight;  // (out, in)
    Tensor bias;    // (out)
  };
  std::int64_t in_ = 0;
  bool has_bias_ = true;
  std::vector<Part> parts_;
  ops::PackedWeight packed_;
  Tensor bias_;  // (Σ out)
};

}  // namespace groel::nn
