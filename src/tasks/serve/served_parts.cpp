// Loads what a server answers from, and refuses what does not belong together.
#include "tasks/serve/served_parts.h"

#include <filesystem>

#include "base/error.h"
#include "models/classifier.h"
#include "tasks/embed/run.h"
#include "tasks/reading/model.h"
#include "tasks/serve/fold_request.h"

namespace groel::tasks {
namespace {

// A head of classes with names for them, as `groel predict` takes it.
bool is_predictor(const models::Model& model) {
  if (!can<models::Classifier>(model)) return false;
  const models::Classification& classes = models::require<models::Classifier>(model).classification();
  return !classes.labels.empty();
}

}  // namespace

ServedParts::ServedParts(const ServeOptions& options, Sink& sink) : fold_model_(options.fold_model) {
  if (!fold_model_.empty()) require_fold_model(fold_model_);
  if (options.model.given && is_fold_model(options.model.value)) {
    if (!fold_model_.empty())
      throw Error(ErrorKind::usage, {"both name something that folds", "-m, --fold-model",
                                     "leave one of them out; -m may be a language model"});
    require_fold_model(options.model.value);
    fold_model_ = options.model.value;
  } else {
    load_model(options, sink);
  }
  if (!options.index.empty()) load_index(options, sink);
  if (options.index.empty() && !options.annotations.empty())
    throw Error(ErrorKind::usage, {"labels are those of an index", "--annotations", "add --index FILE"});
}

void ServedParts::load_model(const ServeOptions& options, Sink& sink) {
  if (has_own_head(options.model.value)) {
    predictor_.emplace(load_predictor_of(options, sink));
    return;
  }
  loaded_ = load_model_of(options, sink);
  if (is_predictor(*loaded_.model)) predictor_.emplace(std::move(loaded_));
}

void ServedParts::load_index(const ServeOptions& options, Sink& sink) {
  index_ = std::make_unique<ServedIndex>(
      ServedIndex{IndexSet::open(options.index), std::filesystem::path(options.index).filename().string(), {}, {}});
  const IndexSet& index = index_->index;
  if (const std::string alone = index.alone(); !alone.empty()) sink.warning(alone);
  if (index.parts().front().codes() && !analysis::has_quantised()) (void)index.parts().front().open_codes();
  if (loaded().model != nullptr && can<models::Encoder>(*loaded().model)) {
    check_run(describe_run(loaded(), {}), index, "--index", sink);
    check_width(loaded().model->info().width, index, "--index");
    index_->column = column_of(index, *loaded().model, "--index");
  }
  if (options.annotations.empty()) return;
  SearchOptions labels;
  labels.annotations = options.annotations;
  index_->annotations.emplace(labels, sink);
}

}  // namespace groel::tasks
