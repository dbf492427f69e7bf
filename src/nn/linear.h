// Linear layers: one, or several with the same input computed as a single product.
#pragma once

#include <string>
#include <vector>

#include "autograd/functions.h"
#include "nn/lora.h"
#include "nn/module.h"
#include "ops/linear.h"

namespace groel::nn {

enum class Bias { no, yes };
/// How exact a product has to be: around attention f32x3's errors grow most, so it takes six products there; heads are
/// small and stay f32.
enum class Exactness { block, attention, head };

struct LinearForm {
  Bias bias = Bias::yes;
  Exactness exactness = Exactness::block;
  float scale = 1.0F;  ///< of all that it gives
};

/// y = scale (x Wᵀ + b), for one or more (W, b) with the same input, whose outputs come side by side.
class Linear final : public Module {
 public:
  /// One of several outputs: its name under the layer's ("query"), and its width.
  struct Output {
    std::string name;
    std::int64_t width;
  };
  Linear() = default;
  Linear(std::int64_t in, std::int64_t out, const LinearForm& form = {}) : Linear(in, {Output{{}, out}}, form) {}
  Linear(std::int64_t in, const std::vector<Output>& outputs, const LinearForm& form = {});

  /// `weight` [out, in] and `bias` [out] of each output.
  void members(Members to) override;
  /// Packs the weights and lets the originals go; in training packs them for both directions, and the originals stay,
  /// as f32 masters where they are trained.
  void ready(const Form& form) override;
  void repack() override;
  std::size_t packed_bytes() const override { return packed_.defined() ? packed_.bytes() : 0; }

  /// Puts an adapter beside every output that `options` wants; `path` is the layer's.
  void add_adapters(const std::string& path, const LoraOptions& options, Device device);
  const std::vector<LoraAdapter>& adapters() const { return adapters_; }
  /// Names of its outputs' layers.
  std::vector<std::string> layers(const std::string& path) const;

  /// x [T, in] -> [T, Σ out] f32; `options.bias` is set here.
  Tensor operator()(const Tensor& x, ops::LinearOptions options = {}) const;
  /// Its weight and bias for operators that are more than this product; of a layer without adapters.
  autograd::LinearWeight product() const { return {packed_, packed_transposed_, gradients_, form_.scale}; }
  const Tensor& bias() const { return bias_; }
  /// Columns of what it gives: Σ out.
  std::int64_t width() const;

 private:
  struct Part {
    std::string name;
    std::int64_t out;
    Tensor weight;  // (out, in)
    Tensor scales;  // (out) of a weight in i8; else undefined
    Tensor bias;    // (out)
    Tensor weight_gradient;
    Tensor bias_gradient;
  };
  bool trained() const;
  bool has_bias() const { return form_.bias == Bias::yes; }
  std::vector<Tensor> each(Tensor Part::*member) const;
  bool whole() const { return parts_.front().scales.defined(); }
  /// All weights, one below the other, in f32.
  Tensor stacked_weights() const;
  void ready_for_training(const Form& form);
  void join_gradients();
  void join_masters();
  void pack(const Tensor& weight);
  Tensor adapted(const Tensor& x, const autograd::LinearWeight& weight, ops::LinearOptions options) const;

  std::int64_t in_ = 0;
  LinearForm form_;
  std::vector<Part> parts_;
  ops::PackedWeight packed_;
  Tensor bias_;  // (Σ out)
  // In training only
  Form training_;
  Tensor master_;                        // (Σ out, in), of which the parts are rows
  ops::PackedWeight packed_transposed_;  // where a gradient has to reach the input
  ops::LinearGradients gradients_;
  std::vector<LoraAdapter> adapters_;
};

}  // namespace groel::nn
