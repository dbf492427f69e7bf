// Writes and reads batches and losses field by field.
#include "train/batch_bytes.h"

namespace groel::train {
namespace {

using ranks::MessageReader;
using ranks::MessageWriter;

void put_tensor(MessageWriter& to, const Tensor& tensor) {
  to.put(tensor.defined());
  if (!tensor.defined()) return;
  const Tensor host = tensor.host_view();
  GROEL_REQUIRE(host.contiguous());
  to.put(host.dtype()).put_all(host.shape()).put_bytes({host.raw_data(), host.bytes()});
}

Tensor get_tensor(MessageReader& from) {
  if (!from.get<bool>()) return {};
  const auto dtype = from.get<DType>();
  const auto shape = from.get_all<std::int64_t>();
  return Tensor::copy_of(shape, dtype, from.get_bytes());
}

void put_input(MessageWriter& to, const models::Batch& input) {
  GROEL_REQUIRE(input.tracks == nullptr);
  for (const Tensor* const tensor : {&input.tokens, &input.cu_seqlens, &input.residues.begin, &input.residues.end})
    put_tensor(to, *tensor);
  to.put_all(input.before).put(input.prompts.has_value());
  if (!input.prompts) return;
  to.put(static_cast<std::uint64_t>(input.prompts->size()));
  for (const std::string& prompt : *input.prompts) to.put_text(prompt);
}

models::Batch get_input(MessageReader& from) {
  models::Batch out;
  for (Tensor* const tensor : {&out.tokens, &out.cu_seqlens, &out.residues.begin, &out.residues.end})
    *tensor = get_tensor(from);
  out.before = from.get_all<std::int64_t>();
  if (!from.get<bool>()) return out;
  out.prompts.emplace();
  for (auto left = from.get<std::uint64_t>(); left > 0; --left) out.prompts->push_back(from.get_text());
  return out;
}

}  // namespace

void put_batch(MessageWriter& to, const TrainBatch& batch) {
  put_input(to, batch.input);
  put_tensor(to, batch.targets);
  to.put(batch.target_count).put_all(batch.sequences);
  put_tensor(to, batch.features);
  put_tensor(to, batch.bounds);
  to.put(batch.key).put(static_cast<std::uint64_t>(batch.task)).put(static_cast<std::uint64_t>(batch.parts.size()));
  for (const TrainBatch& part : batch.parts) put_batch(to, part);
}

TrainBatch get_batch(MessageReader& from) {
  TrainBatch out;
  out.input = get_input(from);
  out.targets = get_tensor(from);
  out.target_count = from.get<std::int64_t>();
  out.sequences = from.get_all<std::int64_t>();
  out.features = get_tensor(from);
  out.bounds = get_tensor(from);
  out.key = from.get<std::uint64_t>();
  out.task = static_cast<std::size_t>(from.get<std::uint64_t>());
  for (auto left = from.get<std::uint64_t>(); left > 0; --left) out.parts.push_back(get_batch(from));
  return out;
}

void put_loss(MessageWriter& to, const LossSum& sum) {
  to.put(sum.loss).put(sum.targets).put(sum.correct).put_all(sum.class_targets).put_all(sum.class_correct);
  to.put(sum.predictions.columns).put_all(sum.predictions.values).put_all(sum.predictions.truth);
  to.put(static_cast<std::uint64_t>(sum.parts.size()));
  for (const LossSum& part : sum.parts) put_loss(to, part);
}

LossSum get_loss(MessageReader& from) {
  LossSum out;
  out.loss = from.get<double>();
  out.targets = from.get<std::int64_t>();
  out.correct = from.get<std::int64_t>();
  out.class_targets = from.get_all<std::int64_t>();
  out.class_correct = from.get_all<std::int64_t>();
  out.predictions.columns = from.get<std::int64_t>();
  out.predictions.values = from.get_all<double>();
  out.predictions.truth = from.get_all<double>();
  for (auto left = from.get<std::uint64_t>(); left > 0; --left) out.parts.push_back(get_loss(from));
  return out;
}

}  // namespace groel::train
