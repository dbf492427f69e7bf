// The verbs of groel esm3, a file each.
#pragma once

#include "esm3/client.h"
#include "tasks/esm3/prompts.h"
#include "tasks/esm3/results.h"
#include "tasks/reading/input.h"

namespace groel::tasks {

/// A model and the prompts, for one verb. Each -> the exit status: 1, where a prompt failed.
struct Esm3Call {
  const esm3::Client& model;
  std::vector<ReadPrompt>& prompts;
  const Esm3Options& options;
  Context& context;
};

int encode_prompts(const Esm3Call& call);
int decode_prompts(const Esm3Call& call);
int logits_of_prompts(const Esm3Call& call);
int sample_prompts(const Esm3Call& call);
int generate_proteins(const Esm3Call& call);
int annotate_prompts(const Esm3Call& call);

/// The prompt as tokens. Errors: as ESM3::encode.
ESMProteinTensor tokens_of_prompt(const esm3::Client& model, const esm3::Prompt& prompt);
/// For passes other than the raw one. Errors: bad_input, for a prompt with what that one alone reads.
void refuse_raw_fields(const esm3::Prompt& prompt);

/// Calls `body` with each prompt that can be used; what it throws of one prompt is that prompt's. -> the exit status.
int for_each_prompt(const Esm3Call& call, const std::function<void(const esm3::Prompt&)>& body);

}  // namespace groel::tasks
