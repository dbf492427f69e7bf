// A run of groel generate: writes, chooses, keeps and tells.
#pragma once

#include "checkpoints/load.h"
#include "tasks/generate/options.h"
#include "tasks/generate/prompts.h"
#include "tasks/generate/settings.h"

namespace groel::tasks {

enum class GenerateForm { fasta, json_lines, json };

/// By --json, --format and the output's name. Errors: usage, for a name of another format.
GenerateForm generate_form(const GenerateOptions& options);

/// Writes proteins from each of these prompts. What the model cannot begin with is told and left out. -> the exit
/// status: 1 where there are fewer than were asked for. Errors: as generation::Generator and KeptRows; bad_input where
/// no prompt is left.
int write_proteins(const GenerateOptions& options, const checkpoints::LoadedModel& loaded,
                   const GenerateSettings& settings, PromptsOfFiles prompts, Context& context);

}  // namespace groel::tasks
