// Ten steps of training prompts, heads or all: losses, gradients and weights.
#include <algorithm>
#include <cmath>
#include <set>

#include "golden/model_case.h"
#include "golden/prompt_case.h"
#include "support/compare.h"
#include "train/objectives.h"
#include "train/optimizer.h"
#include "train/prompt_trainee.h"

namespace groel::golden {
namespace {

using nlohmann::json;
using testing::max_difference;

constexpr PromptTolerances kWithin;

class PromptTraining {
 public:
  PromptTraining(const Case& golden, Rows& rows, std::string trunk, std::string setting, std::string what)
      : golden_(golden),
        rows_(rows),
        trunk_(std::move(trunk)),
        setting_(std::move(setting)),
        what_(std::move(what)),
        name_(fmt::format("train.{}.{}.{}", trunk_, setting_, what_)),
        inputs_(golden.inputs().at("training")) {}

  void check(models::Recompute recompute) {
    const PromptArrays prompts(golden_);
    train::PromptTrainee trainee(
        with_prompts(golden_.folder() / trunk_,
                     {{"seq", prompts.at(trunk_ + ".prompts.seq")}, {"ic", prompts.at(trunk_ + ".prompts.ic")}}, {}),
        tasks(), plan(recompute));
    set_heads(trainee, prompts);
    const auto parameters = trainee.parameters();
    rows_.exact(name_ + " names of what is trained", names_differ(parameters));
    compare_pairs(trainee);
    const auto optimizer =
        train::make_optimizer({.beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01}, parameters);
    const auto expected = golden_.numbers(name_ + ".losses");
    for (std::int64_t step = 0; step < 10; ++step) {
      const train::TrainBatch batch = batch_of(trainee, static_cast<std::size_t>(step % 2));
      compare_losses(trainee, batch, {expected.begin() + step * 3, expected.begin() + step * 3 + 3}, step);
      trainee.accumulate(batch, 1);
      if (step == 0) compare_gradients(parameters);
      optimizer->step({1e-3, 1, step + 1});
      trainee.parameters_changed();
    }
    compare_losses(trainee, batch_of(trainee, 0), golden_.numbers(name_ + ".final_losses"), 10);
    compare_weights(parameters);
    worst_.write(rows_, name_ + (recompute == models::Recompute::blocks ? ", blocks computed again: " : " "), 1);
  }

 private:
  std::vector<train::PromptTask> tasks() const {
    const json& uses = inputs_.at("uses").at(setting_);
    return {{"mlm", train::PromptTaskKind::masked, uses.at("L_C"), 1, 0},
            {"pairs", train::PromptTaskKind::pairs, uses.at("L_P"), inputs_.at("lam"), 2}};
  }

  models::TrainingPlan plan(models::Recompute recompute) const {
    models::TrainingPlan out{.recompute = recompute};
    if (what_ == "prompts") out.trained = [](const nn::Parameter& p) { return checkpoints::is_of_prompts(p.name); };
    if (what_ == "prompts_head")
      out.trained = [](const nn::Parameter& p) {
        return checkpoints::is_of_prompts(p.name) || p.name.starts_with("heads.");
      };
    return out;
  }

  // With nothing but prompts in training, the head is not among the parameters: that it is as the file has it, too.
  void set_heads(train::PromptTrainee& trainee, const PromptArrays& prompts) const {
    trainee.set_head(1, prompts.at(trunk_ + ".head.weight"), prompts.at(trunk_ + ".head.bias"));
  }

  // Their name of ours.
  static std::string name_of(const std::string& ours) {
    if (ours.starts_with("heads.pairs.")) return "head." + ours.substr(12);
    if (checkpoints::is_of_prompts(ours)) return ours.substr(0, ours.rfind('.'));
    return "trunk." + ours;
  }

  std::string names_differ(const std::vector<train::TrainedParameter>& parameters) const {
    std::set<std::string> ours, theirs;
    for (const auto& p : parameters) ours.insert(name_of(p.name));
    const std::string prefix = name_ + ".grad.";
    for (const std::string& name : golden_.names(prefix)) theirs.insert(name.substr(prefix.size()));
    for (const std::string& name : theirs)
      if (!ours.contains(name)) return name + " is not ours";
    if (what_ == "all" && setting_ == "both") return {};  // the file holds prompts and head alone
    const std::vector<std::string> none = inputs_.at("noise").at(name_).at("no_gradient");
    for (const std::string& name : ours)
      if (!theirs.contains(name) && std::find(none.begin(), none.end(), name) == none.end())
        return name + " is not theirs";
    return {};
  }

  train::TrainBatch batch_of(const train::PromptTrainee& trainee, std::size_t index) const {
    const json& given = inputs_.at("batches").at(index);
    const bio::Tokenizer& tokenizer = trainee.model().tokenizer();
    train::TrainBatch masked, pairs;
    std::vector<std::vector<std::int32_t>> sequences;
    std::vector<std::int32_t> targets;
    for (const auto& one : given.at("mlm")) {
      sequences.push_back(one.at("input_ids"));
      for (const std::int32_t label : one.at("labels")) targets.push_back(label);
    }
    masked.input = models::Batch::pack(sequences, tokenizer);
    masked.targets =
        Tensor::of<std::int32_t>({static_cast<std::int64_t>(targets.size())}, std::span<const std::int32_t>(targets));
    masked.target_count =
        static_cast<std::int64_t>(targets.size()) - std::count(targets.begin(), targets.end(), train::kNoTarget);
    sequences.clear();
    targets.clear();
    for (const auto& one : given.at("pairs")) {
      sequences.push_back(one.at("p"));
      sequences.push_back(one.at("q"));
      targets.push_back(one.at("label"));
    }
    pairs.input = models::Batch::pack(sequences, tokenizer);
    pairs.targets =
        Tensor::of<std::int32_t>({static_cast<std::int64_t>(targets.size())}, std::span<const std::int32_t>(targets));
    pairs.target_count = static_cast<std::int64_t>(targets.size());
    pairs.task = 1;
    train::TrainBatch out;
    out.parts = {masked, pairs};
    out.target_count = 1;
    return out;
  }

  void compare_pairs(const train::PromptTrainee& trainee) {
    const train::TrainBatch pairs = batch_of(trainee, 0).parts[1];
    if (golden_.has(name_ + ".pair_features"))
      add("features of pairs", copied_values(trainee.pair_features(pairs)), golden_.values(name_ + ".pair_features"),
          kWithin.hidden, "");
    if (golden_.has(name_ + ".pair_scores"))
      add("scores of pairs", copied_values(trainee.pair_scores(pairs)), golden_.values(name_ + ".pair_scores"),
          kWithin.logits, "");
  }

  void compare_losses(train::PromptTrainee& trainee, const train::TrainBatch& batch,
                      const std::vector<double>& expected, std::int64_t step) {
    const train::LossSum sum = trainee.evaluate(batch);
    const std::vector<double> ours{sum.parts[0].mean(), sum.parts[1].mean(), sum.mean()};
    for (std::size_t i = 0; i < 3; ++i)
      worst_.add("losses, of their tolerance", std::abs(ours[i] - expected.at(i)) / kWithin.losses,
                 fmt::format("step {}, {}", step, i));
  }

  void compare_gradients(const std::vector<train::TrainedParameter>& parameters) {
    for (const auto& p : parameters) {
      const std::string name = name_ + ".grad." + name_of(p.name);
      if (golden_.has(name)) add("gradients", copied_values(p.grad), golden_.values(name), kWithin.gradients, name);
    }
  }

  void compare_weights(const std::vector<train::TrainedParameter>& parameters) {
    const json& noise = inputs_.at("noise").at(name_).at("after10_noise");
    for (const auto& p : parameters) {
      const std::string theirs = name_of(p.name), name = name_ + ".after10." + theirs;
      if (!golden_.has(name)) continue;
      const auto expected = golden_.values(name);
      if (trunk_ == "esm1b" && theirs.ends_with("key.bias")) continue;  // of no gradient: noise alone moves them
      add("weights after ten steps", copied_values(p.value), expected,
          noise.contains(theirs) ? kWithin.noisy_weights : kWithin.weights, name);
    }
  }

  void add(const std::string& what, const std::vector<float>& ours, const std::vector<float>& theirs, double tolerance,
           const std::string& where) {
    worst_.add(what + ", of their tolerance", max_difference(ours, theirs) / tolerance, where);
  }

  const Case& golden_;
  Rows& rows_;
  std::string trunk_, setting_, what_, name_;
  const json& inputs_;
  Worst worst_;
};

}  // namespace

void check_prompt_training(const Case& golden, Rows& rows, const std::string& trunk) {
  for (const std::string setting : {"task", "both"})
    for (const std::string what : {"prompts", "prompts_head", "all"}) {
      if (!golden.has(fmt::format("train.{}.{}.{}.losses", trunk, setting, what))) continue;
      PromptTraining(golden, rows, trunk, setting, what).check(models::Recompute::none);
      PromptTraining(golden, rows, trunk, setting, what).check(models::Recompute::blocks);
    }
}

}  // namespace groel::golden
