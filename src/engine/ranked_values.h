// Outputs of sequences, computed by any rank: what it is asked, and what it answers, as bytes.
#pragma once

#include "engine/runner.h"
#include "ranks/bytes.h"

namespace groel::engine {

inline constexpr const char* kValuesWork = "values";

/// What the ranks have to know: the model's number, what is asked for, and what to do with long sequences.
ranks::Bytes values_setup(const models::Model& model, const OutputRequest& request, LongSequences long_sequences);
ranks::Bytes sequences_bytes(const std::vector<bio::Encoded>& sequences);
std::vector<OutputValues> read_values(ranks::BytesView bytes);

/// The work: sequences -> their values, in their order. The model is that of engine/ranked_models.h.
ranks::Bytes ranked_values(ranks::BytesView setup, ranks::BytesView sequences);

}  // namespace groel::engine
