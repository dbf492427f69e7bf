// Which values of a run become which line.
#include "tasks/train/curves.h"

#include <algorithm>

namespace groel::tasks {
namespace {

report::Line line_of(const Run& run, const std::string& value, const std::string& name) {
  report::Line line{name, {}, {}};
  for (const auto& point : run.curve) {
    const auto y = point.value(value);
    if (!y) continue;
    line.x.push_back(static_cast<double>(point.step));
    line.y.push_back(*y);
  }
  return line;
}

void add(report::Figure& figure, const std::vector<Run>& runs, const Run& run, const std::string& value,
         const std::string& label) {
  report::Line line = line_of(run, value, runs.size() > 1 ? run.name + ", " + label : label);
  if (!line.x.empty()) figure.lines.push_back(std::move(line));
}

report::Figure figure_of(const std::vector<Run>& runs, const std::string& what, const std::string& unit) {
  report::Figure figure;
  figure.title = runs.size() == 1 ? what + " of " + runs.front().name : what;
  figure.x.name = "step";
  figure.y.name = unit;
  return figure;
}

}  // namespace

Run read_run(const std::filesystem::path& folder) {
  const auto whole = std::filesystem::weakly_canonical(folder);
  return {whole.filename().string(), train::read_curve(folder / "metrics.jsonl")};
}

report::Figure loss_figure(const std::vector<Run>& runs) {
  report::Figure figure = figure_of(runs, "Loss", "loss, nats");
  for (const auto& run : runs) {
    add(figure, runs, run, "loss", "training");
    add(figure, runs, run, "eval_loss", "held out");
  }
  return figure;
}

report::Figure score_figure(const std::vector<Run>& runs) {
  report::Figure figure = figure_of(runs, "Held-out scores", "score");
  for (const auto& run : runs)
    for (const auto& name : train::held_out_names(run.curve))
      if (name != "eval_loss" && name != "eval_perplexity") add(figure, runs, run, name, name.substr(5));
  return figure;
}

}  // namespace groel::tasks
