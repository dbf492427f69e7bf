// Learned prompts (ConfProtein, PromptProtein): vectors that join every sequence as further tokens of it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nn/embedding.h"
#include "nn/module.h"

namespace groel::nn {

struct PromptSpec {
  std::string name;
  std::int64_t tokens = 1;
};

/// Which prompts a model has, and how they act. Tokens of sequences see all tokens of sequence and prompts.
struct PromptShape {
  std::vector<PromptSpec> prompts;
  bool together = false;      ///< a token of a prompt sees those of all prompts; if not, itself alone
  bool gated = false;         ///< a gate in every block (ops/prompt_gate.h)
  bool token_dropout = true;  ///< the model's own scale of masked sequences holds with prompts, too

  bool empty() const { return prompts.empty(); }
};

/// Before its names.
inline constexpr const char* kPrompts = "prompts";

/// One block's gate.
class BlockGate final : public Module {
 public:
  explicit BlockGate(std::int64_t width) : width_(width) {}
  void members(Members to) override { to.tensor("weight", {1, width_}, Role::matrix, weight_, &gradient_); }
  void ready(const Form& form) override {
    weight_ = form.training ? weight_.to(DType::f32).clone() : weight_.to(DType::f32);
  }
  std::size_t packed_bytes() const override { return weight_.defined() ? weight_.bytes() : 0; }
  ops::PromptGateResult operator()(const Tensor& x, const Tensor& cu_seqlens, std::int64_t prompts) const {
    return autograd::prompt_gate(x, {cu_seqlens, prompts, weight_}, gradient_);
  }

 private:
  std::int64_t width_;
  Tensor weight_, gradient_;
};

class Prompts final : public Module {
 public:
  Prompts(PromptShape shape, std::int64_t width, std::int64_t blocks);

  /// `NAME.weight` [m, D] of each prompt, and `gates.BLOCK.weight` [1, D].
  void members(Members to) override;

  const PromptShape& shape() const { return shape_; }
  /// Indices of prompts by their names, in the model's order; of all, where none are named. Errors: usage, listing
  /// those that there are.
  std::vector<std::size_t> chosen(const std::optional<std::vector<std::string>>& names) const;
  std::int64_t tokens(const std::vector<std::size_t>& chosen) const;
  /// One prompt's vectors, once for every sequence: [sequences * m, D].
  Tensor vectors(std::size_t prompt, std::int64_t sequences) const;
  /// Null: it has none.
  const BlockGate* gate(std::size_t block) const;

 private:
  PromptShape shape_;
  std::vector<EmbeddingTable> tables_;
  std::vector<BlockGate> gates_;
};

}  // namespace groel::nn
