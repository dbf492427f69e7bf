// Computes default batch sizes and numbers of epochs.
#include "tasks/train/sizing.h"

#include <algorithm>

#include "base/words.h"

namespace groel::tasks {
namespace {

constexpr std::int64_t kBatches = 100;       // an epoch
constexpr std::int64_t kFewestTokens = 512;  // a batch
constexpr std::int64_t kFewestEpochs = 3;
constexpr std::int64_t kMostEpochs = 100;
constexpr std::int64_t kUpdates = 300;
constexpr std::int64_t kUpdatesOfHead = 1500;  // with the trunk run once, they cost next to nothing

}  // namespace

void fit_batches(TrainPlan& plan, const train::Corpus& corpus, const std::vector<std::int64_t>& members,
                 const bio::Tokenizer& tokenizer) {
  if (!plan.batch_tokens_by_data) return;
  std::int64_t tokens = 0;
  std::int64_t longest = 0;
  for (const std::int64_t sequence : members) {
    const std::int64_t here = std::min(corpus.length(sequence), plan.batches.max_residues) + tokenizer.end_tokens();
    tokens += here;
    longest = std::max(longest, here);
  }
  const std::int64_t most = plan.batches.batch_tokens;
  plan.batches.batch_tokens = std::clamp(tokens / kBatches, std::min(std::max(kFewestTokens, longest), most), most);
}

void fit_epochs(TrainPlan& plan, const train::TrainData& data, Sink& sink) {
  if (!plan.length_by_data) return;
  const std::int64_t batches = data.batches_in_epoch(0);
  const std::int64_t accumulate = std::max<std::int64_t>(1, plan.trainer.accumulate);
  const std::int64_t updates = (batches + accumulate - 1) / accumulate;
  const bool head_alone = plan.head || (plan.trained == "heads" && !plan.lora && learns_labels(plan.objective));
  const std::int64_t wanted = head_alone ? kUpdatesOfHead : kUpdates;
  plan.trainer.length.epochs = std::clamp((wanted + updates - 1) / updates, kFewestEpochs, kMostEpochs);
  const std::string batch =
      plan.head ? counted(plan.head->batch, "sequence") : fmt::format("{} tokens", plan.batches.batch_tokens);
  sink.note(fmt::format("{} of {}, of up to {} each; --epochs and {} say otherwise",
                        counted(plan.trainer.length.epochs, "epoch"), counted(updates, "update"), batch,
                        plan.head ? "--batch" : "--batch-tokens"));
}

}  // namespace groel::tasks
