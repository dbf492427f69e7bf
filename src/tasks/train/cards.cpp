// Makes and writes the cards of trained predictors.
#include "tasks/train/cards.h"

#include <cmath>
#include <map>

#include "base/json_numbers.h"
#include "base/version.h"
#include "hub/content_hash.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

// Rows of a part by the file that they were in.
void count_rows(const train::LabelledRows& part, const char* as, std::map<std::string, ordered_json>& files) {
  for (const train::LabelledRow& row : part.rows) {
    ordered_json& file = files[row.where.substr(0, row.where.rfind(':'))];
    file[as] = file.contains(as) ? file[as].get<std::int64_t>() + 1 : 1;
  }
}

ordered_json data_facts(const LabelRun& run) {
  std::map<std::string, ordered_json> files;
  count_rows(run.rows.train, "learned", files);
  count_rows(run.rows.held_out, "held_out", files);
  ordered_json out = ordered_json::array();
  for (const auto& [path, counts] : files) {
    ordered_json file{{"file", path}};
    std::error_code failed;
    if (fs::is_regular_file(path, failed)) file["sha256"] = hub::file_sha256(path);
    file.update(counts);
    out.push_back(std::move(file));
  }
  return out;
}

}  // namespace

ordered_json run_facts(const LabelRun& run, const TrainPlan& plan) {
  return {{"groel", kVersion},
          {"recipe", plan.trainer.recipe},
          {"data", data_facts(run)},
          {"proteins", {{"learned", run.sets.learned.corpus.size()}, {"held_out", run.sets.held_out.corpus.size()}}}};
}

predictors::Card transformers_card(const LabelRun& run, const TrainPlan& plan) {
  predictors::Card card;
  card.classes = run.classes;
  if (plan.batches.crop == train::CropStyle::start) card.max_residues = plan.batches.max_residues;
  card.facts = run_facts(run, plan);
  return card;
}

ordered_json metric_facts(const train::TrainingResult& result) {
  ordered_json out{{"steps", result.steps}, {"stopped", result.why_stopped}};
  if (result.last) {
    for (const auto& [name, value] : result.last->named) out["held_out"][name] = number_or_null(value);
    out["held_out"]["targets"] = result.last->targets;
  }
  if (result.best) out["best"] = number_or_null(*result.best);
  if (result.best) out["best_step"] = result.best_step;
  return out;
}

void write_card_from(const fs::path& folder, predictors::Card card) {
  if (card.trunk && !card.trunk->one_hot()) card.trunk->model = checkpoints::trunk_name(card.trunk->model, folder);
  predictors::write_card(folder, card);
}

void write_cards(const TrainPlan& plan, predictors::Card card, const train::TrainingResult& result) {
  card.facts["metrics"] = metric_facts(result);
  // A run that goes on keeps what it was judged by before, above all how often the test split was looked at.
  if (const auto before = predictors::read_card(plan.trainer.folder); before && plan.start == train::Start::resume)
    for (const char* fact : {"validation", "test"})
      if (before->facts.contains(fact)) card.facts[fact] = before->facts[fact];
  write_card_from(plan.trainer.folder, card);
  std::error_code failed;
  if (const fs::path best = plan.trainer.folder / "best"; fs::is_directory(best, failed)) write_card_from(best, card);
}

}  // namespace groel::tasks
