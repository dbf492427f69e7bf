// A loaded protein language model.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "groel/embed.h"
#include "groel/error.h"
#include "groel/session.h"

namespace groel {

/// f32 gives the reference's numbers; bf16 is faster where the processor has bf16 products; f32x3 makes
/// f32's products of several in bf16, with nearly f32's accuracy, where that is faster (AMX), and is f32 elsewhere;
/// int8 rounds weights and inputs of the layers' products to whole numbers, for the most speed and about 2 digits.
enum class Dtype { f32, bf16, f32x3, int8 };

struct ModelDescription {
  std::string family;
  std::int64_t layers = 0, width = 0, heads = 0, vocabulary = 0, parameters = 0;
  std::optional<std::int64_t> max_residues;  ///< none: any length
  std::vector<std::string> capabilities;     ///< "encoder", "masked_lm", "contacts"
};

struct LoadOptions {
  Dtype dtype = Dtype::f32;
  /// Learned prompts that join every sequence: names of those that are kept beside the model, or files of `groel train
  /// prompts`.
  std::vector<std::string> prompts{};
};

/// Copies share it; its functions, and the handles made of it, may be used by several threads.
class Model {
 public:
  /// `name`: a Hugging Face folder, a fair-esm .pt file, an adapter's folder, or a bundled name. All of its work is
  /// done in the session. Throws Error.
  static Model load(const std::string& name, Dtype dtype = Dtype::f32, const Session& session = Session());
  static Model load(const std::string& name, const LoadOptions& options, const Session& session = Session());

  const ModelDescription& description() const;
  const Session& session() const;

  /// What an Embedder of these options gives (groel/embed.h).
  std::vector<Embedding> embed(std::span<const std::string> sequences, const EmbedOptions& options = {}) const;
  Embedding embed(const std::string& sequence, const EmbedOptions& options = {}) const;

  /// Ids with the end tokens: by the command line's rules, and exactly as Transformers' tokenizer gives them.
  std::vector<std::int32_t> tokens(std::string_view sequence) const;
  std::vector<std::int32_t> tokens_as_transformers(std::string_view text) const;

  struct Impl;
  const Impl& impl() const noexcept { return *impl_; }

 private:
  explicit Model(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace groel
