// The prompts of groel esm3, whichever files they come in.
#pragma once

#include <vector>

#include "base/progress.h"
#include "esm3/prompt.h"
#include "tasks/esm3/options.h"

namespace groel::tasks {

struct ReadPrompt {
  esm3::Prompt prompt;
  std::optional<Error> error;  ///< this prompt alone cannot be used
};

/// Masked as the options say. Errors: of whole files; those of a prompt stay with it.
std::vector<ReadPrompt> read_prompts(const Esm3Options& options, const bio::Tokenizer& tokenizer, Sink& sink);

}  // namespace groel::tasks
