// The steps of a golden training run, and what each is compared with.
#include "golden/training_run.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "golden/labelled_case.h"
#include "support/compare.h"
#include "tensor/transpose.h"
#include "train/mlm.h"
#include "train/objectives.h"
#include "train/optimizer.h"
#include "train/pieces.h"
#include "train/schedule.h"

namespace groel::golden {
namespace {

using nlohmann::json;
using train::TrainedParameter;

constexpr double kGradient = 1e-5;   // relative L2
constexpr double kParameter = 1e-5;  // likewise
constexpr double kNorm = 1e-5;       // relative, of norms below 1 absolute
constexpr double kLoss = 2e-6;       // likewise
constexpr double kFinalLoss = 4e-6;  // absolute
constexpr double kRate = 1e-12;      // relative
// A parameter whose true gradient is zero: Adam makes whole steps of rounding noise (largest difference).
constexpr double kNoisyGradient = 1e-5;
constexpr double kNoisyParameter = 3e-3;

std::string names_differ(const std::set<std::string>& ours, const std::set<std::string>& theirs) {
  for (const std::string& name : ours)
    if (!theirs.contains(name)) return name + " is not theirs";
  for (const std::string& name : theirs)
    if (!ours.contains(name)) return name + " is not ours";
  return {};
}

class Run {
 public:
  Run(const Case& golden, train::ModelTrainee& trainee)
      : golden_(golden), trainee_(trainee), inputs_(golden.inputs()), parameters_(trainee.parameters()) {
    for (const json& batch : inputs_.at("batches"))
      batches_.push_back(testing::read_batch(batch, form_of(golden, batch.at("labels")), trainee.model().tokenizer()));
    if (inputs_.contains("noise_after10_f32_vs_f64"))
      for (const auto& [name, noise] : inputs_["noise_after10_f32_vs_f64"].items())
        if (noise.get<double>() > 1e-4) noisy_.insert(name);
  }

  void check(const std::string& prefix, Rows& rows) {
    check_names(prefix, rows);
    const auto optimizer = make_optimizer();
    const train::Schedule schedule({train::parse_schedule(inputs_.at("schedule").at("type")),
                                    inputs_.at("optimizer").at("lr"), inputs_["schedule"].at("num_warmup_steps"),
                                    inputs_["schedule"].at("num_training_steps"), 0});
    steps_ = static_cast<std::int64_t>(golden_.shape("loss_curve").at(0));
    for (std::int64_t step = 0; step < steps_; ++step) take_step(*optimizer, schedule, step);
    compare_parameters();
    const double loss = trainee_.evaluate(batches_[0]).mean();
    const double expected = golden_.numbers("final_loss").at(0);
    gradients_.write(rows, prefix, kGradient);
    noisy_gradients_.write(rows, prefix, kNoisyGradient);
    losses_.write(rows, prefix, kLoss);
    norms_.write(rows, prefix, kNorm);
    rates_.write(rows, prefix, kRate);
    trained_.write(rows, prefix, kParameter);
    noisy_trained_.write(rows, prefix, kNoisyParameter);
    rows.near(prefix + "final loss, difference", std::abs(loss - expected), std::max(kFinalLoss, 1e-6 * expected));
    rows.exact(prefix + "numbers of targets", targets_problem_);
  }

 private:
  // Those that the file says to be noise, and key biases without rotary positions: a softmax ignores what they add.
  bool is_noisy(const TrainedParameter& parameter) const {
    return noisy_.contains(parameter.name) || (text_of(golden_.config(), "position_embedding_type") == "absolute" &&
                                               parameter.name.ends_with("attention.self.key.bias"));
  }

  std::unique_ptr<train::Optimizer> make_optimizer() const {
    const json& settings = inputs_.at("optimizer");
    train::OptimizerOptions options;
    options.weight_decay = settings.at("weight_decay");
    options.beta1 = settings.at("betas").at(0);
    options.beta2 = settings.at("betas").at(1);
    options.epsilon = settings.at("eps");
    return train::make_optimizer(options, parameters_);
  }

  // Which parameters are trained, and which of them decay.
  void check_names(const std::string& prefix, Rows& rows) const {
    std::set<std::string> trained, decayed, expected;
    for (const TrainedParameter& p : parameters_) {
      trained.insert(p.name);
      if (train::is_decayed(p)) decayed.insert(p.name);
    }
    for (const std::string& name : golden_.names("grad.")) expected.insert(name.substr(5));
    rows.exact(prefix + "names of what is trained", names_differ(trained, expected));
    const std::vector<std::string> theirs = inputs_.at("weight_decay_on");
    rows.exact(prefix + "names of what decays", names_differ(decayed, {theirs.begin(), theirs.end()}));
  }

  void take_step(train::Optimizer& optimizer, const train::Schedule& schedule, std::int64_t step) {
    const auto at = static_cast<std::size_t>(step);
    const std::string where = fmt::format("step {}", step);
    const train::TrainBatch& batch = batches_[at % batches_.size()];
    const train::LossSum loss = trainee_.accumulate(batch, 1.0 / static_cast<double>(batch.target_count));
    if (loss.targets != batch.target_count) targets_problem_ = where;
    add_relative(losses_, "losses", loss.mean(), golden_.numbers("loss_curve").at(at), where);
    if (step == 0) compare_gradients();
    const double norm = train::gradient_norm(parameters_);
    add_relative(norms_, "norms of gradients", norm, golden_.numbers("grad_norms").at(at), where);
    const double rate = schedule.rate({step, -1});
    if (golden_.has("lrs")) {
      const double expected = golden_.numbers("lrs").at(at);
      rates_.add("learning rates", std::abs(rate - expected) / std::max(expected, 1e-300), where);
    }
    optimizer.step({rate, train::clip_factor(norm, inputs_.at("max_grad_norm")), step + 1});
    trainee_.parameters_changed();
  }

  static void add_relative(Worst& worst, const std::string& what, double found, double expected,
                           const std::string& where) {
    worst.add(what + ", difference", std::abs(found - expected) / std::max(1.0, std::abs(expected)), where);
  }

  static Tensor as_stored(const TrainedParameter& p, const Tensor& x) { return p.transposed ? transposed(x) : x; }

  void compare_gradients() {
    for (const TrainedParameter& p : parameters_) {
      const std::vector<float> expected = golden_.values("grad." + p.name);
      if (is_noisy(p))
        noisy_gradients_.add("gradients of nothing, difference",
                             testing::max_difference(as_stored(p, p.grad).values<float>(), expected), p.name);
      else
        gradients_.add("gradients", testing::relative_l2(as_stored(p, p.grad).values<float>(), expected), p.name);
    }
  }

  void compare_parameters() {
    const std::string after = fmt::format("after{}.", steps_);
    for (const TrainedParameter& p : parameters_) {
      const std::vector<float> expected = golden_.values(after + p.name);
      if (is_noisy(p))
        noisy_trained_.add("parameters without gradient, difference",
                           testing::max_difference(as_stored(p, p.value).values<float>(), expected), p.name);
      else
        trained_.add("parameters", testing::relative_l2(as_stored(p, p.value).values<float>(), expected), p.name);
    }
  }

  const Case& golden_;
  train::Trainee& trainee_;
  const json& inputs_;
  std::vector<TrainedParameter> parameters_;
  std::vector<train::TrainBatch> batches_;
  std::set<std::string> noisy_;
  std::int64_t steps_ = 0;
  std::string targets_problem_;
  Worst gradients_, noisy_gradients_, losses_, norms_, rates_, trained_, noisy_trained_;
};

}  // namespace

std::unique_ptr<train::ModelTrainee> trainee_for(Head head, checkpoints::Checkpoint checkpoint,
                                                 const models::TrainingPlan& plan) {
  if (head == Head::causal_language_model) return train::make_clm(std::move(checkpoint), plan);
  return head == Head::language_model ? train::make_mlm(std::move(checkpoint), plan)
                                      : train::make_classifier(std::move(checkpoint), plan);
}

void check_run(const Case& golden, train::ModelTrainee& trainee, const std::string& prefix, Rows& rows) {
  Run(golden, trainee).check(prefix, rows);
}

}  // namespace groel::golden
