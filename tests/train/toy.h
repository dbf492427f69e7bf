// A model small enough to check by hand: predicts each hidden residue from its two neighbours by a linear softmax.
#pragma once

#include <cmath>
#include <functional>

#include "train/trainee.h"

namespace groel::train {

/// logits = left[token before] + right[token after] + bias; every gradient is written out. A parameter "unused" has
/// no gradient.
class ToyTrainee final : public Trainee {
 public:
  static constexpr std::int64_t kVocabulary = 33;

  ToyTrainee() {
    for (const char* name : {"left.weight", "right.weight"})
      parameters_.push_back(
          {name, Tensor::zeros({kVocabulary, kVocabulary}), Tensor::zeros({kVocabulary, kVocabulary})});
    parameters_.push_back({"bias", Tensor::zeros({kVocabulary}), Tensor::zeros({kVocabulary}), nn::Role::bias});
    parameters_.push_back({"unused.weight", Tensor::of<float>({2}, {1.0F, 2.0F}), {}});
    for (int p = 0; p < 2; ++p)
      for (std::int64_t i = 0; i < kVocabulary * kVocabulary; ++i)
        parameters_[static_cast<std::size_t>(p)].value.mutable_data<float>()[i] =
            0.1F * std::sin(static_cast<float>(i + p));
  }

  std::vector<TrainedParameter> parameters() override { return parameters_; }
  LossSum accumulate(const TrainBatch& batch, double weight) override {
    if (before_accumulate) before_accumulate();
    return run(batch, weight);
  }
  LossSum evaluate(const TrainBatch& batch) override { return run(batch, 0); }
  void parameters_changed() override { ++changes; }
  checkpoints::SavedModel saved_model() const override {
    checkpoints::SavedModel model{{{"model_type", "esm"}}, {}, {{"<cls>", "<pad>", "<eos>", "<unk>", "L", "<mask>"}}};
    for (const TrainedParameter& parameter : parameters_) model.tensors.push_back({parameter.name, parameter.value});
    return model;
  }

  std::function<void()> before_accumulate;
  int changes = 0;
  double loss_offset = 0;  ///< added to every target's loss

 private:
  LossSum run(const TrainBatch& batch, double weight) {
    LossSum sum;
    sum.class_targets.resize(kVocabulary);
    sum.class_correct.resize(kVocabulary);
    const auto tokens = batch.input.tokens.values<std::int32_t>();
    const auto targets = batch.targets.values<std::int32_t>();
    for (std::size_t t = 0; t < targets.size(); ++t)
      if (targets[t] != kNoTarget) one(tokens[t - 1], tokens[t + 1], targets[t], weight, sum);
    return sum;
  }

  void one(std::int32_t before, std::int32_t behind, std::int32_t target, double weight, LossSum& sum) {
    float* const value[] = {row(0, before, Which::value), row(1, behind, Which::value), row(2, 0, Which::value)};
    double logits[kVocabulary];
    double total = 0;
    std::int64_t highest = 0;
    for (std::int64_t v = 0; v < kVocabulary; ++v) {
      logits[v] = value[0][v] + value[1][v] + value[2][v];
      total += std::exp(logits[v]);
      if (logits[v] > logits[highest]) highest = v;
    }
    sum.loss += std::log(total) - logits[target] + loss_offset;
    ++sum.targets;
    const auto c = static_cast<std::size_t>(target);
    ++sum.class_targets[c];
    if (highest == target) {
      ++sum.correct;
      ++sum.class_correct[c];
    }
    if (weight == 0) return;
    for (const auto& [p, r] : {std::pair{0, before}, std::pair{1, behind}, std::pair{2, 0}})
      for (std::int64_t v = 0; v < kVocabulary; ++v)
        row(p, r, Which::grad)[v] += static_cast<float>(weight * (std::exp(logits[v]) / total - (v == target ? 1 : 0)));
  }

  enum class Which { value, grad };
  float* row(int parameter, std::int32_t index, Which which) {
    TrainedParameter& p = parameters_[static_cast<std::size_t>(parameter)];
    return (which == Which::value ? p.value : p.grad).mutable_data<float>() + index * kVocabulary;
  }

  std::vector<TrainedParameter> parameters_;
};

}  // namespace groel::train
