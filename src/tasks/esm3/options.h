// Options of groel esm3.
#pragma once

#include "esm3/generate.h"
#include "tasks/reading/options.h"

namespace groel::tasks {

struct Esm3Options : ModelOptions, OutputOptions, ThreadOptions {
  std::vector<std::string> input;  ///< the verb, then prompts
  std::string format, chain, mask;
  bool mask_sequence = false, mask_structure = false, dssp = false;
  // logits
  std::string forward;
  std::vector<std::string> tracks;
  bool hidden_states = false;
  // generate and its kin
  std::string track, schedule, strategy, order;
  std::int64_t steps = 0, number = 0, seed = 0, batch_tokens = 0, topk = 0;
  Chosen<double> temperature;
  double top_p = 1;
  bool no_annealing = false, condition_on_tokens = false, all_positions = false;
  std::vector<std::string> invalid;
  std::optional<std::string> keywords, interpro;
  bool json = false;

  void declare(OptionBinder& to);
  const std::string& verb() const { return input.front(); }
  /// Errors: usage.
  GenerationConfig generation(const bio::Tokenizer& tokenizer) const;
  SamplingTrackConfig sampling(Track track, const bio::Tokenizer& tokenizer) const;
};

}  // namespace groel::tasks
