// New models to train: configurations by size, and starting weights drawn as Hugging Face draws them.
#pragma once

#include <cstdint>

#include "checkpoints/checkpoint.h"

namespace groel::checkpoints {

/// Where the attention heads of a new model look. `anywhere`: as published models began, biases of queries and keys 0.
/// `neighbours`: three heads of four begin at a residue of their own, 1, 2, 3, … after or before each residue (query
/// and key biases that rotary positions turn into a peak there); a short run then need not find that out first.
enum class InitialHeads { anywhere, neighbours };

struct InitialOptions {
  std::uint64_t seed = 0;
  InitialHeads heads = InitialHeads::anywhere;
  bio::TokenizerFiles tokenizer = {};  ///< without tokens: the family's own
};

/// The model of a configuration with weights drawn as Hugging Face's EsmPreTrainedModel does: normal with the
/// configuration's initializer_range (0.02), biases 0 (but for those of InitialHeads::neighbours), norms 1, the
/// embedding of <pad> 0. No contact head. A weight depends on the options and its name alone. Errors: as
/// Family::build; usage, for InitialHeads::neighbours of a family without biases of queries and keys.
Checkpoint initial_checkpoint(const nlohmann::json& config, const InitialOptions& options);

/// Numbers of a normal distribution around 0, that of the weights above: they depend on seed, name and shape alone.
Tensor normal_values(const Shape& shape, std::uint64_t seed, const std::string& name, double deviation);

/// Gives a checkpoint the tensors under `prefix` that its configuration asks for and it lacks, drawn the same way: the
/// head of a model that had none.
void add_initial(Checkpoint& checkpoint, const std::string& prefix, std::uint64_t seed);

}  // namespace groel::checkpoints
