// What a server has to answer from: a model, or a trained predictor, an index, something that folds.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "checkpoints/load.h"
#include "predictors/predictor.h"
#include "tasks/serve/options.h"
#include "tasks/serve/served_index.h"

namespace groel::tasks {

class ServedParts {
 public:
  /// Loads what the options name. Errors: usage, for an index of another model; those of the files.
  ServedParts(const ServeOptions& options, Sink& sink);

  /// Empty, where -m names something that folds.
  const checkpoints::LoadedModel& loaded() const { return predictor_ ? predictor_->loaded() : loaded_; }
  const predictors::Predictor* predictor() const { return predictor_ ? &*predictor_ : nullptr; }
  const ServedIndex* index() const { return index_.get(); }
  const std::string& fold_model() const { return fold_model_; }

 private:
  void load_model(const ServeOptions& options, Sink& sink);
  void load_index(const ServeOptions& options, Sink& sink);

  checkpoints::LoadedModel loaded_;
  std::optional<predictors::Predictor> predictor_;
  std::unique_ptr<ServedIndex> index_;
  std::string fold_model_;
};

}  // namespace groel::tasks
