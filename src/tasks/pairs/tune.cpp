// The pairs of a split as training data, and the run.
#include "tasks/pairs/tune.h"

#include "base/sha256.h"
#include "checkpoints/trunk.h"
#include "tasks/train/labelled.h"
#include "tasks/train/memory.h"
#include "tasks/train/plan.h"
#include "tasks/train/sizing.h"
#include "train/pair_data.h"
#include "train/prompt_scores.h"
#include "train/prompt_trainee.h"
#include "train/task_mix.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;

// The options of a run that trains a whole model, with a folder of its own.
TrainPlan plan_of(const TrainOptions& options, const fs::path& folder, std::uint64_t seed) {
  TrainOptions own = options;
  own.objective = {"prompts"};
  own.prompt.clear();
  own.output = folder.string();
  own.seed = static_cast<std::int64_t>(seed);
  TrainOptions of_sequences = own;  // whose plan wants no tasks of prompts
  of_sequences.objective = {"mlm"};
  TrainPlan plan = train_plan(of_sequences);
  plan.objective = Objective::prompts;
  plan.trained = plan.lora ? "prompts" : "all";
  plan.trainer.saving.final_model = train::FinalModel::best;
  plan.merge = false;
  return plan;
}

train::Corpus corpus_of(const PairsOfRun& pairs, const bio::Tokenizer& tokenizer) {
  train::Corpus corpus;
  for (std::size_t i = 0; i < pairs.sequences.size(); ++i) {
    try {
      const bio::Encoded encoded = tokenizer.encode(pairs.sequences[i]);
      corpus.add(encoded.ids_of(0, encoded.residues()), pairs.table.proteins[i]);
    } catch (const Error& error) {
      throw error.at("protein " + pairs.table.proteins[i]);
    }
  }
  return corpus;
}

train::LabelledPairs labelled(const interactions::PairTable& table) {
  train::LabelledPairs out;
  out.columns = static_cast<std::int64_t>(table.labels.size());
  for (std::size_t i = 0; i < table.pairs.size(); ++i) {
    out.pairs.push_back(
        {static_cast<std::int64_t>(table.pairs[i].first), static_cast<std::int64_t>(table.pairs[i].second)});
    for (std::size_t label = 0; label < table.labels.size(); ++label)
      out.values.push_back(table.has(i, label) ? 1.0F : 0.0F);
  }
  return out;
}

train::PackingOptions packing(const TrainPlan& plan, train::Order order) {
  train::PackingOptions out = plan.batches.packing();
  out.crop = train::CropStyle::start;  // what the predictor reads
  out.order = order;
  return out;
}

std::string fingerprint(const train::Corpus& corpus, const train::LabelledPairs& pairs,
                        const interactions::PairSplit& split) {
  std::string text = corpus.fingerprint();
  for (const auto* part : {&split.train, &split.valid})
    for (const std::int64_t pair : *part) text += fmt::format(" {}", pair);
  for (const float value : pairs.values) text += value > 0 ? '1' : '0';
  return sha256(text);
}

}  // namespace

bool tunes_model(const TrainOptions& options) {
  const bool all = options.train.given && options.train.value == "all";
  if (options.train.given && !all && options.train.value != "heads")
    throw Error(ErrorKind::usage, {fmt::format("'{}' is not what pairs can be trained with", options.train.value),
                                   "--train", "heads (the default), all, or --lora-r N"});
  if (options.train.given && options.lora_r)
    throw Error(ErrorKind::usage, {"adapters are trained with the head, and nothing else", "--train --lora-r", {}});
  const bool tunes = all || options.lora_r.has_value();
  if (tunes && options.from == checkpoints::kOneHot)
    throw Error(ErrorKind::usage, {"one-hot residues are no model that could be trained", "--from", {}});
  if (tunes && !options.prompt.empty())
    throw Error(ErrorKind::usage, {"a model with prompts is trained by `groel train prompts`", "--prompt", {}});
  return tunes;
}

void tune_model(const TrainOptions& options, const PairsOfRun& pairs, const interactions::PairSplit& split,
                const fs::path& folder, std::uint64_t seed, Sink& sink) {
  TrainPlan plan = plan_of(options, folder, seed);
  checkpoints::Checkpoint weights = starting_weights(options, sink);
  const models::TokenizerPointer tokenizer = checkpoints::tokenizer_of(weights);
  keep_to_positions(plan, weights, tokenizer);
  const train::Corpus corpus = corpus_of(pairs, *tokenizer);
  const train::LabelledPairs all = labelled(pairs.table);
  train::PairData learned(corpus, all, split.train, *tokenizer, packing(plan, train::Order::shuffled));
  train::PairData valid(corpus, all, split.valid, *tokenizer, packing(plan, train::Order::as_written));
  train::TaskMix data({{&learned, 1}}, train::TaskMix::Pass::steps);
  train::TaskMix held_out({{&valid, 1}}, train::TaskMix::Pass::all_once);
  fit_epochs(plan, data, sink);
  plan.trainer.data_fingerprint = fingerprint(corpus, all, split);
  const std::vector<train::PromptTask> tasks{
      {.name = "pairs", .kind = train::PromptTaskKind::pairs, .outputs = all.columns}};
  const std::vector<models::Classification> classes{
      {.problem = models::Problem::multi_label, .labels = pairs.table.labels}};
  const models::TrainingPlan training = training_plan(plan, weights);
  train::PromptTrainee trainee(std::move(weights), tasks, training, seed);
  plan_memory(trainee, plan, learned.most_tokens(), sink);
  const auto score = [&](const train::LossSum& sum) { return train::prompt_scores(sum, tasks, classes); };
  train::train({trainee, data, &held_out, sink, score}, plan.trainer, plan.start);
}

}  // namespace groel::tasks
