// Low-rank adapters of linear layers (Hu et al. 2021), as PEFT has them: y = W x + b + (alpha / r) B A x.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "autograd/functions.h"
#include "nn/module.h"

namespace groel::nn {

struct LoraOptions {
  std::int64_t rank = 8;
  double alpha = 16;
  std::vector<std::string> targets;  ///< last parts of the layers' names ("query")
  std::uint64_t seed = 0;
  double dropout = 0;  ///< of what enters the adapters, in training

  bool wants(const std::string& layer) const;
};

/// The adapter of one layer [out, in] whose output is in columns [begin, begin + out) of a joint product.
class LoraAdapter {
 public:
  struct Layer {
    std::string name;
    std::int64_t begin, out, in;
    Device device;
  };
  /// A is drawn uniformly within ±1/sqrt(in), B is 0: it changes nothing until it is trained.
  LoraAdapter(const Layer& layer, const LoraOptions& options);

  /// `<layer>.lora_A.weight` [r, in] and `<layer>.lora_B.weight` [out, r].
  void collect(std::vector<Trained>& to, const Place& place) const;
  void pack();
  const autograd::LoraPart& part() const { return part_; }
  double dropout() const { return dropout_; }
  /// Tells this layer's dropout from those of all others.
  std::uint64_t stream() const { return stream_; }

 private:
  std::string layer_;
  float scale_;
  double dropout_;
  std::uint64_t stream_;
  Tensor a_, b_;
  autograd::LoraPart part_;
};

}  // namespace groel::nn
