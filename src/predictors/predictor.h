// A trained predictor: a model, the head that reads its vectors, and what the head's outputs mean.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/progress.h"
#include "checkpoints/load.h"
#include "engine/outputs.h"
#include "nn/heads/prediction_head.h"
#include "predictors/card.h"
#include "predictors/neighbours.h"

namespace groel::predictors {

class Predictor {
 public:
  /// Takes a model with a head of classes, and what the card of its folder says besides. Errors: unsupported where the
  /// model has no such head; bad_model for a card of other labels.
  explicit Predictor(checkpoints::LoadedModel model);
  /// The predictor in `folder`, whose head is its own, and the model that it was trained on. Errors: not_found, io;
  /// bad_model, where the parts do not belong together.
  Predictor(checkpoints::LoadedModel trunk, const std::filesystem::path& folder);

  const checkpoints::LoadedModel& loaded() const { return model_; }
  const models::Model& model() const { return *model_.model; }
  const models::Classification& classes() const { return card_.classes; }
  const Card& card() const { return card_; }
  /// Of where it was found.
  const std::filesystem::path& folder() const { return folder_; }
  /// A head of its own; null: the model's, or the nearest neighbours.
  const nn::PredictionHead* head() const { return head_.get(); }
  /// Digest of all that decides what it says.
  const std::string& fingerprint() const { return fingerprint_; }
  /// Residues that are read of a sequence, from its start; none: all.
  std::optional<std::int64_t> max_residues() const;
  /// What it reads of a protein: all, or the start.
  bio::Encoded readable(bio::Encoded whole) const;

  /// What the engine is to compute for every sequence.
  engine::OutputRequest request() const;
  /// Which of a model's outputs the head reads.
  bio::Output read() const;
  /// Of what came of that: the head's outputs, logits or numbers, [1, C] of a protein or [L, C] of its residues.
  Tensor head_outputs(const engine::OutputValues& values) const;
  /// Of a protein's vector [1, D], or its residues' [L, D].
  /// Errors: bad_model, where they are no finite numbers.
  Tensor head_outputs(const Tensor& vectors) const;

 private:
  void check_parts() const;

  checkpoints::LoadedModel model_;
  std::filesystem::path folder_;
  Card card_;
  std::unique_ptr<nn::PredictionHead> head_;
  std::optional<NeighbourHead> neighbours_;
  std::string fingerprint_;
};

/// That of a folder: the model behind a head of its own is found by what the card says, and checked. Errors: as the
/// constructors, checkpoints::trunk_path and load_model.
Predictor open_predictor(const std::filesystem::path& folder, ops::Precision precision);
/// The head's outputs for all of these proteins, in their order; of one that is too long, its start's. Errors: as
/// engine::Runner; bad_model, for outputs that are no numbers.
std::vector<Tensor> head_outputs_of(const Predictor& predictor, const std::vector<bio::Encoded>& proteins, Sink& sink);

/// A row of head outputs as probabilities: softmax, or a sigmoid for each of several labels; numbers as they are.
std::vector<double> probabilities(std::span<const float> row, models::Problem problem);

}  // namespace groel::predictors
