// Turns proteins into embedding vectors, logits, attention maps and contact maps.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "groel/array.h"
#include "groel/error.h"
#include "groel/output.h"

namespace groel {

class Model;

struct EmbedOptions {
  std::vector<int> layers{-1};                ///< 0 is the embeddings, -1 the last layer (after the final norm)
  std::vector<Output> outputs{Output::mean};  ///< each once
};

/// What was computed of one protein. Special tokens are in none but `cls` and `attentions`.
class Embedding {
 public:
  struct Value {
    Output output;
    int layer;  ///< 0 to L; L for logits and contacts
    Array array;
  };
  explicit Embedding(std::vector<Value> values) : values_(std::move(values)) {}

  /// Of that layer; -1, and no layer: the highest that there is. Throws Error, where it was not asked for.
  const Array& at(Output output, int layer = -1) const;
  bool has(Output output) const;
  /// Output by output, their layers ascending.
  const std::vector<Value>& values() const noexcept { return values_; }

 private:
  std::vector<Value> values_;
};

/// What came of a protein, or why nothing did.
using EmbeddingOrError = std::variant<Embedding, Error>;

class Embedder {
 public:
  /// Throws Error, when the model cannot give what is asked for, or has no such layer.
  explicit Embedder(const Model& model, const EmbedOptions& options = {});

  /// One result per sequence, in order; each is bitwise the same in any batch and with any number of threads. A
  /// sequence is read as on the command line (lower case as upper case, <mask> one residue). Throws Error naming the
  /// sequence.
  std::vector<Embedding> operator()(std::span<const std::string> sequences) const;
  Embedding operator()(const std::string& sequence) const;
  /// The same, where a sequence that cannot be embedded fails alone; errors do not say which it is.
  std::vector<EmbeddingOrError> each(std::span<const std::string> sequences) const;
  /// Of ids with the end tokens.
  std::vector<Embedding> of_tokens(std::span<const std::vector<std::int32_t>> sequences) const;

 private:
  struct Impl;
  std::shared_ptr<const Impl> impl_;
};

}  // namespace groel
