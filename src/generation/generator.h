// Writes sequences with a causal model, many at a time: each goes on by a token per step, and where one ends the next
// begins.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "generation/sampling.h"
#include "models/model.h"

namespace groel::generation {

struct GenerationSettings {
  SamplingRules rules;
  bool greedy = false;  ///< the likeliest token always
  std::uint64_t seed = 0;
  std::vector<std::int32_t> ends;              ///< tokens that end a sequence
  std::optional<std::int64_t> max_new_tokens;  ///< none: as many as the model has room for
  std::optional<std::int64_t> max_residues;    ///< the sequence ends once it has as many, those of its prompt too
  std::optional<std::int64_t> min_residues;    ///< it does not end before
  /// Tokens that are seen of a sequence: when they are as many, the model goes on from the last half of them. None: a
  /// sequence ends where the model's positions do.
  std::optional<std::int64_t> window;
  std::int64_t batch = 32;  ///< sequences at a time
  DType held = DType::f32;  ///< of keys and values that are kept
  /// Is shown, after every step, the prompt and new tokens of the sequence that was begun first.
  std::function<void(std::span<const std::int32_t> ids)> watch{};
};

/// A sequence to write.
struct Request {
  std::int64_t index = 0;  ///< which one it is: with seed and stream, all that its draws depend on
  std::vector<std::int32_t> prompt;
  std::uint64_t stream = 0;  ///< draws of another stream are others; 0: of runs that have one
  std::int64_t source = 0;   ///< the caller's own: nothing depends on it
};

/// Why it ends.
enum class Ending { end_token, max_new_tokens, max_residues, full };
std::string_view name(Ending ending) noexcept;

struct Written {
  Request request;
  std::vector<std::int32_t> ids;         ///< the new tokens, with that which ended it
  std::vector<float> log_probabilities;  ///< of each, natural logarithm, by the model itself: before any rule
  Ending ending = Ending::end_token;

  /// exp(-mean log p) of the new tokens.
  double perplexity() const;
};

class Generator {
 public:
  /// Residues of each token, for the limits in residues; empty where there are none of these. Errors: usage (a rule out
  /// of range, a window larger than the model's), unsupported (no causal model).
  Generator(const models::Model& model, GenerationSettings settings, std::vector<std::int32_t> residues_of_token = {});

  /// Asks `next` for requests as there is room (again, where it had none: what was written may decide), and gives what
  /// was written in the order of the requests. The tokens of a sequence depend on its request, the settings and the
  /// model alone: not on the batch, threads or neighbours. Errors: bad_input (a prompt without tokens, or longer than
  /// the model's context), memory, interrupted; those of the functions.
  void run(const std::function<std::optional<Request>()>& next,
           const std::function<void(const Written&)>& receive) const;

  /// Errors: bad_input, as `run` has for such a request.
  void check(const Request& request) const;

  const GenerationSettings& settings() const { return settings_; }
  /// Tokens that a sequence may have, prompt and all; none: any number.
  std::optional<std::int64_t> room() const;

 private:
  struct Active;
  // Prompts that were read: what the model keeps of them, and its logits of the token after them.
  struct ReadPrompt {
    models::Prefix prefix;
    Tensor logits;  // [1, V]
  };
  using Known = std::map<std::vector<std::int32_t>, ReadPrompt>;
  void check_residues(std::span<const std::int32_t> prompt) const;
  void read_prompts(std::span<const std::vector<std::int32_t>> prompts, Known& known) const;
  void begin(std::vector<Active*>& fresh, Known& known) const;
  void step(std::vector<Active*>& going) const;
  void take_tokens(const Tensor& logits, std::vector<Active*>& of) const;
  void take_token(std::span<float> logits, Active& to) const;
  bool ended(Active& one) const;

  const models::Model& model_;
  const models::CausalLm& causal_;
  GenerationSettings settings_;
  std::vector<std::int32_t> residues_of_token_;
};

}  // namespace groel::generation
