// Runs the head of a predictor on the vectors of its model.
#include "predictors/predictor.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace groel::predictors {
namespace {

using models::Classification;
using models::LabelOf;
using models::Pooling;
using models::Problem;

const models::Classifier& head_of(const models::Model& model) {
  const std::vector<std::string> can = model.capabilities();
  if (std::find(can.begin(), can.end(), models::Classifier::kName) == can.end())
    throw Error(ErrorKind::unsupported, {"this model has no head that labels are predicted by", "--model",
                                         "groel train classify (or residues) gives it one"});
  return models::require<models::Classifier>(model);
}

// What the configuration says counts; a card adds to it.
Card card_of(const checkpoints::LoadedModel& loaded, const Classification& classes) {
  Card card = read_card(loaded.path).value_or(Card{});
  if (!card.classes.labels.empty() && card.classes.labels != classes.labels)
    throw Error(ErrorKind::bad_model, {"its labels are not those of config.json", (loaded.path / kCardFile).string(),
                                       "the two belong to different predictors"});
  card.classes = classes;
  return card;
}

bio::Output read_by(const Classification& classes) {
  if (classes.label_of == LabelOf::token) return bio::Output::per_residue;
  return classes.pooling == Pooling::mean ? bio::Output::mean : bio::Output::cls;
}

}  // namespace

Predictor::Predictor(checkpoints::LoadedModel model)
    : model_(std::move(model)), card_(card_of(model_, head_of(*model_.model).classification())) {}

std::optional<std::int64_t> Predictor::max_residues() const {
  std::optional<std::int64_t> most = model().info().max_residues;
  if (card_.max_residues > 0) most = std::min(most.value_or(card_.max_residues), card_.max_residues);
  return most;
}

engine::OutputRequest Predictor::request() const {
  return {{static_cast<int>(model().info().layers)}, {read_by(classes())}};
}

Tensor Predictor::head_outputs(const engine::OutputValues& values) const {
  const Tensor& vectors = values.of(read_by(classes()));
  const Tensor rows = vectors.rank() == 1 ? vectors.reshape({1, vectors.size(0)}) : vectors;
  return head_of(model()).classify(rows);
}

std::vector<double> probabilities(std::span<const float> row, Problem problem) {
  std::vector<double> out(row.begin(), row.end());
  if (problem == Problem::regression) return out;
  if (problem == Problem::multi_label) {
    for (double& x : out) x = 1 / (1 + std::exp(-x));
    return out;
  }
  const double top = *std::max_element(out.begin(), out.end());
  double sum = 0;
  for (double& x : out) sum += x = std::exp(x - top);
  for (double& x : out) x /= sum;
  return out;
}

}  // namespace groel::predictors
