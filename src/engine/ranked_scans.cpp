// Writes and reads the messages for masked and causal scans between ranks.
#include "engine/ranked_scans.h"

#include "autograd/functions.h"
#include "engine/ranked_models.h"

namespace groel::engine {

using ranks::Bytes;
using ranks::BytesView;
using ranks::MessageReader;
using ranks::MessageWriter;

Tensor masked_logits(const MaskedReader& reader, const std::vector<MaskedCopy>& copies) {
  std::vector<std::vector<std::int32_t>> sequences;
  std::vector<std::int32_t> rows;
  std::int32_t start = 0;
  for (const MaskedCopy& copy : copies) {
    sequences.push_back(copy.tokens);
    for (const std::int32_t row : copy.rows) rows.push_back(start + row);
    start += static_cast<std::int32_t>(copy.tokens.size());
  }
  const Tensor hidden = reader.encoder.encode(models::Batch::pack(sequences, reader.tokenizer), {});
  const Tensor index = Tensor::of<std::int32_t>({static_cast<std::int64_t>(rows.size())}, rows);
  return reader.head.logits(autograd::gather_rows(hidden, index));
}

Bytes masked_bytes(const std::vector<MaskedCopy>& copies) {
  MessageWriter out;
  for (const MaskedCopy& copy : copies) out.put_all(copy.tokens).put_all(copy.rows);
  return out.take();
}

Tensor read_logits(BytesView bytes) {
  MessageReader from(bytes);
  const auto vocabulary = from.get<std::int64_t>();
  const auto numbers = from.get_all<float>();
  const auto count = static_cast<std::int64_t>(numbers.size());
  GROEL_REQUIRE(vocabulary > 0 && count % vocabulary == 0);
  return Tensor::of<float>({count / vocabulary, vocabulary}, std::span(numbers));
}

Bytes causal_bytes(const std::vector<CausalQuery>& queries) {
  MessageWriter out;
  for (const CausalQuery& query : queries) out.put_all(query.ids);
  return out.take();
}

std::vector<CausalScan::Reading> read_readings(BytesView bytes) {
  std::vector<CausalScan::Reading> out;
  for (MessageReader from(bytes); !from.done();) {
    out.push_back({from.get_all<double>()});
    if (from.get<bool>()) out.back().failure = ranks::get_error(from);
  }
  return out;
}

Bytes ranked_masked(BytesView setup, BytesView shard) {
  const models::Model& model = RankedModels::here().at(MessageReader(setup).get<std::uint64_t>());
  std::vector<MaskedCopy> copies;
  for (MessageReader from(shard); !from.done();) {
    MaskedCopy& copy = copies.emplace_back();
    copy.tokens = from.get_all<std::int32_t>();
    copy.rows = from.get_all<std::int32_t>();
  }
  std::vector<std::int64_t> lengths;
  for (const MaskedCopy& copy : copies) lengths.push_back(static_cast<std::int64_t>(copy.tokens.size()));
  MemoryPlan(model, {}, {}).make_room(lengths);
  const Tensor logits = masked_logits({models::require<models::Encoder>(model),
                                       models::require<models::MaskedLm>(model), model.tokenizer()},
                                      copies)
                            .host_view();
  return MessageWriter().put(logits.size(1)).put_all(logits.values<float>()).take();
}

Bytes ranked_causal(BytesView setup, BytesView shard) {
  const models::Model& model = RankedModels::here().at(MessageReader(setup).get<std::uint64_t>());
  std::vector<CausalQuery> queries;
  for (MessageReader from(shard); !from.done();) queries.push_back({0, from.get_all<std::int32_t>()});
  MessageWriter out;
  for (const auto& [said, failure] : CausalScan(model, {}).read(queries)) {
    out.put_all(said).put(failure.has_value());
    if (failure) ranks::put_error(out, *failure);
  }
  return out.take();
}

}  // namespace groel::engine
