// Adds up the memory of a training step.
#include "tasks/train/memory.h"

#include <algorithm>
#include <vector>

#include "base/options.h"
#include "base/system.h"

namespace groel::tasks {
namespace {

// A batch of the longest sequences that there may be; an even number of them where they may be pairs.
std::vector<std::int64_t> longest_batch(const models::Model& model, std::int64_t tokens, std::int64_t most_residues,
                                        bool pairs) {
  const std::int64_t most = std::min(most_residues, model.info().max_residues.value_or(most_residues));
  const std::int64_t shortest = model.tokenizer().token_count(1);
  const std::int64_t longest = std::max(shortest, model.tokenizer().token_count(most));
  std::vector<std::int64_t> out;
  for (std::int64_t rest = tokens; rest > 0; rest -= longest) out.push_back(std::clamp(rest, shortest, longest));
  if (pairs && out.size() % 2 != 0) out.push_back(shortest);
  return out;
}

}  // namespace

std::size_t plan_memory(train::ModelTrainee& trainee, const TrainPlan& plan, std::int64_t batch_tokens, Sink& sink) {
  const std::int64_t moments = plan.trainer.optimizer.kind == train::OptimizerKind::sgd ? 1 : 2;
  // Gradients of several batches are added up beside those of the last one.
  const std::int64_t sums = plan.trainer.accumulate > 1 ? 1 : 0;
  const std::size_t state = trainee.state_bytes(moments + sums);
  const std::int64_t shortest = trainee.model().tokenizer().token_count(1);
  const std::int64_t tokens = std::max(batch_tokens, shortest);
  const std::size_t batch = trainee.step_bytes(
      longest_batch(trainee.model(), tokens, plan.batches.max_residues, plan.objective == Objective::prompts));
  const std::size_t per_token = batch / static_cast<std::size_t>(tokens);
  sink.note(fmt::format("a step takes about {}: {} for weights, gradients and optimiser, {} for {}",
                        format_bytes(state + batch), format_bytes(state), format_bytes(batch),
                        counted(batch_tokens, "token")));
  // The weights are there already where no limit was named.
  const std::size_t allowed = plan.memory.value_or(available_memory() + state);
  if (state + batch <= allowed) return state + batch;
  const bool fits_smaller = allowed > state && (allowed - state) / per_token >= static_cast<std::size_t>(shortest);
  std::string remedy =
      fits_smaller ? fmt::format("lower --batch-tokens to {} (and raise --accumulate)", (allowed - state) / per_token)
                   : "train less (--train heads, or --lora-r 8)";
  if (plan.recompute == models::Recompute::none && !trainee.frozen()) remedy += ", add --checkpointing";
  if (plan.precision == ops::Precision::f32) remedy += ", use --dtype bf16";
  throw Error(ErrorKind::memory,
              {fmt::format("a step takes {}, and {} may be used", format_bytes(state + batch), format_bytes(allowed)),
               "--memory", remedy});
}

}  // namespace groel::tasks
