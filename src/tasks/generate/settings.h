// What a run of groel generate is asked for, from its options and from what the model's folder says.
#pragma once

#include "checkpoints/load.h"
#include "generation/generator.h"
#include "tasks/generate/options.h"

namespace groel::tasks {

struct GenerateSettings {
  generation::GenerationSettings generation;
  std::vector<std::int32_t> prompt;             ///< none, where --prompts has them
  std::vector<std::int32_t> residues_of_token;  ///< by id
  nlohmann::ordered_json said;                  ///< for headers and reports: what the proteins depend on
};

/// Options go before generation_config.json of the model's folder, and that before what is built in, which is what
/// ProtGPT2's authors recommend. `longest`: tokens of the longest of --prompts. Errors: usage; bad_input for a prompt
/// that the tokenizer cannot read.
GenerateSettings generate_settings(const GenerateOptions& options, const checkpoints::LoadedModel& loaded,
                                   std::size_t longest = 0);

}  // namespace groel::tasks
