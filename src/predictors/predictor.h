// A trained predictor: a model, the head that reads its vectors, and what the head's outputs mean.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "checkpoints/load.h"
#include "engine/outputs.h"
#include "predictors/card.h"

namespace groel::predictors {

class Predictor {
 public:
  /// Takes a model with a head of classes, and what the card of its folder says besides. Errors: unsupported where the
  /// model has no such head; bad_model for a card of other labels.
  explicit Predictor(checkpoints::LoadedModel model);

  const checkpoints::LoadedModel& loaded() const { return model_; }
  const models::Model& model() const { return *model_.model; }
  const models::Classification& classes() const { return card_.classes; }
  const Card& card() const { return card_; }
  /// Residues that are read of a sequence, from its start; none: all.
  std::optional<std::int64_t> max_residues() const;

  /// What the engine is to compute for every sequence.
  engine::OutputRequest request() const;
  /// Of what came of that: the head's outputs, logits or numbers, [1, C] of a protein or [L, C] of its residues.
  Tensor head_outputs(const engine::OutputValues& values) const;

 private:
  checkpoints::LoadedModel model_;
  Card card_;
};

/// The head's outputs for all of these proteins, in their order; of one that is too long, its start's. Errors: as
/// engine::Runner; bad_model, for outputs that are no numbers.
std::vector<Tensor> head_outputs_of(const Predictor& predictor, const std::vector<bio::Encoded>& proteins, Sink& sink);

/// A row of head outputs as probabilities: softmax, or a sigmoid for each of several labels; numbers as they are.
std::vector<double> probabilities(std::span<const float> row, models::Problem problem);

}  // namespace groel::predictors
