// Counts tokens and measures a step.
#include "tasks/train/cost.h"

#include <algorithm>
#include <chrono>

#include "base/options.h"
#include "base/words.h"
#include "engine/outputs.h"
#include "train/pieces.h"
#include "train/trainer.h"

namespace groel::tasks {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kWorthWhile = 50;  // times what is measured
constexpr std::int64_t kMeasuredTokens = 2000;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::string duration(double minutes) {
  if (minutes < 1) return fmt::format("{:.0f} s", std::max(1.0, minutes * 60));
  return minutes < 120 ? fmt::format("{:.0f} min", minutes) : fmt::format("{:.1f} h", minutes / 60);
}

}  // namespace

double RunCost::minutes() const {
  double seconds = std::max(0.0, trunk_seconds);
  if (step_seconds >= 0) seconds += static_cast<double>(steps) * step_seconds;
  const bool known = (step_seconds >= 0 || (trunk_seconds >= 0 && steps == 0)) && (steps > 0 || minutes_at_most == 0);
  if (minutes_at_most > 0) return known ? std::min(minutes_at_most, seconds / 60) : minutes_at_most;
  return known ? seconds / 60 : -1;
}

nlohmann::ordered_json RunCost::to_json() const {
  nlohmann::ordered_json out{{"sequences", sequences},
                             {"epoch_tokens", epoch_tokens},
                             {"steps", steps},
                             {"epochs", epochs},
                             {"tokens", epoch_tokens * epochs},
                             {"trunk_tokens", trunk_tokens},
                             {"step_bytes", step_bytes},
                             {"minutes", nullptr}};
  if (step_seconds >= 0) out["step_seconds"] = step_seconds;
  if (trunk_seconds >= 0) out["trunk_seconds"] = trunk_seconds;
  if (minutes() >= 0) out["minutes"] = minutes();
  return out;
}

void RunCost::tell(Sink& sink) const {
  std::string text =
      fmt::format("cost: {} and {} tokens an epoch", counted(sequences, "sequence"), grouped(epoch_tokens));
  if (epochs > 1) text += fmt::format(", {} tokens in {} epochs", grouped(epoch_tokens * epochs), epochs);
  if (steps > 0) text += fmt::format(" ({} steps)", grouped(steps));
  if (trunk_tokens > 0) text += fmt::format("; the model is run once over {} tokens at most", grouped(trunk_tokens));
  if (step_bytes > 0) text += fmt::format("; about {} of memory", format_bytes(step_bytes));
  if (minutes() >= 0)
    text += fmt::format("; {}{}", minutes_at_most > 0 ? "at most " : "about ", duration(minutes()));
  else
    text += "; a short run, whose time is not measured (--cost does)";
  sink.note(text);
}

RunCost model_cost(train::ModelTrainee& trainee, train::PackedData& data, const TrainPlan& plan,
                   std::size_t step_bytes) {
  RunCost out;
  out.sequences = data.sequences();
  out.epoch_tokens = data.tokens_in_epoch();
  out.step_bytes = step_bytes;
  out.epoch_steps = data.batches_in_epoch(0);
  out.steps = train::planned_steps(data, plan.trainer);
  const std::int64_t batches = out.steps * std::max<std::int64_t>(1, plan.trainer.accumulate);
  out.epochs = out.epoch_steps > 0 ? (batches + out.epoch_steps - 1) / out.epoch_steps : 0;
  // Shuffled anew, an epoch may have a batch more or less than the first.
  if (plan.trainer.length.epochs > 0) out.epochs = std::min(out.epochs, plan.trainer.length.epochs);
  out.minutes_at_most = plan.trainer.length.minutes;
  if (!plan.cost_alone && out.steps < kWorthWhile) return out;
  data.seek({});
  const auto batch = data.next();
  const auto begin = Clock::now();
  trainee.accumulate(*batch, 1);
  out.step_seconds = seconds_since(begin) * static_cast<double>(std::max<std::int64_t>(1, plan.trainer.accumulate));
  auto parameters = trainee.parameters();
  train::zero_gradients(parameters);
  data.seek({});
  return out;
}

double trunk_seconds(const VectorsOfModel& of, const SequenceList& sequences, std::int64_t tokens) {
  std::vector<std::vector<std::int32_t>> some;
  std::int64_t measured = 0;
  for (std::int64_t i = 0; i < sequences.count && measured < kMeasuredTokens; ++i) {
    some.push_back(sequences.sequence(i).ids);
    measured += static_cast<std::int64_t>(some.back().size());
  }
  if (measured == 0 || tokens < kWorthWhile * measured) return -1;
  const auto begin = Clock::now();
  engine::outputs_of(*of.model.model, some, {{of.layer}, {of.output}});
  return seconds_since(begin) * static_cast<double>(tokens) / static_cast<double>(measured);
}

}  // namespace groel::tasks
