// Gives out batches, and adds up what comes of them.
#include "train/ranked_trainee.h"

#include <algorithm>

#include "train/batch_bytes.h"
#include "train/gradient_sum.h"
#include "train/pieces.h"

namespace groel::train {
namespace {

using ranks::Bytes;
using ranks::BytesView;
using ranks::MessageReader;
using ranks::MessageWriter;

// Of this process: another rank's own, or the leader's.
std::shared_ptr<Trainee> g_trainee;

Trainee& held() {
  GROEL_REQUIRE(g_trainee != nullptr);
  return *g_trainee;
}

Bytes gradient(BytesView setup, BytesView shard) {
  MessageReader from(shard);
  const TrainBatch batch = get_batch(from);
  std::vector<TrainedParameter> parameters = held().parameters();
  MessageWriter out;
  put_loss(out, held().accumulate(batch, MessageReader(setup).get<double>()));
  return out.put_all(take_gradients(parameters)).take();
}

Bytes loss(BytesView, BytesView shard) {
  MessageReader from(shard);
  MessageWriter out;
  put_loss(out, held().evaluate(get_batch(from)));
  return out.take();
}

Bytes set_parameters(BytesView setup, BytesView) {
  MessageReader from(setup);
  for (TrainedParameter& p : held().parameters()) {
    const auto values = from.get_all<float>();
    GROEL_REQUIRE(static_cast<std::int64_t>(values.size()) == p.value.count());
    std::copy(values.begin(), values.end(), p.value.mutable_data<float>());
  }
  held().parameters_changed();
  return {};
}

Bytes bytes_of(const TrainBatch& batch) {
  MessageWriter out;
  put_batch(out, batch);
  return out.take();
}

}  // namespace

RankedTrainee::RankedTrainee(ranks::Crew& crew, Trainee& trainee) : crew_(crew), trainee_(trainee) {
  g_trainee = std::shared_ptr<Trainee>(&trainee, [](Trainee*) {});
}

RankedTrainee::~RankedTrainee() { g_trainee = nullptr; }

StepResult RankedTrainee::accumulate_all(const std::vector<TrainBatch>& batches) {
  StepResult result;
  std::vector<const TrainBatch*> open;
  for (const TrainBatch& batch : batches) {
    result.tokens += batch.size();
    if (batch.target_count > 0) open.push_back(&batch);
  }
  GradientSum sum(trainee_.parameters());
  auto next = open.begin();
  crew_.run({"gradient", MessageWriter().put(batch_weight(batches)).take(),
             [&]() -> std::optional<Bytes> {
               if (next == open.end()) return {};
               return bytes_of(**next++);
             },
             [&](BytesView one) {
               MessageReader from(one);
               result.sum += get_loss(from);
               sum.add(from.get_all<float>());
             }});
  sum.finish();
  result.gradient_norm = gradient_norm(trainee_.parameters());
  return result;
}

LossSum RankedTrainee::evaluate_all(TrainData& data) {
  LossSum sum;
  data.seek({});
  bool over = false;  // after its end the next epoch would begin
  crew_.run({"loss",
             {},
             [&]() -> std::optional<Bytes> {
               while (!over) {
                 const auto batch = data.next();
                 over = !batch.has_value();
                 if (batch && batch->target_count > 0) return bytes_of(*batch);
               }
               return {};
             },
             [&](BytesView one) {
               MessageReader from(one);
               sum += get_loss(from);
             }});
  return sum;
}

void RankedTrainee::send_parameters() {
  MessageWriter out;
  for (const TrainedParameter& p : trainee_.parameters()) out.put_all(p.value.values<float>());
  crew_.tell("parameters", out.take(), [](BytesView) {});
}

void hold_trainee(std::shared_ptr<Trainee> trainee) { g_trainee = std::move(trainee); }

ranks::RankWorks trainee_works() { return {{"gradient", gradient}, {"loss", loss}, {"parameters", set_parameters}}; }

}  // namespace groel::train
