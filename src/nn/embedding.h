// An embedding table: a row for every token, or for every position.
#pragma once

#include "autograd/functions.h"
#include "nn/module.h"

namespace groel::nn {

class EmbeddingTable final : public Module {
 public:
  EmbeddingTable() = default;
  EmbeddingTable(std::int64_t rows, std::int64_t width, Role role = Role::embedding)
      : rows_(rows), width_(width), role_(role) {}

  /// `weight` [rows, D].
  void members(Members to) override { to.tensor("weight", {rows_, width_}, role_, table_, &gradient_); }
  void ready(const Form& form) override {
    table_ = form.training ? table_.to(DType::f32).clone() : table_.to(DType::f32);
  }
  std::size_t packed_bytes() const override { return table_.defined() ? table_.bytes() : 0; }

  /// -> [T, D], the rows of input.tokens, scaled as it says.
  Tensor operator()(const ops::EmbeddingGrad& input) const { return autograd::embedding(table_, input, gradient_); }
  /// [rows, D] f32, and its gradient where it is trained.
  const Tensor& table() const { return table_; }
  const Tensor& gradient() const { return gradient_; }

 private:
  std::int64_t rows_ = 0;
  std::int64_t width_ = 0;
  Role role_ = Role::embedding;
  Tensor table_;
  Tensor gradient_;
};

}  // namespace groel::nn
