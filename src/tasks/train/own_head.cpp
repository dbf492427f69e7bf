// Trains a head of its own, and leaves a predictor's folder.
#include "tasks/train/own_head.h"

#include <algorithm>
#include <chrono>

#include "base/sha256.h"
#include "base/words.h"
#include "checkpoints/head_file.h"
#include "checkpoints/model_folder.h"
#include "checkpoints/saved_model.h"
#include "checkpoints/trunk.h"
#include "engine/precision.h"
#include "predictors/one_hot.h"
#include "tasks/reading/model.h"
#include "tasks/train/cards.h"
#include "tasks/train/checks.h"
#include "tasks/train/cost.h"
#include "tasks/train/fit_at_once.h"
#include "tasks/train/head_scores.h"
#include "tasks/train/judged_run.h"
#include "tasks/train/sizing.h"
#include "train/duplicates.h"
#include "train/head_trainee.h"
#include "train/label_scores.h"
#include "train/run_folder.h"
#include "train/run_log.h"

namespace groel::tasks {
namespace {

using models::Classification;
using models::LabelOf;
using models::Problem;

// A head in training that says with every copy of itself what it is.
class CardedTrainee final : public train::Trainee {
 public:
  CardedTrainee(std::unique_ptr<train::HeadTrainee> head, predictors::Card card)
      : head_(std::move(head)), card_(std::move(card)) {}

  std::vector<train::TrainedParameter> parameters() override { return head_->parameters(); }
  train::LossSum accumulate(const train::TrainBatch& batch, double weight) override {
    return head_->accumulate(batch, weight);
  }
  train::LossSum evaluate(const train::TrainBatch& batch) override { return head_->evaluate(batch); }
  void parameters_changed() override { head_->parameters_changed(); }
  checkpoints::SavedModel saved_model() const override { return head_->saved_model(); }
  void save(const std::filesystem::path& folder) const override {
    head_->save(folder);
    write_card_from(folder, card_);
  }

 private:
  std::unique_ptr<train::HeadTrainee> head_;
  predictors::Card card_;
};

// Vectors that nothing has computed, to measure a step on.
class Nothing final : public train::VectorSource {
 public:
  Nothing(train::VectorsOf of, std::vector<std::int64_t> rows, std::int64_t width)
      : of_(of), rows_(std::move(rows)), width_(width) {}
  train::VectorsOf vectors_of() const override { return of_; }
  std::int64_t sequences() const override { return static_cast<std::int64_t>(rows_.size()); }
  std::int64_t width() const override { return width_; }
  std::int64_t rows(std::int64_t sequence) const override { return rows_[static_cast<std::size_t>(sequence)]; }
  void read(std::int64_t sequence, float* to) const override { std::fill_n(to, rows(sequence) * width_, 0.0F); }

 private:
  train::VectorsOf of_;
  std::vector<std::int64_t> rows_;
  std::int64_t width_;
};

// One run of groel train.
class HeadTraining {
 public:
  HeadTraining(TrainPlan plan, Context& context)
      : plan_(std::move(plan)), sink_(context.sink), findings_(context.sink), trunk_(load_trunk()) {
    const auto limit = trunk_.model->info().max_residues;
    if (limit) plan_.batches.max_residues = std::min(plan_.batches.max_residues, *limit);
    labels_ = read_label_run(plan_, std::nullopt, trunk_.model->tokenizer(), findings_);
    labels_.classes.pooling = models::Pooling::mean;
    check_lengths();
    describe_head();
  }

  TrainedModel go() {
    tell_sets(labels_.sets, sink_);
    tell_cropped(cropped(), plan_.batches.max_residues, sink_);
    plan_length();
    const RunCost planned = cost();
    planned.tell(sink_);
    if (plan_.cost_alone) return {{}, findings_, planned};
    train::prepare_run_folder(plan_.trainer.folder, plan_.start);
    learned_ = part(labels_.sets.learned, "data");
    held_out_ = part(labels_.sets.held_out, "held-out data");
    const train::TrainingResult result = head().at_once() ? fit() : train_steps();
    train::write_learned(plan_.trainer.folder, labels_.learned);
    if (head().copy_trunk) copy_trunk();
    keep_prompts();
    write_cards(plan_, card_, result);
    check(result);
    TrainedModel out{result, findings_, planned};
    out.judged = judge_run({plan_, labels_.rows, out.findings});
    return out;
  }

 private:
  const HeadPlan& head() const { return *plan_.head; }
  const Classification& classes() const { return labels_.classes; }
  bool by_residue() const { return classes().label_of == LabelOf::token; }

  checkpoints::LoadedModel load_trunk() const {
    if (head().one_hot()) return predictors::one_hot_model();
    return load_named(head().from, std::string(engine::name(plan_.precision)), sink_, "exact", head().prompt);
  }

  std::int64_t cropped() const {
    std::int64_t count = 0;
    for (const train::LabelledSet* set : {&labels_.sets.learned, &labels_.sets.held_out})
      for (std::int64_t i = 0; i < set->corpus.size(); ++i)
        count += set->corpus.length(i) > plan_.batches.max_residues ? 1 : 0;
    return count;
  }

  void check_lengths() const {
    if (plan_.batches.crop == train::CropStyle::none && cropped() > 0)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("{} longer than `max_length` allows ({})",
                               counted(cropped(), "sequence is", "sequences are"), plan_.batches.max_residues),
                   {},
                   "raise the limit, or let their starts be read: `crop=start`"});
  }

  // The head's shape, which vectors it reads, and the card that will say so.
  void describe_head() {
    const auto layers = static_cast<int>(trunk_.model->info().layers);
    layer_ = head().layer.value_or(layers);
    if (layer_ < 0 || layer_ > layers)
      throw Error(ErrorKind::usage, {fmt::format("there is no layer {}", layer_), "--head-layer",
                                     fmt::format("0 (embeddings) to {}", layers)});
    shape_ = head().shape;
    if (head().at_once()) shape_.kind = "linear";
    shape_.inputs = trunk_.model->info().width;
    shape_.outputs = static_cast<std::int64_t>(classes().labels.size());
    shape_.labels_of = by_residue() ? nn::LabelsOf::residues : nn::LabelsOf::sequences;
    const auto empty = nn::make_head(shape_);
    shape_ = empty->shape();
    output_ = empty->reads_residues() ? bio::Output::per_residue : bio::Output::mean;
    card_.classes = classes();
    card_.max_residues = plan_.batches.max_residues;
    // Of a predictor the model behind it.
    const bool behind = !head().one_hot() && has_own_head(head().from);
    card_.trunk = checkpoints::Trunk{behind ? trunk_.path.string() : head().from, trunk_.fingerprint, layer_};
    card_.facts = run_facts(labels_, plan_);
    card_.facts["dtype"] = engine::name(trunk_.precision);
    card_.head = checkpoints::to_json(shape_);
    if (head().shape.kind == predictors::kNeighboursKind)
      card_.head = {{"kind", predictors::kNeighboursKind}, {"neighbours", head().neighbours}};
    if (head().shape.kind == "logistic") card_.head["fitted_by"] = "logistic regression";
  }

  // Of a part's sequences, as the head will see them, without any vectors.
  Nothing nothing(const train::LabelledSet& set) const {
    const bool residues = head().one_hot() || output_ == bio::Output::per_residue;
    std::vector<std::int64_t> rows;
    for (std::int64_t i = 0; i < set.corpus.size(); ++i)
      rows.push_back(residues ? std::min(set.corpus.length(i), plan_.batches.max_residues) : 1);
    return {residues ? train::VectorsOf::residues : train::VectorsOf::sequences, std::move(rows), shape_.inputs};
  }

  train::VectorData batches(const train::VectorSource& source, const train::LabelledSet& set,
                            train::Order order) const {
    return {source,
            head_targets(set, classes(), plan_.batches.max_residues),
            train::all_sequences(source),
            {plan_.batches.seed, head().batch, 0, order}};
  }

  void plan_length() {
    if (head().at_once()) return;
    const Nothing source = nothing(labels_.sets.learned);
    const train::VectorData data = batches(source, labels_.sets.learned, train::Order::shuffled);
    fit_epochs(plan_, data, sink_);
    check_length(plan_, train::planned_steps(data, plan_.trainer), findings_);
  }

  std::int64_t tokens(const train::LabelledSet& set) const {
    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < set.corpus.size(); ++i)
      sum += std::min(set.corpus.length(i), plan_.batches.max_residues) + trunk_.model->tokenizer().end_tokens();
    return sum;
  }

  RunCost cost() {
    const train::LabelledSet& set = labels_.sets.learned;
    RunCost out;
    out.sequences = set.corpus.size();
    out.epoch_tokens = tokens(set);
    out.minutes_at_most = plan_.trainer.length.minutes;
    out.epochs = 1;
    if (!head().one_hot()) {
      out.trunk_tokens = out.epoch_tokens + tokens(labels_.sets.held_out);
      out.trunk_seconds = trunk_seconds({trunk_, head().from, output_, layer_},
                                        sequences_of(set.corpus, trunk_.model->tokenizer(), plan_.batches.max_residues),
                                        out.trunk_tokens);
    }
    if (!head().at_once()) measure_step(out);
    return out;
  }

  // On a head of its own, as batch norms remember what they see.
  void measure_step(RunCost& out) const {
    const Nothing source = nothing(labels_.sets.learned);
    train::VectorData data = batches(source, labels_.sets.learned, train::Order::shuffled);
    out.epoch_steps = data.batches_in_epoch(0);
    out.steps = train::planned_steps(data, plan_.trainer);
    out.epochs = (out.steps * plan_.trainer.accumulate + out.epoch_steps - 1) / out.epoch_steps;
    constexpr std::int64_t kWorthWhile = 50;
    if (!plan_.cost_alone && out.steps < kWorthWhile) return;
    const auto trainee = new_head();
    const auto batch = data.next();
    reset_peak_memory();
    const std::size_t before = memory_statistics().live;
    trainee->accumulate(*batch, 1);  // pages are touched for the first time
    const auto begin = std::chrono::steady_clock::now();
    trainee->accumulate(*batch, 1);
    out.step_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() *
                       static_cast<double>(plan_.trainer.accumulate);
    out.step_bytes = memory_statistics().peak - std::min(before, memory_statistics().peak);
  }

  std::unique_ptr<train::HeadTrainee> new_head() const {
    train::NewHead made{shape_, {classes().problem, {}}, plan_.batches.seed, {}};
    const train::LabelledSet& set = labels_.sets.learned;
    if (head().balanced) made.objective.weights = balanced_weights(set, classes());
    if (classes().problem == Problem::regression)
      made.numbers = head_targets(set, classes(), plan_.batches.max_residues).values;
    return train::make_head_trainee(made);
  }

  LabelledVectors part(const train::LabelledSet& set, const std::string& what) const {
    const HeadVectors vectors{trunk_, head().one_hot(), head().from, output_, layer_, plan_.batches.max_residues};
    return head_part(set, classes(), vectors, {plan_.cache_limit, plan_.trainer.folder, head().vector_cache, what},
                     sink_);
  }

  train::TrainingResult train_steps() {
    plan_.trainer.data_fingerprint = sha256(fmt::format("{} {} {} {}", label_fingerprint(labels_, plan_),
                                                        trunk_.fingerprint, layer_, plan_.batches.max_residues));
    plan_.trainer.held_out_fingerprint = held_out_fingerprint(labels_);
    train::VectorData data = batches(*learned_.source, labels_.sets.learned, train::Order::shuffled);
    std::optional<train::VectorData> held_out;
    if (held_out_.source) held_out.emplace(batches(*held_out_.source, labels_.sets.held_out, train::Order::as_written));
    CardedTrainee trainee(new_head(), card_);
    const auto score = [this](const train::LossSum& sum) { return train::label_scores(sum, classes()); };
    return train::train({trainee, data, held_out ? &*held_out : nullptr, sink_, score}, plan_.trainer, plan_.start);
  }

  // The head is fitted, then read again from its folder to be scored.
  train::TrainingResult fit() {
    const auto begin = std::chrono::steady_clock::now();
    const std::string said = fit_at_once(head(), learned_, classes(), plan_.trainer.folder);
    sink_.note(fmt::format("{} in {:.1f} s", said,
                           std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count()));
    write_card_from(plan_.trainer.folder, card_);
    train::TrainingResult result{1, "all is fitted", {}, {}, 0};
    train::TrainerState state;
    train::RunLog log(plan_.trainer.folder, state);
    nlohmann::ordered_json line{{"step", 1}, {"epoch", 1}};
    if (held_out_.source) {
      const predictors::Predictor fitted(std::move(trunk_), plan_.trainer.folder);
      result.last = train::label_scores(score_head(fitted, held_out_), classes());
      for (const auto& [name, value] : result.last->named) line["eval_" + name] = value;
      line["eval_targets"] = result.last->targets;
    }
    log.line(line);
    log.sync(state);
    return result;
  }

  // Those that the head's vectors were made with stay beside it.
  void keep_prompts() {
    if (!head().prompt.empty())
      checkpoints::keep_prompts(head().prompt, find_model(head().from, sink_), plan_.trainer.folder, head().copy_trunk,
                                *card_.trunk);
  }

  void copy_trunk() {
    const std::filesystem::path folder = plan_.trainer.folder / "trunk";
    const checkpoints::Checkpoint whole = checkpoints::read_checkpoint(find_model(head().from, sink_));
    const auto tokenizer = checkpoints::tokenizer_of(whole)->files();
    const auto copy = checkpoints::saved_copy(whole, tokenizer, DType::f32);
    checkpoints::write_model_folder(
        folder, [&](const std::filesystem::path& temporary) { checkpoints::write_model(temporary, copy); });
    card_.trunk->model = folder.string();
    card_.trunk->fingerprint = checkpoints::load_unprepared(checkpoints::read_checkpoint(folder)).fingerprint;
  }

  void check(const train::TrainingResult& result) {
    if (head().balanced) return;  // its loss is not that of a guess
    Guess guess = simplest_guess(labels_.sets.learned, labels_.sets.held_out, classes());
    if (classes().problem == Problem::regression && !head().at_once()) guess.loss = guess_in_deviations();
    check_result(result, plan_, &guess, findings_);
  }

  // The loss of the mean of what was learned, in units of the variance of that.
  double guess_in_deviations() const {
    const train::LabelledSet &learned = labels_.sets.learned, &held_out = labels_.sets.held_out;
    const auto columns = static_cast<std::size_t>(learned.columns);
    double loss = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      double sum = 0, squares = 0, apart = 0;
      const auto count = static_cast<double>(learned.corpus.size());
      for (std::size_t at = c; at < learned.values.size(); at += columns) sum += double{learned.values[at]} / count;
      for (std::size_t at = c; at < learned.values.size(); at += columns)
        squares += (double{learned.values[at]} - sum) * (double{learned.values[at]} - sum) / count;
      for (std::size_t at = c; at < held_out.values.size(); at += columns)
        apart += (double{held_out.values[at]} - sum) * (double{held_out.values[at]} - sum);
      loss += apart / (squares > 0 ? squares : 1);
    }
    return loss / static_cast<double>(std::max<std::size_t>(1, held_out.values.size()));
  }

  TrainPlan plan_;
  Sink& sink_;
  Findings findings_;
  checkpoints::LoadedModel trunk_;
  LabelRun labels_;
  nn::HeadShape shape_;
  bio::Output output_ = bio::Output::mean;
  int layer_ = 0;
  predictors::Card card_;
  LabelledVectors learned_, held_out_;
};

}  // namespace

TrainedModel train_own_head(TrainPlan plan, Context& context) { return HeadTraining(std::move(plan), context).go(); }

}  // namespace groel::tasks
