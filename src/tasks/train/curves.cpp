// Chooses which values of a run are drawn as which line.
#include "tasks/train/curves.h"

#include <fmt/format.h>

#include <algorithm>

namespace groel::tasks {
namespace {

// A value of a run, and how it is drawn.
struct Shown {
  std::string value, label;
  report::Line::Stroke stroke = report::Line::Stroke::solid;
  std::size_t colour = 0;
};

report::Line line_of(const PlottedRun& run, const Shown& shown, const std::string& name) {
  report::Line line{name, {}, {}, shown.stroke, shown.colour};
  for (const auto& point : run.curve) {
    const auto y = point.value(shown.value);
    if (!y) continue;
    line.x.push_back(static_cast<double>(point.step));
    line.y.push_back(*y);
  }
  return line;
}

void add(report::Figure& figure, const std::vector<PlottedRun>& runs, const PlottedRun& run, const Shown& shown) {
  report::Line line = line_of(run, shown, runs.size() > 1 ? run.name + ", " + shown.label : shown.label);
  if (!line.x.empty()) figure.lines.push_back(std::move(line));
}

constexpr report::Line::Stroke kStrokes[] = {report::Line::Stroke::solid, report::Line::Stroke::dashed,
                                             report::Line::Stroke::dotted};

report::Figure figure_of(const std::vector<PlottedRun>& runs, const std::string& what, const std::string& unit) {
  report::Figure figure;
  figure.title = runs.size() == 1 ? what + " of " + runs.front().name : fmt::format("{} of {} runs", what, runs.size());
  figure.x.name = "step";
  figure.y.name = unit;
  return figure;
}

}  // namespace

PlottedRun read_run(const std::filesystem::path& folder) {
  const auto whole = std::filesystem::weakly_canonical(folder);
  return {whole.filename().string(), train::read_curve(folder / "metrics.jsonl")};
}

report::Figure loss_figure(const std::vector<PlottedRun>& runs) {
  report::Figure figure = figure_of(runs, "Loss", "loss, nats");
  for (std::size_t i = 0; i < runs.size(); ++i) {
    add(figure, runs, runs[i], {"loss", "training", report::Line::Stroke::solid, i});
    add(figure, runs, runs[i], {"eval_loss", "held out", report::Line::Stroke::dashed, i});
  }
  return figure;
}

report::Figure score_figure(const std::vector<PlottedRun>& runs) {
  report::Figure figure = figure_of(runs, "Held-out scores", "score");
  std::vector<std::string> scores;  // of all runs: each has a stroke, or a colour where there is one run
  for (std::size_t i = 0; i < runs.size(); ++i)
    for (const auto& name : train::held_out_names(runs[i].curve)) {
      if (name == "eval_loss" || name == "eval_perplexity") continue;
      const auto known = std::find(scores.begin(), scores.end(), name);
      const auto place = static_cast<std::size_t>(known - scores.begin());
      if (known == scores.end()) scores.push_back(name);
      const Shown shown{name, name.substr(5), runs.size() > 1 ? kStrokes[place % 3] : report::Line::Stroke::solid,
                        runs.size() > 1 ? i : place};
      add(figure, runs, runs[i], shown);
    }
  return figure;
}

}  // namespace groel::tasks
