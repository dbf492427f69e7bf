// Writes new proteins with a causal language model.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "groel/model.h"

namespace groel {

/// What is left undefined is as in `groel generate`: what generation_config.json of the model's folder says, else what
/// ProtGPT2's authors recommend.
struct GeneratorOptions {
  std::optional<std::string> prompt;  ///< undefined: the model's token that begins a protein
  std::int64_t number = 1;
  bool greedy = false;  ///< the likeliest token always; takes none of the next six, and one protein
  std::optional<double> temperature, top_p, min_p, typical_p;
  std::optional<std::int64_t> top_k;
  std::uint32_t seed = 0;  ///< the same proteins on any number of threads and in any batch
  std::optional<double> repetition_penalty;
  std::optional<std::int64_t> max_new_tokens;
  std::optional<std::int64_t> min_residues, max_residues;
  bool ignore_end = false;  ///< go on after the token that ends a protein
  std::string forbid{};     ///< letters that never come: "XBZ"
  std::int64_t batch = 0;   ///< proteins at a time; 0: by the memory that there is
};

struct GeneratedProtein {
  std::string sequence;                    ///< residues of the prompt and of what was written
  std::string text;                        ///< of the new tokens as the tokenizer has them
  std::vector<std::int32_t> token_ids;     ///< the new ones
  std::vector<float> log_probabilities{};  ///< of each, by the model itself: before temperature and rules
  double perplexity = 0;                   ///< of the new tokens
  bool ended = false;                      ///< by its end token, not by a limit
};

class ProteinGenerator {
 public:
  /// Throws Error, when the model is no causal one.
  explicit ProteinGenerator(const Model& model);

  /// Throws Error: usage for an option out of its range, bad_input for a prompt that the tokenizer cannot read.
  std::vector<GeneratedProtein> operator()(const GeneratorOptions& options = {}) const;
  /// Hands each over as soon as those before it are.
  void operator()(const GeneratorOptions& options, const std::function<void(GeneratedProtein)>& receive) const;

 private:
  Model model_;
};

}  // namespace groel
