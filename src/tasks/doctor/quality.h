// What faster arithmetic costs a model: its numbers in each form next to those in f32.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/progress.h"

namespace groel::tasks {

/// Of a masked language model, on these proteins: {"proteins", "residues", "forms": [{"form", "perplexity" (of every
/// seventh residue, all of them masked), "perplexity_change" (a part of f32's), "agreement" (residues whose likeliest
/// letter is f32's, of the passes without masks), "cosine" (the least of the proteins' mean vectors), "spearman" (the
/// least of their scans by wild-type marginals), "logits_error" (relative L2)}]}, f32 first. Errors: unsupported, for
/// models that fill no masks; those of loading.
nlohmann::ordered_json quality_of(const std::string& model, const std::vector<std::string>& proteins, Sink& sink);

std::string quality_table(const nlohmann::ordered_json& found);

}  // namespace groel::tasks
