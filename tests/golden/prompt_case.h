// A golden case of learned prompts: its vectors, its tolerances, and a trunk with prompts plugged in.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "checkpoints/prompts.h"
#include "golden/case.h"
#include "golden/rows.h"
#include "io/arrays.h"

namespace groel::golden {

/// The README's, absolute.
struct PromptTolerances {
  double hidden = 3e-5, logits = 1e-4, maps = 5e-6, gates = 1e-5, gradients = 5e-5, losses = 3e-4, weights = 5e-5,
         noisy_weights = 2e-3;
};

/// Rows of prompts by name.
using PromptVectors = std::vector<std::pair<std::string, Tensor>>;

/// Arrays of the case's `prompts.safetensors`, in f32.
class PromptArrays {
 public:
  explicit PromptArrays(const Case& golden);
  Tensor at(const std::string& name) const;

 private:
  io::ArrayFile file_;
};

checkpoints::Checkpoint with_prompts(const std::filesystem::path& folder, const PromptVectors& vectors,
                                     nn::PromptShape shape);
std::vector<float> copied_values(const Tensor& x);

/// Losses, gradients and weights of ten steps of every training that the case holds of a trunk.
void check_prompt_training(const Case& golden, Rows& rows, const std::string& trunk);

}  // namespace groel::golden
