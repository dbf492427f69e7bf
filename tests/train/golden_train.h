// Golden training runs: first gradients and ten AdamW updates as Transformers' Trainer makes them.
#pragma once

#include <algorithm>
#include <set>

#include "../support/golden.h"
#include "train/optimizer.h"
#include "train/pieces.h"
#include "train/schedule.h"

namespace groel::testing {

/// A padded batch of the golden file without its padding.
inline train::TrainBatch read_batch(const nlohmann::json& json) {
  const std::vector<std::vector<std::int32_t>> ids = json["input_ids"];
  const std::vector<std::vector<std::int32_t>> mask = json["attention_mask"];
  const nlohmann::json& labels = json["labels"];
  std::vector<std::vector<std::int32_t>> sequences;
  std::vector<std::int32_t> classes;
  std::vector<float> numbers;
  for (std::size_t s = 0; s < ids.size(); ++s) {
    auto& sequence = sequences.emplace_back();
    const bool per_token = labels[s].is_array() && labels[s].size() == ids[s].size();
    for (std::size_t t = 0; t < ids[s].size(); ++t) {
      if (mask[s][t] == 0) continue;
      sequence.push_back(ids[s][t]);
      if (per_token) classes.push_back(labels[s][t]);
    }
    if (per_token) continue;
    if (labels[s].is_array())
      for (const float value : labels[s].get<std::vector<float>>()) numbers.push_back(value);
    else if (labels[s].is_number_integer())
      classes.push_back(labels[s]);
    else
      numbers.push_back(labels[s]);
  }
  train::TrainBatch out;
  out.input = models::Batch::pack(sequences);
  const auto rows = static_cast<std::int64_t>(sequences.size());
  if (numbers.empty()) {
    out.targets =
        Tensor::of<std::int32_t>({static_cast<std::int64_t>(classes.size())}, std::span<const std::int32_t>(classes));
    out.target_count = static_cast<std::int64_t>(
        classes.size() - static_cast<std::size_t>(std::count(classes.begin(), classes.end(), train::kNoTarget)));
  } else {
    out.targets =
        Tensor::of<float>({rows, static_cast<std::int64_t>(numbers.size()) / rows}, std::span<const float>(numbers));
    out.target_count = static_cast<std::int64_t>(numbers.size());
  }
  return out;
}

/// What a run must come to, relative (L2) but for the losses.
struct GoldenLimits {
  double gradient = 1e-5;
  double parameter = 1e-5;
  double loss = 2e-6;
};

/// The first step's gradients, then ten steps, against the file. `names`: of the file, of our parameters; parameters
/// whose true gradient is zero (`noisy`) are compared loosely.
inline void expect_golden_training(const Golden& golden, train::Trainee& trainee,
                                   const std::vector<std::string>& noisy = {}, const GoldenLimits& limits = {}) {
  std::vector<train::TrainBatch> batches;
  for (const auto& json : golden.inputs["batches"]) batches.push_back(read_batch(json));
  const nlohmann::json& settings = golden.inputs["optimizer"];
  train::OptimizerOptions options;
  options.weight_decay = settings["weight_decay"];
  std::vector<train::TrainedParameter> parameters = trainee.parameters();
  const std::vector<std::string> decayed = golden.inputs["weight_decay_on"];
  std::vector<std::string> ours;
  for (const auto& p : parameters)
    if (train::is_decayed(p)) ours.push_back(p.name);
  EXPECT_EQ(std::set<std::string>(ours.begin(), ours.end()), std::set<std::string>(decayed.begin(), decayed.end()));
  const auto optimizer = train::make_optimizer(options, parameters);
  const train::Schedule schedule({train::ScheduleKind::linear, settings["lr"],
                                  golden.inputs["schedule"]["num_warmup_steps"],
                                  golden.inputs["schedule"]["num_training_steps"], 0});
  const auto loss_curve = golden.values("loss_curve");
  const auto norms = golden.values("grad_norms");
  for (std::int64_t step = 0; step < 10; ++step) {
    const auto at = static_cast<std::size_t>(step);
    const train::TrainBatch& batch = batches[at % batches.size()];
    const train::LossSum loss = trainee.accumulate(batch, 1.0 / static_cast<double>(batch.target_count));
    EXPECT_EQ(loss.targets, batch.target_count);
    EXPECT_NEAR(loss.mean(), loss_curve[at], limits.loss * std::max(1.0F, loss_curve[at])) << "step " << step;
    if (step == 0)
      for (const auto& p : parameters) {
        ASSERT_TRUE(golden.has("grad." + p.name)) << p.name;
        const bool loose = std::find(noisy.begin(), noisy.end(), p.name) != noisy.end();
        EXPECT_LT(loose ? max_difference(p.grad.values<float>(), golden.values("grad." + p.name))
                        : relative_l2(p.grad.values<float>(), golden.values("grad." + p.name)),
                  limits.gradient)
            << p.name;
      }
    const double norm = train::gradient_norm(parameters);
    EXPECT_NEAR(norm, norms[at], 1e-5 * std::max(1.0F, norms[at])) << "step " << step;
    optimizer->step({schedule.rate({step, -1}), train::clip_factor(norm, golden.inputs["max_grad_norm"]), step + 1});
    trainee.parameters_changed();
  }
  std::size_t trained = 0;
  for (const auto& p : parameters) {
    const bool loose = std::find(noisy.begin(), noisy.end(), p.name) != noisy.end();
    if (!loose)
      EXPECT_LT(relative_l2(p.value.values<float>(), golden.values("after10." + p.name)), limits.parameter) << p.name;
    else
      EXPECT_LT(max_difference(p.value.values<float>(), golden.values("after10." + p.name)), 3e-3) << p.name;
    trained += golden.has("grad." + p.name) ? 1 : 0;
  }
  EXPECT_EQ(trained, parameters.size());
  const train::LossSum last = trainee.evaluate(batches[0]);
  EXPECT_NEAR(last.mean(), golden.values("final_loss")[0], limits.loss * 2);
}

}  // namespace groel::testing
