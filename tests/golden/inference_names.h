// How golden files name the outputs of a model for a sequence: one line per naming scheme.
#pragma once

#include <array>
#include <string_view>

namespace groel::golden {

/// Common to all: hidden_states.K.SEQ, logits.SEQ, contacts.SEQ, attentions.SEQ.
struct Names {
  std::string_view last;  ///< the last hidden state, after the final norm: by it the way of naming is known
  int first_layer = 0;    ///< which of our layers hidden_states.0 is; layer 0 is the embeddings
  double f32;  ///< relative L2: what the project aims at, or where the reference rounds more, about twice that
  bool last_is_normed = true;  ///< the highest hidden_states.K is after the final norm; if not, it cannot be compared
};

inline constexpr std::array kNames{
    Names{"last_hidden_state", 0, 2e-6, true},  // Transformers' ESM
    Names{"embeddings", 1, 4e-6, false},        // ESM C, whose reference is 9e-6 (absolute) from its own f64
};

}  // namespace groel::golden
