// Named slots that a checkpoint fills.
#pragma once

#include <string>
#include <vector>

#include "tensor/tensor.h"

namespace groel::nn {

/// One tensor of a model: its name in a checkpoint, the shape it must have, and where it goes.
struct Parameter {
  std::string name;
  Shape shape;
  Tensor* slot;
  Tensor* gradient;  ///< where its gradient goes in training; nullptr: it cannot be trained
};

/// Every tensor that a model wants, in the order in which its modules declared them.
class Parameters {
 public:
  void add(std::string name, Shape shape, Tensor& slot) {
    list_.push_back({std::move(name), std::move(shape), &slot, nullptr});
  }
  void add(std::string name, Shape shape, Tensor& slot, Tensor& gradient) {
    list_.push_back({std::move(name), std::move(shape), &slot, &gradient});
  }
  const std::vector<Parameter>& list() const noexcept { return list_; }

 private:
  std::vector<Parameter> list_;
};

}  // namespace groel::nn
