// What a loaded model is, and the capabilities that tasks ask it for.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "bio/tokenizer.h"
#include "nn/parameters.h"
#include "ops/linear.h"

namespace groel::models {

/// Sequences one behind the other, without padding.
struct Batch {
  Tensor tokens;      ///< [T] i32
  Tensor cu_seqlens;  ///< [B+1] i32: sequence b is tokens [cu[b], cu[b+1])

  static Batch pack(std::span<const std::vector<std::int32_t>> sequences);
  std::int64_t sequences() const { return cu_seqlens.size(0) - 1; }
  std::int64_t token_count() const { return tokens.size(0); }
  std::int64_t longest() const;
};

/// What of a forward pass the caller wants to see, as it comes by. Tensors are valid during the call only.
struct Taps {
  /// Layer 0 (embeddings) to L (after the final norm): [T, D] f32.
  std::function<void(int layer, const Tensor& hidden)> hidden;
  /// Layer 1 to L, one sequence at a time: softmax maps [H, n, n] f32. Called only for the layers it is wanted for.
  std::function<void(int layer, std::int64_t sequence, const Tensor& maps)> attention;
  std::function<bool(int layer)> wants_attention;
  /// Last layer that is needed; -1: all.
  int last_layer = -1;
};

struct ModelInfo {
  std::string family;
  std::int64_t layers = 0;
  std::int64_t width = 0;
  std::int64_t heads = 0;
  std::int64_t ffn = 0;
  std::int64_t vocabulary = 0;
  std::int64_t parameters = 0;
  std::optional<std::int64_t> max_residues;  ///< none: any length
};

class Model {
 public:
  virtual ~Model() = default;
  virtual ModelInfo info() const = 0;
  virtual const bio::Tokenizer& tokenizer() const = 0;
  /// Declares every tensor that must be loaded; `optional_groups` says which prefixes may be absent as a whole.
  virtual void collect(nn::Parameters& parameters) = 0;
  virtual std::vector<std::string> optional_groups() const { return {}; }
  /// Called once all tensors are in place (those of absent groups are undefined): packs them for use.
  virtual void prepare(ops::Precision precision) = 0;
  /// Bytes of weights in the form they are used in.
  virtual std::size_t weight_bytes() const = 0;
  /// Names of the capabilities that this loaded model has ("encoder", "masked_lm", "contacts").
  virtual std::vector<std::string> capabilities() const = 0;
};

/// Turns residues into vectors.
class Encoder {
 public:
  static constexpr std::string_view kName = "encoder";
  virtual ~Encoder() = default;
  /// -> hidden state of the last layer computed, [T, D] f32.
  virtual Tensor encode(const Batch& batch, const Taps& taps) const = 0;
  /// Bytes that a forward pass keeps from the system a token: what is in use, or was and waits to be again. Outputs are
  /// not counted.
  virtual std::size_t activation_bytes_per_token() const = 0;
  /// Bytes that every thread keeps besides, once it has worked on a sequence of that many tokens.
  virtual std::size_t thread_bytes(std::int64_t longest) const = 0;
};

/// Fills masked residues.
class MaskedLm {
 public:
  static constexpr std::string_view kName = "masked_lm";
  virtual ~MaskedLm() = default;
  /// last hidden state [T, D] -> logits [T, V] f32.
  virtual Tensor logits(const Tensor& last_hidden) const = 0;
};

/// Predicts which residues touch.
class ContactPredictor {
 public:
  static constexpr std::string_view kName = "contacts";
  virtual ~ContactPredictor() = default;
  /// Adds layer `layer` (1..L)'s maps [H, L+2, L+2] of one sequence (its tokens given) to logits [L, L].
  virtual void add_contact_maps(Tensor& logits, int layer, const Tensor& maps,
                                std::span<const std::int32_t> tokens) const = 0;
  /// Logits to probabilities in place.
  virtual void finish_contacts(Tensor& logits) const = 0;
};

/// The model as one of its capabilities. Errors: unsupported, naming the model's family and what it can do.
template <class Capability>
const Capability& require(const Model& model) {
  const std::vector<std::string> have = model.capabilities();
  const auto* capable = dynamic_cast<const Capability*>(&model);
  for (const std::string& name : have)
    if (capable != nullptr && name == Capability::kName) return *capable;
  std::string list;
  for (const std::string& name : have) list += (list.empty() ? "" : ", ") + name;
  throw Error(ErrorKind::unsupported,
              {fmt::format("this {} model cannot do '{}'", model.info().family, Capability::kName),
               {},
               fmt::format("it can do: {}; `groel info MODEL` says what its files hold", list)});
}

}  // namespace groel::models
