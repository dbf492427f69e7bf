// Torch files of facebookresearch/esm: ESM-2, ESM-1b and ESM-1v.
#pragma once

#include "models/family.h"

namespace groel::models {

Layout fair_esm_layout();

/// What comes before the names of the model's tensors in such a file, and of those of its regression for contacts.
inline constexpr std::string_view kFairEsmModel = "model.";
inline constexpr std::string_view kFairEsmContacts = "contact_regression.model.";
inline constexpr std::string_view kEsmWords = "esm.embeddings.word_embeddings.weight";
inline constexpr std::string_view kEsmDecoder = "lm_head.decoder.weight";

/// From its names, without what comes before them, to ours.
const std::vector<Rename>& fair_esm_renames();
/// The reference zeroes the <mask> row of the embeddings in place on loading; where an ESM-1 file stores the output
/// table in the same memory, <mask>'s logits lose their row too.
io::Array without_mask_row(const io::Array& words);

/// As Layout::express.
void express_fair_esm(RawCheckpoint& model);
/// As Layout::advice.
std::string fair_esm_advice(const RawCheckpoint& file, std::string_view stem);

}  // namespace groel::models
