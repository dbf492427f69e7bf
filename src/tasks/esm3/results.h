// What groel esm3 writes: proteins as FASTA, JSON, PDB or mmCIF; tokens as JSON; logits as NPZ.
#pragma once

#include <string>
#include <vector>

#include "esm3/prompt.h"
#include "tasks/esm3/options.h"
#include "tasks/task.h"

namespace groel::tasks {

struct Esm3Result {
  std::string id;
  ProteinOrError protein;
};

enum class Esm3Form { fasta, json, pdb, mmcif };
/// By the extension of --output, or what a track is usually written as. Errors: usage.
Esm3Form form_of(const Esm3Options& options, const std::string& track);

/// Of structures one file each where there are several. `said`: the settings, for headers. -> how many could not be
/// written, for they have nothing to write in that form; each is said.
std::int64_t write_proteins(const std::vector<Esm3Result>& results, const std::string& said, Esm3Form form,
                            const Esm3Options& options, Context& context);

/// JSON of one record as it is, of several {"prompts": […]}; to --output or stdout.
void write_records(const std::vector<nlohmann::ordered_json>& records, const Esm3Options& options, Context& context);

}  // namespace groel::tasks
