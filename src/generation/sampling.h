// What a drawn token may be: Transformers' logits processors and warpers, in its order, and the draw itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace groel::generation {

/// Named and defined as in Transformers' GenerationConfig. What is left at its default changes nothing. (Its own
/// default of top_k is 50; here it is 0, off.)
struct SamplingRules {
  double repetition_penalty = 1;                     ///< once for each token that the sequence has, the prompt's too
  std::int64_t no_repeat_ngram_size = 0;             ///< no run of so many tokens occurs twice
  std::vector<std::vector<std::int32_t>> bad_words;  ///< tokens, or runs of tokens, that never come
  std::int64_t min_length = 0;      ///< tokens of the sequence before it may end, those of the prompt too
  std::int64_t min_new_tokens = 0;  ///< likewise, without the prompt
  double temperature = 1;
  std::int64_t top_k = 0;     ///< the most likely ones, with those equal to the last of them
  double top_p = 1;           ///< the fewest of the most likely that have this probability together
  double min_p = 0;           ///< those at least so likely, as a share of the most likely
  double typical_p = 1;       ///< those whose surprise is nearest to the expected
  double epsilon_cutoff = 0;  ///< those at least so likely
  double eta_cutoff = 0;      ///< likewise, less where the model is unsure
  bool renormalize_logits = false;

  /// Errors: usage, naming the rule that is out of its range.
  void check() const;
};

/// The tokens of a sequence so far.
struct History {
  std::span<const std::int32_t> ids;  ///< prompt and what was drawn
  std::size_t prompt = 0;             ///< how many of them are the prompt's
};

/// Penalties and bans, in place: those of greedy decoding, too. `ends`: tokens that end a sequence.
void process_logits(std::span<float> logits, const History& history, std::span<const std::int32_t> ends,
                    const SamplingRules& rules);
/// Temperature and what narrows the choice, in place: minus infinity is what cannot be drawn.
void warp_logits(std::span<float> logits, const SamplingRules& rules);

/// The first token at which the sum of probabilities, in order of ids, exceeds u in [0, 1). Errors: bad_input, where
/// nothing can be drawn.
std::int32_t draw_token(std::span<const float> warped, double u);
/// The likeliest token, the first of several. Errors: bad_input, where nothing is allowed.
std::int32_t likeliest_token(std::span<const float> logits);
/// Natural logarithm of the probability of a token.
double log_probability(std::span<const float> logits, std::int32_t token);

}  // namespace groel::generation
