// Running an encoder over sequences and taking what is wanted of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "models/model.h"

namespace groel::engine {

/// What to compute for every sequence.
struct EmbedRequest {
  std::vector<int> layers;   ///< 0 (embeddings) .. L (after the final norm), ascending, each once
  bool mean = false;         ///< [D] over residues
  bool max = false;          ///< [D] over residues
  bool cls = false;          ///< [D] of the token before the residues
  bool per_residue = false;  ///< [L, D]
  bool logits = false;       ///< [L, V]
  bool contacts = false;     ///< [L, L]
  bool attentions = false;   ///< [H, n, n] over all n tokens, of every wanted layer but 0
};

/// One sequence's results, f32 on the host. End tokens are in none but `cls` and `attentions`.
struct Embedding {
  std::map<int, Tensor> mean, max, cls;  ///< by layer, [D]
  std::map<int, Tensor> per_residue;     ///< by layer, [L, D]
  std::map<int, Tensor> attentions;      ///< by layer, [H, n, n]
  Tensor logits;                         ///< [L, V]
  Tensor contacts;                       ///< [L, L]
  std::optional<Error> failure;          ///< not all of it was finite: then there is nothing else here
};

/// One forward pass over several tokenised sequences, end tokens included, packed. Each result is bitwise the same
/// whatever else is in the batch, and finite, or else its `failure` names the layer where that ended. Errors:
/// unsupported (the model has no such head, or no such tokens), bad_input (too long for it).
std::vector<Embedding> embed_batch(const models::Model& model, std::span<const std::vector<std::int32_t>> sequences,
                                   const EmbedRequest& request);

/// The same of one sequence; its failure is thrown.
Embedding embed_one(const models::Model& model, const std::vector<std::int32_t>& sequence, const EmbedRequest& request);

/// Whether every result is finite.
bool all_finite(const Embedding& embedding);

/// The layers that "-1", "0..3", "0,6,-2", "all" name in a model of L layers, ascending. Errors: usage.
std::vector<int> parse_layers(const std::string& text, std::int64_t model_layers);

}  // namespace groel::engine
