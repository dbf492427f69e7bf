// Checks the numbers of a training run and its result.
#include "tasks/train/checks.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/words.h"
#include "tasks/train/curves.h"
#include "train/duplicates.h"

namespace groel::tasks {
namespace {

constexpr std::int64_t kFewUpdates = 20;
// How far rates have to add up, as AdamW moves a weight by no more than the rate: about what the weights of a new head
// are at first, and what fine-tuning of a whole model takes.
constexpr double kLeastPathOfHead = 0.02;
constexpr double kLeastPathOfTrunk = 0.001;
constexpr double kGuessing = 20;  // perplexity of a guess among the residues

bool trains_head_or_adapters(const TrainPlan& plan) { return plan.lora || plan.head || plan.trained == "heads"; }

// Held-out losses in the order of the steps.
std::vector<double> held_out_losses(const std::filesystem::path& folder) {
  std::vector<double> out;
  for (const train::CurvePoint& point : read_run(folder).curve)
    if (const auto loss = point.value("eval_loss")) out.push_back(*loss);
  return out;
}

void check_rise(const TrainPlan& plan, Findings& findings) {
  const std::vector<double> losses = held_out_losses(plan.trainer.folder);
  if (losses.size() < 2) return;
  const auto least = std::min_element(losses.begin(), losses.end());
  if (losses.back() < 1.05 * *least) return;
  const std::string remedy =
      "the model learns its data by heart: --keep best leaves the best one, --patience 3 stops "
      "in time, a lower --learning-rate or fewer --epochs go less far";
  findings.warn(least == losses.begin()
                    ? fmt::format("the held-out loss has risen from the first evaluation on, from {:.4f} to {:.4f}; {}",
                                  losses.front(), losses.back(), remedy)
                    : fmt::format("the held-out loss has risen from {:.4f} to {:.4f} at the end; {}", *least,
                                  losses.back(), remedy));
}

bool no_better(const train::Scores& scores, const Guess& guess) {
  return guess.accuracy > 0 ? scores.accuracy <= guess.accuracy : !(scores.loss < guess.loss);
}

}  // namespace

void check_overlap(const std::vector<std::uint64_t>& learned, const std::vector<std::uint64_t>& held_out,
                   Findings& findings) {
  findings.held_out = static_cast<std::int64_t>(held_out.size());
  findings.held_out_identical =
      train::count_known(held_out, std::unordered_set<std::uint64_t>(learned.begin(), learned.end()));
  if (findings.held_out_identical > 0)
    findings.warn(
        fmt::format("{} of {} held-out sequences are also learned from: their scores say nothing of other "
                    "proteins; split so that equal and similar sequences stay together",
                    findings.held_out_identical, held_out.size()));
}

void tell_repeats(const std::vector<std::uint64_t>& keys, const TrainPlan& plan, Sink& sink) {
  const std::int64_t repeats = train::count_repeats(keys);
  if (repeats > 0 && plan.valid_fraction > 0)
    sink.note(fmt::format("of {} sequences {} to one before: equal ones stay on one side of the split", keys.size(),
                          counted(repeats, "is equal", "are equal")));
}

void check_length(const TrainPlan& plan, std::int64_t steps, Findings& findings) {
  if (steps == 0) return;
  if (steps < kFewUpdates)
    findings.warn(
        fmt::format("the run makes {}, in which a model hardly changes: raise --epochs or --steps, or lower {}",
                    counted(steps, "update"), plan.head ? "--batch" : "--batch-tokens"));
  if (plan.trainer.optimizer.kind == train::OptimizerKind::sgd) return;
  const bool constant = plan.trainer.schedule.kind == train::ScheduleKind::constant;
  const double path = plan.trainer.schedule.rate * static_cast<double>(steps) * (constant ? 1 : 0.5);
  const double least = trains_head_or_adapters(plan) ? kLeastPathOfHead : kLeastPathOfTrunk;
  if (path < least)
    findings.warn(
        fmt::format("in {} with a rate of up to {:g}, no weight moves by more than {:.2g}, which is too "
                    "little to learn anything: raise --learning-rate ({}) or --epochs",
                    counted(steps, "update"), plan.trainer.schedule.rate, path,
                    trains_head_or_adapters(plan) ? "1e-3 suits heads and adapters" : "5e-5 is usual"));
}

void check_result(const train::TrainingResult& result, const TrainPlan& plan, const Guess* guess, Findings& findings) {
  if (!result.last || result.last->targets == 0) return;
  const train::Scores& scores = *result.last;
  if (guess == nullptr) {
    if (scores.perplexity >= kGuessing)
      findings.warn(
          fmt::format("nothing was learned that held-out proteins show: a perplexity of {:.1f} is no better "
                      "than guessing one of 20 residues; train longer, or with a higher --learning-rate",
                      scores.perplexity));
  } else if (no_better(scores, *guess)) {
    findings.warn(guess->accuracy > 0
                      ? fmt::format("nothing was learned: {:.4f} of the held-out labels are right, and {} would be "
                                    "right in {:.4f}; train longer, with a higher --learning-rate, or on more data",
                                    scores.accuracy, guess->words, guess->accuracy)
                      : fmt::format("nothing was learned: the held-out loss is {:.4f}, and that of {} is {:.4f}; train "
                                    "longer, with a higher --learning-rate, or on more data",
                                    scores.loss, guess->words, guess->loss));
  }
  check_rise(plan, findings);
}

}  // namespace groel::tasks
