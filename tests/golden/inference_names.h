// How golden files name what a model makes of a sequence: one line a way of naming.
#pragma once

#include <array>
#include <string_view>

namespace groel::golden {

/// Common to all: hidden_states.K.SEQ, logits.SEQ, contacts.SEQ, attentions.SEQ.
struct Names {
  std::string_view last;       ///< the last hidden state, after the final norm: by it the way of naming is known
  int first_layer = 0;         ///< which of our layers hidden_states.0 is; layer 0 is the embeddings
  bool last_is_normed = true;  ///< the highest hidden_states.K is after the final norm; if not, it cannot be compared
};

inline constexpr std::array kNames{
    Names{"last_hidden_state", 0, true},  // Transformers' ESM
    Names{"embeddings", 1, false},        // ESM C
};

}  // namespace groel::golden
