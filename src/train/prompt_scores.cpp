// Gathers the scores of all tasks under their names.
#include "train/prompt_scores.h"

#include "base/error.h"
#include "train/label_scores.h"

namespace groel::train {

Scores prompt_scores(const LossSum& sum, const std::vector<PromptTask>& tasks,
                     const std::vector<models::Classification>& classes) {
  GROEL_REQUIRE(sum.parts.size() == tasks.size() && classes.size() == tasks.size());
  Scores out;
  out.named.emplace_back("loss", 0);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const LossSum& part = sum.parts[i];
    if (part.targets == 0) continue;  // nothing of it is held out
    const bool masked = tasks[i].kind == PromptTaskKind::masked;
    const Scores one = masked ? scores_of(part) : label_scores(part, classes[i]);
    out.loss += tasks[i].weight * one.loss;
    out.targets += one.targets;
    for (const auto& [name, value] : one.named)
      out.named.emplace_back(fmt::format("{}_{}", tasks[i].name, name), value);
  }
  out.named.front().second = out.loss;
  return out;
}

}  // namespace groel::train
