// Writes and reads the messages for outputs of sequences between ranks.
#include "engine/ranked_values.h"

#include "engine/ranked_models.h"

namespace groel::engine {
namespace {

using ranks::Bytes;
using ranks::BytesView;
using ranks::MessageReader;
using ranks::MessageWriter;

void put_values(MessageWriter& to, const OutputValues& values) {
  to.put(values.failure.has_value());
  if (values.failure) ranks::put_error(to, *values.failure);
  to.put(static_cast<std::uint64_t>(values.values.size()));
  for (const auto& [output, layer, tensor] : values.values) {
    to.put(output).put(layer).put_all(tensor.shape());
    to.put_all(tensor.host_view().values<float>());
  }
}

OutputValues get_values(MessageReader& from) {
  OutputValues out;
  if (from.get<bool>()) out.failure = ranks::get_error(from);
  for (auto left = from.get<std::uint64_t>(); left > 0; --left) {
    const auto output = from.get<Output>();
    const auto layer = from.get<int>();
    const auto shape = from.get_all<std::int64_t>();
    const auto numbers = from.get_all<float>();
    GROEL_REQUIRE(element_count(shape) == static_cast<std::int64_t>(numbers.size()));
    out.values.push_back({output, layer, Tensor::of<float>(shape, std::span(numbers))});
  }
  return out;
}

}  // namespace

Bytes values_setup(const models::Model& model, const OutputRequest& request, LongSequences long_sequences) {
  return MessageWriter()
      .put(*RankedModels::here().number_of(model))
      .put_all(request.layers)
      .put_all(request.outputs)
      .put(request.all_rows)
      .put(request.ends)
      .put(long_sequences)
      .take();
}

Bytes sequences_bytes(const std::vector<bio::Encoded>& sequences) {
  MessageWriter out;
  for (const bio::Encoded& one : sequences) out.put_all(one.ids);
  return out.take();
}

std::vector<OutputValues> read_values(BytesView bytes) {
  std::vector<OutputValues> out;
  for (MessageReader from(bytes); !from.done();) out.push_back(get_values(from));
  return out;
}

Bytes ranked_values(BytesView setup, BytesView sequences) {
  MessageReader from(setup);
  const models::Model& model = RankedModels::here().at(from.get<std::uint64_t>());
  OutputRequest request;
  request.layers = from.get_all<int>();
  request.outputs = from.get_all<Output>();
  request.all_rows = from.get<bool>();
  request.ends = from.get<bool>();
  const Runner runner(model, request, {.long_sequences = from.get<LongSequences>()});
  std::vector<bio::Encoded> read;
  for (MessageReader one(sequences); !one.done();) {
    read.push_back({one.get_all<std::int32_t>(), {}});
    read.back().map = model.tokenizer().residue_map(read.back().ids);
  }
  // What fits on rank 0 has to fit here: no sequence fails because of where it came to.
  for (const bio::Encoded& one : read)
    if (const auto error = runner.refusal({one.residues(), one.tokens()})) throw Error(*error);
  MessageWriter out;
  Sink nobody;
  for (const OutputValues& values : run_all(runner, jobs_of(read), nobody)) put_values(out, values);
  return out.take();
}

}  // namespace groel::engine
