// Masked copies and documents of causal models, read by any rank: what it is asked, and what it answers, as bytes.
#pragma once

#include "engine/causal_scan.h"
#include "engine/masked_scan.h"
#include "ranks/bytes.h"

namespace groel::engine {

inline constexpr const char* kMaskedWork = "masked";
inline constexpr const char* kCausalWork = "causal";

/// A sequence with masks in it, and the tokens whose logits are asked for.
struct MaskedCopy {
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> rows;
};
struct MaskedReader {
  const models::Encoder& encoder;
  const models::MaskedLm& head;
  const bio::Tokenizer& tokenizer;
};
/// Of all that are asked for, in order: [N, V] f32, by one pass.
Tensor masked_logits(const MaskedReader& reader, const std::vector<MaskedCopy>& copies);

ranks::Bytes masked_bytes(const std::vector<MaskedCopy>& copies);
Tensor read_logits(ranks::BytesView bytes);  ///< [N, V]
ranks::Bytes causal_bytes(const std::vector<CausalQuery>& queries);
std::vector<CausalScan::Reading> read_readings(ranks::BytesView bytes);

/// The works: sequences with the rows that are asked for -> logits of these; documents -> log-probabilities of their
/// tokens. The model is that of engine/ranked_models.h.
ranks::Bytes ranked_masked(ranks::BytesView setup, ranks::BytesView shard);
ranks::Bytes ranked_causal(ranks::BytesView setup, ranks::BytesView shard);

}  // namespace groel::engine
