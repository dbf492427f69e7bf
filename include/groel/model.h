// Load a protein language model and embed sequences with it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "groel/error.h"

namespace groel {

/// Row-major values with their shape.
struct Array {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

/// f32 gives the reference's numbers; bf16 is faster where the processor has bf16 products; f32x3 makes
/// f32's products of several in bf16, with nearly f32's accuracy, where that is faster (AMX), and is f32 elsewhere.
enum class Dtype { f32, bf16, f32x3 };

struct ModelDescription {
  std::string family;
  std::int64_t layers = 0, width = 0, heads = 0, vocabulary = 0, parameters = 0;
  std::optional<std::int64_t> max_residues;  ///< none: any length
  std::vector<std::string> capabilities;     ///< "encoder", "masked_lm", "contacts"
};

/// What `Model::embed` computes.
struct EmbedOptions {
  std::vector<int> layers{-1};  ///< 0 is the embeddings, -1 the last layer (after the final norm)
  bool mean = true;             ///< [D] over residues
  bool max = false;             ///< [D] over residues
  bool cls = false;             ///< [D] of the token before the residues
  bool per_residue = false;     ///< [L, D]
  bool logits = false;          ///< [L, V]
  bool contacts = false;        ///< [L, L]
  bool attentions = false;      ///< [H, n, n] per layer, over all n tokens: end tokens too (ESM: n = L + 2)
};

/// One protein's results; maps are by layer (0..L).
struct Embedding {
  std::map<int, Array> mean, max, cls, per_residue, attentions;
  Array logits, contacts;
};

/// A loaded model. Copies share it; its functions may be called from several threads.
class Model {
 public:
  /// `name`: a Hugging Face folder, a fair-esm .pt file, or a bundled name. Throws Error.
  static Model load(const std::string& name, Dtype dtype = Dtype::f32);

  const ModelDescription& description() const;
  /// One result a sequence, in order; each is bitwise the same in any batch and with any number of threads. A sequence
  /// is read as on the command line (lower case as upper case, <mask> one residue). Throws Error naming the sequence.
  std::vector<Embedding> embed(std::span<const std::string> sequences, const EmbedOptions& options = {}) const;
  Embedding embed(const std::string& sequence, const EmbedOptions& options = {}) const;

  /// Ids with the model's end tokens: by the command line's rules, and exactly as Transformers' tokenizer gives them.
  std::vector<std::int32_t> tokens(std::string_view sequence) const;
  std::vector<std::int32_t> tokens_as_transformers(std::string_view text) const;
  /// As embed, from ids as `tokens` gives them, or cut out of such.
  std::vector<Embedding> embed_tokens(std::span<const std::vector<std::int32_t>> sequences,
                                      const EmbedOptions& options = {}) const;

  struct Impl;

 private:
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

/// Threads to use from now on; 0: every core this process may run on.
void set_threads(int threads);

}  // namespace groel
