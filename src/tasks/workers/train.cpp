// Sends what is not in the command: the head that the labels ask for.
#include "tasks/workers/train.h"

#include "checkpoints/tensors.h"
#include "train/mlm.h"
#include "train/objectives.h"
#include "train/pieces.h"

namespace groel::tasks {
namespace {

using ranks::Bytes;
using ranks::BytesView;
using ranks::MessageReader;
using ranks::MessageWriter;

std::shared_ptr<train::ModelTrainee> made_of(checkpoints::Checkpoint weights, const TrainPlan& plan) {
  const models::TrainingPlan training = training_plan(plan, weights);
  if (learns_labels(plan.objective)) return train::make_classifier(std::move(weights), training);
  return plan.objective == Objective::clm ? train::make_clm(std::move(weights), training)
                                          : train::make_mlm(std::move(weights), training);
}

bool is_head_name(const std::string& name) { return name.starts_with(models::kClassifier); }

// The trainee of that command, whose checkpoint has got another configuration and a head.
Bytes make_trainee(const Options& given, BytesView setup) {
  const TrainOptions options = bound<TrainOptions>(given);
  TrainPlan plan = train_plan(options);
  Sink nobody;  // rank 0 says it
  checkpoints::Checkpoint weights = starting_weights(options, nobody);
  if (learns_labels(plan.objective)) choose_what_is_trained(options, weights, plan, nobody);
  MessageReader from(setup);
  weights.config = nlohmann::json::parse(from.get_text());
  io::ArrayMap arrays;
  while (!from.done()) {
    const std::string name = from.get_text();
    if (!from.get<bool>()) {
      const auto own = weights.arrays.extract(name);
      GROEL_REQUIRE(!own.empty());
      arrays.emplace(name, own.mapped());
      continue;
    }
    const auto shape = from.get_all<std::int64_t>();
    const auto dtype = from.get<DType>();
    arrays.emplace(name, checkpoints::array_of(Tensor::copy_of(shape, dtype, from.get_bytes())));
  }
  weights.arrays = std::move(arrays);
  auto trainee = made_of(std::move(weights), plan);
  std::vector<train::TrainedParameter> parameters = trainee->parameters();
  train::zero_gradients(parameters);
  train::hold_trainee(std::move(trainee));
  return {};
}

}  // namespace

bool shares_training(const TrainOptions& options) {
  const std::string& word = options.objective.at(0);
  if (word != "mlm" && word != "clm" && word != "classify" && word != "residues") return false;
  return options.head == kTransformersHead && options.repeats == 1 && !options.each_split && !options.cost &&
         options.train.value != "heads";
}

RankedStart::RankedStart(const TrainPlan& plan, const checkpoints::Checkpoint& weights) {
  if (ranks::Crew::current() == nullptr) return;
  MessageWriter out;
  out.put_text(weights.config.dump());
  for (const auto& [name, array] : weights.arrays) {
    const bool head = learns_labels(plan.objective) && is_head_name(name);
    out.put_text(name).put(head);
    if (head) out.put_all(array.shape).put(array.dtype).put_bytes(array.bytes);
  }
  setup_ = out.take();
}

std::unique_ptr<train::RankedTrainee> RankedStart::begin(train::Trainee& trainee) const {
  ranks::Crew* const crew = ranks::Crew::current();
  if (crew == nullptr) return nullptr;
  crew->tell("trainee", setup_, [](BytesView) {});
  return std::make_unique<train::RankedTrainee>(*crew, trainee);
}

ranks::RankWorks training_works(const Options& options) {
  ranks::RankWorks out = train::trainee_works();
  out.emplace("trainee", [options](BytesView setup, BytesView) { return make_trainee(options, setup); });
  return out;
}

}  // namespace groel::tasks
