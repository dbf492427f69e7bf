// The training loop.
#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/folders.h"
#include "base/interrupt.h"
#include "base/words.h"
#include "train/pieces.h"
#include "train/run_folder.h"
#include "train/run_log.h"
#include "train/saved_state.h"
#include "train/step.h"

namespace groel::train {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;

constexpr double kExplosion = 10;  // times the first loss, or 10 where that was below 1

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

class Run {
 public:
  Run(const TrainerParts& parts, const TrainerOptions& options)
      : parts_(parts),
        options_(options),
        parameters_(parts.trainee.parameters()),
        optimizer_(make_optimizer(options.optimizer, parameters_)),
        total_steps_(planned_steps(parts.data, options)),
        schedule_(schedule_options()) {}

  TrainingResult go(Start start) {
    open(start);
    const auto begin = Clock::now();
    const double before = state_.seconds;
    const auto look_at_clock = [&] { state_.seconds = before + seconds_since(begin); };
    try {
      while (true) {
        look_at_clock();
        if (evaluation_due()) evaluate();
        if (stopped()) break;
        if (save_due()) save();
        check_interrupted();
        update();
        look_at_clock();
        tell();
        if (state_.step % options_.log_every == 0) log();
      }
      return finish();
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::interrupted) leave(error);
      throw;
    }
  }

 private:
  ScheduleOptions schedule_options() const {
    ScheduleOptions schedule = options_.schedule;
    schedule.total_steps = total_steps_;
    if (options_.warmup > 0 && options_.warmup < 1 && total_steps_ == 0)
      throw Error(ErrorKind::usage, {"a ratio needs a number of steps or epochs", "`warmup`", "give it in steps"});
    schedule.warmup_steps =
        options_.warmup < 1 ? warmup_steps(options_.warmup, total_steps_) : static_cast<std::int64_t>(options_.warmup);
    return schedule;
  }

  void open(Start start) {
    prepare_run_folder(options_.folder, start);
    zero_gradients(parameters_);
    if (start == Start::resume) {
      SavedState content = saved_state();
      if (load_state(options_.folder, content)) {
        saved_step_ = state_.step;
        parts_.data.seek(state_.position);
        parts_.sink.note(fmt::format("going on from step {}", state_.step));
        tell_differences(content.recipe, options_.recipe, parts_.sink);
      } else {
        parts_.sink.note("there is no checkpoint yet: starting from the beginning");
      }
    }
    if (parts_.ranks != nullptr) parts_.ranks->send_parameters();
    log_.emplace(options_.folder, state_);
  }

  SavedState saved_state() {
    return {
        parts_.trainee, *optimizer_, state_, options_.recipe, options_.data_fingerprint, options_.held_out_fingerprint};
  }

  bool timed() const { return options_.length.minutes > 0; }
  double time_done() const { return state_.seconds / (60 * options_.length.minutes); }

  bool stopped() {
    if (total_steps_ > 0 && state_.step >= total_steps_) why_ = "all steps are done";
    if (timed() && time_done() >= 1) why_ = "the time is over";
    const EvaluationOptions& evaluation = options_.evaluation;
    if (evaluation.patience > 0 && state_.evaluations_without_gain >= evaluation.patience)
      why_ =
          fmt::format("{} has not become better in {}", evaluation.metric, counted(evaluation.patience, "evaluation"));
    return !why_.empty();
  }

  bool evaluation_due() const {
    if (parts_.held_out == nullptr || state_.step == 0 || state_.evaluated_step == state_.step) return false;
    if (options_.evaluation.every > 0) return state_.step % options_.evaluation.every == 0;
    const double epochs = parts_.data.epochs_done();
    return epochs == std::floor(epochs);
  }

  bool save_due() const {
    const std::int64_t every = options_.saving.every;
    return every > 0 && state_.step > 0 && state_.step % every == 0 && saved_step_ != state_.step;
  }

  // An update does not reach over the end of an epoch.
  std::vector<TrainBatch> collect() {
    std::vector<TrainBatch> batches;
    while (static_cast<std::int64_t>(batches.size()) < options_.accumulate) {
      auto batch = parts_.data.next();
      if (batch)
        batches.push_back(std::move(*batch));
      else if (!batches.empty())
        break;
    }
    return batches;
  }

  void update() {
    const auto begin = Clock::now();
    // Where steps have no end, the time that is over decides how far the schedule is.
    rate_ = schedule_.rate({state_.step, timed() && total_steps_ == 0 ? time_done() : -1});
    const StepResult result =
        parts_.ranks != nullptr ? parts_.ranks->accumulate_all(collect()) : accumulate_all(parts_.trainee, collect());
    check_sane(result);
    const Uninterrupted whole;  // up to here the model and the state are those after the step before
    norm_ = result.gradient_norm;
    if (result.sum.targets > 0) {
      optimizer_->step({rate_, clip_factor(norm_, options_.clip), state_.step + 1});
      parts_.trainee.parameters_changed();
      if (parts_.ranks != nullptr) parts_.ranks->send_parameters();
    }
    ++state_.step;
    state_.position = parts_.data.position();
    state_.tokens += result.tokens;
    last_loss_ = result.sum.mean();
    if (!state_.first_loss && result.sum.targets > 0) state_.first_loss = last_loss_;
    Interval& interval = state_.interval;
    interval.loss += result.sum.loss;
    interval.targets += result.sum.targets;
    interval.tokens += result.tokens;
    interval.seconds += seconds_since(begin);
  }

  void check_sane(const StepResult& result) const {
    const double loss = result.sum.mean();
    const bool number = std::isfinite(loss) && std::isfinite(result.gradient_norm);
    const double first = state_.first_loss.value_or(loss);
    if (number && loss <= kExplosion * std::max(first, 1.0)) return;
    const std::string what =
        number ? fmt::format("the loss has exploded: {:.4g}, {:.4g} at the first step", loss, first)
               : fmt::format("the loss ({}) or its gradient ({}) is not a finite number", loss, result.gradient_norm);
    const auto steps = state_steps(options_.folder);
    const std::string kept =
        steps.empty() ? "" : fmt::format("; checkpoint-{} is intact, and `resume` goes on from it", steps.back());
    throw Error(ErrorKind::usage, {what, fmt::format("step {}", state_.step + 1),
                                   "try a lower `learning_rate`, a longer `warmup` or a smaller `clip`" + kept});
  }

  void tell() const {
    const double done = total_steps_ > 0 ? static_cast<double>(state_.step) / static_cast<double>(total_steps_) : 0;
    const double part = std::max(done, timed() ? std::min(1.0, time_done()) : 0);
    const std::string detail = fmt::format("loss {:.3f}", last_loss_);
    Progress progress{"training", state_.step, total_steps_, state_.tokens, state_.tokens, state_.seconds};
    if (part > 0) progress.total_tokens = static_cast<std::int64_t>(static_cast<double>(state_.tokens) / part);
    progress.unit = "steps";
    progress.token_unit = "tokens";
    progress.detail = detail;
    parts_.sink.progress(progress);
  }

  void log() {
    Interval& interval = state_.interval;
    const double targets = static_cast<double>(std::max<std::int64_t>(1, interval.targets));
    log_->line({{"step", state_.step},
                {"epoch", parts_.data.epochs_done()},
                {"loss", interval.loss / targets},
                {"lr", rate_},
                {"grad_norm", norm_},
                {"tokens", state_.tokens},
                {"tokens_per_second", static_cast<double>(interval.tokens) / std::max(1e-9, interval.seconds)}});
    interval = {};
  }

  LossSum held_out_sum() {
    if (parts_.ranks != nullptr) return parts_.ranks->evaluate_all(*parts_.held_out);
    return evaluate_all(parts_.trainee, *parts_.held_out);
  }

  void evaluate() {
    const auto begin = Clock::now();
    last_ = parts_.score(held_out_sum());
    const Uninterrupted whole;  // what the state says is best is in best/
    state_.evaluated_step = state_.step;
    ordered_json line{{"step", state_.step}, {"epoch", parts_.data.epochs_done()}};
    std::string told;
    for (const auto& [name, value] : last_->named) {
      line["eval_" + name] = value;  // NaN is written as null
      told += fmt::format("{} {} {:.4f}", told.empty() ? "" : ",", name, value);
    }
    line["eval_targets"] = last_->targets;
    line["eval_seconds"] = seconds_since(begin);
    log_->line(line);
    const bool best = note_best(state_, *last_, options_.evaluation);
    parts_.sink.note(fmt::format("step {}: held-out{}{}", state_.step, told, best ? ", the best so far" : ""));
    if (best) save_best_model(options_.folder, parts_.trainee);
  }

  void save() {
    const Uninterrupted whole;
    log_->sync(state_);
    save_state(options_.folder, saved_state());
    saved_step_ = state_.step;
    prune_states(options_.folder, options_.saving.total_limit);
  }

  [[noreturn]] void leave(const Error& error) {
    if (state_.step > 0 && saved_step_ != state_.step) save();
    Error::Parts where = error.parts();
    where.where = fmt::format("after step {}", state_.step);
    where.remedy = "the same command with `resume` goes on from there";
    throw Error(ErrorKind::interrupted, where);
  }

  TrainingResult finish() {
    parts_.sink.progress_done();
    if (state_.interval.targets > 0) log();
    if (parts_.held_out != nullptr && state_.evaluated_step != state_.step) evaluate();
    if (parts_.held_out != nullptr && !last_) last_ = parts_.score(held_out_sum());
    if (saved_step_ != state_.step) save();
    write_final_model(options_.folder, parts_.trainee, options_.saving.final_model);
    return {state_.step, why_, last_, state_.best, state_.best_step};
  }

  const TrainerParts& parts_;
  const TrainerOptions& options_;
  std::vector<TrainedParameter> parameters_;
  std::unique_ptr<Optimizer> optimizer_;
  std::int64_t total_steps_;
  Schedule schedule_;
  TrainerState state_;
  std::optional<RunLog> log_;
  std::optional<Scores> last_;
  std::int64_t saved_step_ = -1;
  double rate_ = 0;
  double norm_ = 0;
  double last_loss_ = 0;
  std::string why_;
};

void check(const TrainerParts& parts, const TrainerOptions& options) {
  const auto need = [](bool good, const char* option, const char* what) {
    if (!good) throw Error(ErrorKind::usage, {what, option, {}});
  };
  const RunLength& length = options.length;
  need(length.steps >= 0 && length.epochs >= 0 && length.minutes >= 0, "`steps`", "a run's length is not negative");
  need(length.steps > 0 || length.epochs > 0 || length.minutes > 0, "`steps`", "the run has no end");
  need(options.accumulate >= 1, "`accumulate`", "an update takes at least one batch");
  need(options.log_every >= 1, "`log_every`", "lines are at least one step apart");
  need(options.warmup >= 0, "`warmup`", "a warm-up is not negative");
  const bool wants_held_out = options.evaluation.patience > 0 || options.saving.final_model == FinalModel::best;
  if (parts.ranks != nullptr && options.accumulate < parts.ranks->ranks())
    throw Error(ErrorKind::usage,
                {fmt::format("an update has {}, fewer than there are ranks ({})",
                             counted(options.accumulate, "batch", "batches"), parts.ranks->ranks()),
                 "`accumulate`",
                 "raise it to the number of ranks, or a multiple (one process with it does the same), "
                 "or start fewer"});
  need(parts.held_out != nullptr || !wants_held_out, "`valid`", "early stopping and the best model need held-out data");
}

}  // namespace

std::int64_t planned_steps(const TrainData& data, const TrainerOptions& options) {
  const RunLength& length = options.length;
  if (length.epochs <= 0) return length.steps;
  std::int64_t steps = 0;
  for (std::int64_t epoch = 0; epoch < length.epochs; ++epoch)
    steps += (data.batches_in_epoch(epoch) + options.accumulate - 1) / options.accumulate;
  return length.steps > 0 ? std::min(length.steps, steps) : steps;
}

TrainingResult train(const TrainerParts& parts, const TrainerOptions& options, Start start) {
  check(parts, options);
  return Run(parts, options).go(start);
}

}  // namespace groel::train
