// Linear layers: one, or several over the same input as a single product.
#pragma once

#include <string>
#include <vector>

#include "autograd/functions.h"
#include "nn/lora.h"
#include "nn/parameters.h"
#include "nn/training.h"
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
  /// Packs them for both directions; the originals stay, as f32 masters where they are trained.
  void prepare_training(const TrainingForm& form);
  /// Puts an adapter beside every output that `options` wants.
  void add_adapters(const LoraOptions& options);
  const std::vector<LoraAdapter>& adapters() const { return adapters_; }
  /// The masters were written to: packs them again.
  void parameters_changed();

  /// x [T, in] -> [T, Σ out] f32; `options.bias` is set here.
  Tensor operator()(const Tensor& x, ops::LinearOptions options = {}) const;
  ops::Precision precision() const { return packed_.precision(); }
  std::size_t packed_bytes() const { return packed_.defined() ? packed_.bytes() : 0; }
  /// Columns of what it gives: Σ out.
  std::int64_t width() const;

 private:
  struct Part {
    std::string name;
    std::int64_t out;
    Tensor weight;  // (out, in)
    Tensor bias;    // (out)
    Tensor weight_gradient;
    Tensor bias_gradient;
  };
  bool trained() const;
  std::vector<Tensor> each(Tensor Part::*member) const;
  void join_gradients();
  void join_masters();
  void pack(const Tensor& weight);
  Tensor adapted(const Tensor& x, const autograd::LinearWeight& weight, ops::LinearOptions options) const;

  std::int64_t in_ = 0;
  bool has_bias_ = true;
  std::vector<Part> parts_;
  ops::PackedWeight packed_;
  Tensor bias_;  // (Σ out)
  // In training only
  TrainingForm form_;
  Tensor master_;                        // (Σ out, in), of which the parts are rows
  ops::PackedWeight packed_transposed_;  // where a gradient has to reach the input
  ops::LinearGradients gradients_;
  std::vector<LoraAdapter> adapters_;
};

}  // namespace groel::nn
