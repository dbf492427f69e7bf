// A padding token for a vocabulary that has none, as Transformers' resize_token_embeddings makes room for it.
#pragma once

#include <cstdint>
#include <string>

#include "checkpoints/checkpoint.h"

namespace groel::checkpoints {

/// How the row of a new token begins. `mean`: normal around the mean of the table's rows with 1e-9 of their covariance,
/// as Transformers since 4.46 has it, so that the token is as likely as others are on average; `drawn`: normal with the
/// configuration's initializer_range, as before.
enum class NewRow { mean, drawn };

/// Adds the token at the end of the vocabulary, and a row at the end of every table that has one for each token where
/// these have no room for it; the configuration's vocab_size and pad_token_id say so. A token that is there already and
/// special (`<|endoftext|>`) is only named. -> whether tables grew. Errors: usage, where the model has another padding
/// token, `text` is a token of residues or no token at all, or its kind of vocabulary takes none.
bool add_pad_token(Checkpoint& checkpoint, const std::string& text, NewRow row, std::uint64_t seed);

}  // namespace groel::checkpoints
