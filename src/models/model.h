// A loaded model, and the abilities that tasks ask it for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bio/tokenizer.h"
#include "models/training_plan.h"
#include "nn/module.h"
#include "nn/prompts.h"
#include "nn/training.h"
#include "ops/cached_attention.h"
#include "ops/pool.h"
#include "tensor/shape_run.h"

namespace groel::models {

struct Tracks;

/// Sequences one after another, without padding.
struct Batch {
  Tensor tokens;           ///< [T] i32
  Tensor cu_seqlens;       ///< [B+1] i32: sequence b is tokens [cu[b], cu[b+1])
  ops::Segments residues;  ///< [B] i32: of these, from the first of its first residue to the last of its last one
  /// Tokens of each sequence that came before these, of which a causal model has kept what it needs; empty: none.
  std::vector<std::int64_t> before = {};
  /// What is known beside the sequences, for models that read it (models/tracks.h); none: nothing.
  std::shared_ptr<const Tracks> tracks = {};
  /// Of the model's prompts, those that join every sequence; not given: all that it has.
  std::optional<std::vector<std::string>> prompts = {};

  static Batch pack(std::span<const std::vector<std::int32_t>> sequences, const bio::Tokenizer& tokenizer);
  std::int64_t sequences() const { return cu_seqlens.size(0) - 1; }
  std::int64_t token_count() const { return tokens.size(0); }
  std::int64_t longest() const;
  /// Tokens that stand for residues.
  std::int64_t residue_tokens() const;
};

/// What of a forward pass the caller wants to see, as it is computed. Tensors are valid during the call only.
struct Taps {
  /// Layer 0 (embeddings) to L (after the final norm): [T, D] f32.
  std::function<void(int layer, const Tensor& hidden)> hidden;
  /// Layer 1 to L, one sequence at a time: softmax maps [H, n, n] f32. Called only for the layers it is wanted for.
  std::function<void(int layer, std::int64_t sequence, const Tensor& maps)> attention;
  std::function<bool(int layer)> wants_attention;
  /// Layers that `hidden` is wanted for; undefined: all.
  std::function<bool(int layer)> wants_hidden = {};
  /// Rows of prompts as `hidden` has those of sequences: [B*m, D], sequence by sequence.
  std::function<void(int layer, const Tensor& rows)> prompts = {};
  /// Gates that prompts have closed in layer 1 to L: [B].
  std::function<void(int layer, const Tensor& gates)> gates = {};
  /// Whether maps are [H, n+m, n+m], with the tokens of prompts after those of the sequence.
  bool maps_with_prompts = false;
  /// Last layer that is needed; -1: all.
  int last_layer = -1;
};

struct ModelInfo {
  std::string family;
  std::int64_t layers = 0;
  std::int64_t width = 0;
  std::int64_t heads = 0;
  std::int64_t ffn = 0;    ///< width inside of the feed-forward half of a block
  std::int64_t inner = 0;  ///< columns of its first product: twice that where there is a gate
  std::int64_t vocabulary = 0;
  std::int64_t parameters = 0;
  std::optional<std::int64_t> max_residues;     ///< none: any length
  std::optional<std::int64_t> max_tokens = {};  ///< where a sequence's tokens are limited, and their residues thereby
};

struct ShapeTwin;

/// Shared by a model, its twin and who prepares data for it.
using TokenizerPointer = std::shared_ptr<const bio::Tokenizer>;

/// A tree of modules with a tokenizer, and what it can do. Made empty; a checkpoint's tensors are put into the slots of
/// nn::tree_of(model); then it is prepared, for use or for training.
class Model : public nn::Module {
 public:
  virtual ModelInfo info() const = 0;
  virtual const bio::Tokenizer& tokenizer() const = 0;
  /// Names of the capabilities that this loaded model has ("encoder", "masked_lm", "contacts").
  virtual std::vector<std::string> capabilities() const = 0;

  /// Packs the tensors for use.
  void prepare(ops::Precision precision, ops::WeightForm weights = ops::WeightForm::exact);
  /// Instead of `prepare`: the forward pass is then that of the capabilities, called while an autograd::Recording
  /// lives. Errors: usage when the plan trains nothing; unsupported for a model that cannot be trained as it is.
  void prepare_training(const TrainingPlan& plan);
  /// Masters were written to: packs them again.
  void parameters_changed() { nn::repack(tree_); }
  std::vector<nn::Trained> trained() const;
  /// Every tensor as a checkpoint holds it, under its published name; trained ones share memory, but for transposes.
  std::vector<std::pair<std::string, Tensor>> tensors() const;
  /// Whether checkpoints of it hold matrices as [in, out].
  bool stores_transposed() const;
  /// Bytes of weights in the form in which they are used.
  std::size_t weight_bytes() const;
  /// How to build it again, empty: said by who built it, for `without_data`.
  void built_by(std::function<std::unique_ptr<Model>()> again) { again_ = std::move(again); }
  /// Once it is prepared: the same model with tensors on Device::shape, not prepared.
  std::unique_ptr<Model> without_data() const;
  /// That, prepared for use in the same precision; made at the first call, then shared.
  std::shared_ptr<ShapeTwin> shape_twin() const;

 protected:
  /// Errors: unsupported, where this model cannot be trained as its files have it.
  virtual void check_trainable() const {}
  /// Once it is prepared: numbers that count; whether the tensors of a group are there; precision of the blocks.
  std::int64_t parameters() const { return parameters_; }
  bool has(std::string_view group) const { return groups_.contains(group); }
  ops::Precision precision() const { return precision_; }
  /// In training: whether a gradient reaches a block, and whether it is computed again on the way back.
  bool reached(int block) const { return block >= first_reached_; }
  bool recomputed(int block) const { return recompute_ == Recompute::blocks && reached(block); }

 private:
  void take_stock(ops::Precision precision);

  nn::Tree tree_;
  enum class Had : std::uint8_t { nothing, values, whole_numbers };
  std::vector<Had> present_;  // what the checkpoint had of each parameter of the tree
  std::function<std::unique_ptr<Model>()> again_;
  mutable std::shared_ptr<ShapeTwin> twin_;
  std::int64_t parameters_ = 0;
  std::set<std::string, std::less<>> groups_;
  ops::Precision precision_ = ops::Precision::f32;
  ops::WeightForm weights_ = ops::WeightForm::exact;
  Recompute recompute_ = Recompute::none;
  int first_reached_ = nn::kAfterBlocks;
  bool adapted_ = false;
};

/// A model that computes nothing, and who counts what its passes take; for one thread at a time.
struct ShapeTwin {
  std::unique_ptr<Model> model;
  std::shared_ptr<ShapePool> pool;
  std::map<std::string, std::shared_ptr<const void>> found;  ///< what was counted, by its own name
  std::mutex in_use;
};

/// Turns residues into vectors.
class Encoder {
 public:
  static constexpr std::string_view kName = "encoder";
  virtual ~Encoder() = default;
  /// -> hidden state of the last layer computed, [T, D] f32.
  virtual Tensor encode(const Batch& batch, const Taps& taps) const = 0;
};

/// Says how likely each token of its vocabulary is.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  /// last hidden state [T, D] -> logits [T, V] f32: of these tokens, or of those that come after them.
  virtual Tensor logits(const Tensor& last_hidden) const = 0;
};

/// Fills masked residues.
class MaskedLm : public virtual LanguageModel {
 public:
  static constexpr std::string_view kName = "masked_lm";
};

/// What a causal model keeps of one sequence, to go on with it.
struct Prefix {
  std::vector<ops::KeyValues> blocks;
  std::int64_t tokens = 0;
};

/// Says which token comes next: logits are of the token after each.
class CausalLm : public virtual LanguageModel {
 public:
  static constexpr std::string_view kName = "causal_lm";
  /// The newest tokens of sequences of which `prefixes` [B] hold what came before (nothing yet, for all of them or for
  /// none) -> their last hidden state [T, D] f32; they join the prefixes. Prefixes hold keys and values in `held`: f32
  /// or bf16. Errors: bad_input, where a sequence grows beyond max_tokens.
  virtual Tensor extend(Batch batch, std::span<Prefix* const> prefixes, DType held) const = 0;
  /// Of a sequence, end tokens too; none: any number.
  virtual std::optional<std::int64_t> max_tokens() const = 0;
  /// Bytes that a prefix of that many tokens holds.
  virtual std::size_t prefix_bytes(std::int64_t tokens, DType held) const = 0;
};

/// Predicts which residues touch.
class ContactPredictor {
 public:
  static constexpr std::string_view kName = "contacts";
  static constexpr std::string_view kRemedy = "`groel fit-contacts` gives a model a contact head, from structures";
  virtual ~ContactPredictor() = default;
  /// Adds layer `layer` (1..L)'s maps [H, n, n] of one sequence of n tokens to logits [L, L] of its residues.
  virtual void add_contact_maps(Tensor& logits, int layer, const Tensor& maps,
                                std::span<const std::int32_t> tokens) const = 0;
  /// Logits to probabilities in place.
  virtual void finish_contacts(Tensor& logits) const = 0;
};

/// Takes learned prompts, which join every sequence: what it gives stays that of the sequences' own tokens.
class PromptTaker {
 public:
  static constexpr std::string_view kName = "prompts";
  virtual ~PromptTaker() = default;
  /// Before its tensors are put in place. Errors: unsupported.
  virtual void take_prompts(const nn::PromptShape& shape) = 0;
  /// Null: none.
  virtual const nn::Prompts* prompts() const = 0;
};

/// Groups of tensors that a checkpoint may lack.
inline constexpr const char* kContactHead = "contact head";
inline constexpr const char* kLmHead = "language-model head";

/// What a model that lacks a capability is told. Errors: unsupported, always.
[[noreturn]] void refuse(const Model& model, std::string_view capability, std::string_view remedy);

/// For what is said of single residues ("logits of residues"). Errors: unsupported, where several of them may share a
/// token of this model, or one may have several.
void require_residue_tokens(const Model& model, std::string_view what);

/// Its language-model head, of either kind. Errors: unsupported, where it has none.
const LanguageModel& require_language_model(const Model& model);

/// The model as one of its capabilities. Errors: unsupported, naming the model's family and what it can do.
template <class Capability>
const Capability& require(const Model& model) {
  const auto* capable = dynamic_cast<const Capability*>(&model);
  if (capable != nullptr)
    for (const std::string& name : model.capabilities())
      if (name == Capability::kName) return *capable;
  if constexpr (requires { Capability::kRemedy; })
    refuse(model, Capability::kName, Capability::kRemedy);
  else
    refuse(model, Capability::kName, {});
}

}  // namespace groel::models
