// What reading the checkpoints of networks that fold sequences shares: their language model, joint matrices, memory.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "models/family.h"

namespace groel::structure_models {

/// An empty ESM-2 of that configuration, which can be built again. Its vocabulary is that of a folder's vocab.txt, or
/// the `vocab_list` of `whole`, or else the family's own. Errors: bad_model.
std::unique_ptr<models::Model> language_model_of(const nlohmann::json& config, const nlohmann::json& whole,
                                                 const std::filesystem::path& path);

/// Refuses, before minutes of reading, weights that do not fit into free memory. Errors: memory.
void require_memory(std::int64_t parameters, ops::Precision precision, const std::filesystem::path& path);

struct JointHeads {
  std::int64_t heads, width;
};
/// PREFIXproj.weight [3*width, width], whose rows are queries, keys and values of each head in turn, becomes
/// PREFIXquery.weight, PREFIXkey.weight and PREFIXvalue.weight. Of another shape it is left as it is, for the list of
/// what does not fit.
void split_joint_heads(models::RawCheckpoint& raw, const std::string& prefix, const JointHeads& shape);

}  // namespace groel::structure_models
