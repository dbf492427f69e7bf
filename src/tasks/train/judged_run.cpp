// Judges a finished run.
#include "tasks/train/judged_run.h"

#include <chrono>
#include <ctime>

#include "base/words.h"
#include "predictors/predictor.h"
#include "tasks/judge/judgement.h"
#include "tasks/judge/report.h"
#include "tasks/predict/names.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

std::string now() {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts)};
}

// What a card keeps of a judgement.
ordered_json found(const Judgement& judgement, const std::string& when) {
  ordered_json out{{"when", when}, {"proteins", judgement.set.names.size()}, {"verdict", judgement.verdict()}};
  for (const auto& [name, value] : judgement.predictor.scores) out[name] = value;
  return out;
}

class RunJudge {
 public:
  explicit RunJudge(const FinishedRun& run)
      : run_(run),
        folder_(run.plan.trainer.folder),
        predictor_(predictors::open_predictor(folder_, ops::Precision::f32)),
        card_(predictor_.card()) {}

  ordered_json judge_all() {
    ordered_json out = ordered_json::object();
    if (!run_.rows.held_out.rows.empty()) out["validation"] = on_validation();
    if (run_.plan.test) out["test"] = on_test();
    predictors::write_card(folder_, card_);
    return out.empty() ? ordered_json() : out;
  }

 private:
  Judgement judged(const train::LabelledRows& rows, const std::string& split) {
    return judge({predictor_, run_.rows.train, rows, split, run_.plan.labels.options.unlabelled,
                  split == "test" ? card_.thresholds : std::vector<double>{}, run_.plan.batches.seed, label_names(),
                  run_.plan.scores_alone, keeping(split)},
                 run_.findings.sink());
  }

  // A head of its own reads vectors that later runs may want, too.
  std::optional<VectorKeeping> keeping(const std::string& split) const {
    if (!run_.plan.head || run_.plan.head->vector_cache == 0) return {};
    return VectorKeeping{run_.plan.cache_limit, folder_, run_.plan.head->vector_cache, split + " data"};
  }

  std::map<std::string, std::string> label_names() const {
    if (run_.plan.label_names.empty()) return {};
    return read_label_names(run_.plan.label_names, run_.findings.sink());
  }

  ordered_json on_validation() {
    const Judgement judgement = judged(run_.rows.held_out, "validation");
    if (judgement.set.classes.problem == models::Problem::multi_label)
      card_.thresholds = best_thresholds(judgement.predictor.predictions[0]);
    std::vector<std::string> notes{
        "Judged on the validation split, which the training run looked at: its own numbers are somewhat too good."};
    if (!card_.thresholds.empty())
      notes.emplace_back(
          "Labels are said to apply from a probability of 0.5 here; from now on each goes by the "
          "threshold with the best F1 on this split.");
    return finish(judgement, "report", std::move(notes), "validation");
  }

  ordered_json on_test() {
    ordered_json& times = card_.facts["test"];
    const auto before = times.is_array() ? times.size() : 0;
    std::string note = "The test split was looked at on " + now() + ", for the first time.";
    if (before > 0) {
      note = fmt::format(
          "The test split was looked at on {}, for time {}: first on {}. What is chosen by these numbers "
          "makes them too good.",
          now(), before + 1, times[0]["when"].get<std::string>());
      run_.findings.warn(note);
    }
    return finish(judged(run_.rows.test, "test"), "test", {note}, "test");
  }

  ordered_json finish(const Judgement& judgement, const std::string& folder, std::vector<std::string> notes,
                      const std::string& fact) {
    if (run_.plan.scores_alone) return to_json(judgement);
    write_report(judgement, {folder_ / folder, folder_.filename().string() + ": " + judgement.split + " report",
                             folder_, std::move(notes), run_.plan.batches.seed});
    if (judgement.beats_all())
      run_.findings.sink().note(judgement.verdict());
    else
      run_.findings.warn(judgement.verdict());
    run_.findings.sink().note(fmt::format("the report: {}", (folder_ / folder / "report.html").string()));
    if (!card_.facts[fact].is_array()) card_.facts[fact] = ordered_json::array();
    card_.facts[fact].push_back(found(judgement, now()));
    return to_json(judgement);
  }

  const FinishedRun& run_;
  std::filesystem::path folder_;
  predictors::Predictor predictor_;
  predictors::Card card_;
};

}  // namespace

ordered_json judge_run(const FinishedRun& run) {
  if (!run.plan.report && !run.plan.test) return {};
  return RunJudge(run).judge_all();
}

}  // namespace groel::tasks
