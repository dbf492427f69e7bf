// Draws what a judgement found.
#include "tasks/judge/figures.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/words.h"
#include "tasks/evaluate/judged.h"
#include "tasks/judge/headline.h"
#include "tasks/judge/per_protein.h"

namespace groel::tasks {
namespace {

using report::Figure;

constexpr std::size_t kMostClassBars = 20;
constexpr std::size_t kMostCells = 60, kMostColumns = 45;  // names of columns, turned, have room beside one another

// The first of these in a rising or falling order by a value; NaN last.
std::vector<std::size_t> best_first(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (std::isnan(values[a]) || std::isnan(values[b])) return std::isnan(values[b]) && !std::isnan(values[a]);
    return values[a] > values[b];
  });
  return order;
}

// Names of terms are long, and stand beside one another.
std::string beginning(const std::string& text) {
  constexpr std::size_t kShown = 40;
  return text.size() <= kShown ? text : text.substr(0, kShown - 1) + "…";
}

NamedFigure comparison(const Judgement& of) {
  const std::string score = headline_names(of.predictor.predictions[0].kind)[0];
  Figure figure;
  figure.title = "Against baselines";
  figure.y.name = plain_score_name(score);
  std::vector<const Judged*> all{&of.predictor};
  for (const Judged& baseline : of.baselines) all.push_back(&baseline);
  report::Bars bars{plain_score_name(score), {}, report::kGrey, 0, "the predictor"};
  for (const Judged* one : all) {
    figure.x.categories.push_back(one->name);
    bars.values.push_back(one->deciding);
  }
  figure.x.ticks = report::Axis::Ticks::round_numbers;
  figure.bars.push_back(std::move(bars));
  figure.height = 420;
  return {"baselines", "Every baseline learned from the same training proteins, without a language model.",
          std::move(figure)};
}

// What a class is judged by in pictures: F1, or where proteins have several labels average precision.
struct ClassMeasure {
  std::string name;
  std::vector<double> (*of)(const Judged&);
};

ClassMeasure measure_of(const Judgement& of) {
  if (of.set.classes.problem == models::Problem::multi_label)
    return {"average precision", [](const Judged& one) { return label_precision(one.predictions[0]); }};
  return {"F1", class_f1};
}

// The baselines that bars are drawn of: the best one, and of several labels the frequencies, too.
std::vector<const Judged*> shown_baselines(const Judgement& of) {
  std::vector<const Judged*> out;
  for (const Judged& one : of.baselines) {
    const bool frequencies = one.name == "frequencies" && of.set.classes.problem == models::Problem::multi_label;
    if (&one == of.best_baseline() || frequencies) out.push_back(&one);
  }
  return out;
}

NamedFigure class_bars(const Judgement& of) {
  const ClassMeasure measure = measure_of(of);
  const std::vector<double> own = measure.of(of.predictor);
  std::vector<std::size_t> order = best_first(own);
  order.resize(std::min(order.size(), kMostClassBars));
  Figure figure;
  const bool all = order.size() == own.size();
  const std::string what = measure.name == "F1" ? measure.name : "Average precision";
  figure.title =
      all ? what + " of every class" : fmt::format("{} of the {} best of {} labels", what, order.size(), own.size());
  figure.y.name = measure.name;
  figure.y.low = 0;
  figure.y.high = 1;
  for (const std::size_t c : order) figure.x.categories.push_back(beginning(of.name_of(of.set.classes.labels[c])));
  const auto add = [&](const std::string& name, std::size_t colour, const std::vector<double>& values) {
    report::Bars bars{name, {}, colour, {}, {}};
    for (const std::size_t c : order) bars.values.push_back(values[c]);
    figure.bars.push_back(std::move(bars));
  };
  add("predictor", report::kBlue, own);
  std::size_t colour = report::kGrey;
  for (const Judged* baseline : shown_baselines(of)) {
    add(baseline->name, colour, measure.of(*baseline));
    colour = report::kOrange;
  }
  if (!all) figure.height = 700;  // names of many labels are turned
  return {"classes", "Beside the best baseline. The table has all of them.", std::move(figure)};
}

NamedFigure by_frequency(const Judgement& of) {
  const ClassMeasure measure = measure_of(of);
  const std::vector<double> own = measure.of(of.predictor);
  Figure figure;
  figure.title = "Performance against training frequency";
  figure.x.name = of.set.of_residues() ? "training residues with the label" : "training proteins with the label";
  figure.x.scale = report::Axis::Scale::logarithmic;
  figure.y.name = measure.name;
  figure.y.low = 0;
  figure.y.high = 1;
  report::Points points;
  points.name = "labels";
  for (std::size_t c = 0; c < own.size(); ++c) {
    if (std::isnan(own[c]) || of.learned_counts[c] == 0) continue;
    points.x.push_back(static_cast<double>(of.learned_counts[c]));
    points.y.push_back(own[c]);
    points.labels.push_back(of.called(of.set.classes.labels[c]));
  }
  figure.points.push_back(std::move(points));
  return {"frequency", "Rare labels are learned from few examples.", std::move(figure)};
}

std::vector<std::string> first_labels(const std::vector<std::string>& labels, const std::vector<std::size_t>& places) {
  std::vector<std::string> out;
  for (const std::size_t place : places) out.push_back(labels[place]);
  return out;
}

// Rows are true classes, as parts of each.
NamedFigure confusion(const Judgement& of) {
  const TablePredictions& p = of.predictor.predictions[0];
  const std::size_t classes = p.classes.size();
  std::vector<double> support(classes, 0);
  for (const std::int64_t label : p.truth) support[static_cast<std::size_t>(label)] += 1;
  std::vector<std::size_t> shown = best_first(support);
  shown.resize(std::min(shown.size(), kMostCells));
  std::vector<std::int64_t> place(classes, -1);
  for (std::size_t i = 0; i < shown.size(); ++i) place[shown[i]] = static_cast<std::int64_t>(i);
  report::HeatMap map;
  map.name = "part of the true class";
  map.rows = map.columns = static_cast<std::int64_t>(shown.size());
  map.values.assign(shown.size() * shown.size(), 0);
  map.low = 0;
  map.high = 1;
  for (std::size_t row = 0; row < p.rows; ++row) {
    const std::int64_t r = place[static_cast<std::size_t>(p.truth[row])];
    const std::int64_t c = place[static_cast<std::size_t>(p.predicted[row])];
    if (r < 0 || c < 0) continue;
    map.values[static_cast<std::size_t>(r * map.columns + c)] +=
        1 / static_cast<float>(support[static_cast<std::size_t>(p.truth[row])]);
  }
  Figure figure;
  figure.title = "True and predicted classes";
  figure.x.name = "predicted";
  figure.y.name = "true";
  figure.x.categories = figure.y.categories = first_labels(p.classes, shown);
  figure.y.direction = report::Axis::Direction::falling;
  figure.heat_map = std::move(map);
  figure.height = 640;
  return {"confusion", "Each row adds up to 1: where proteins of a true class went.", std::move(figure)};
}

// The first proteins and commonest labels.
NamedFigure label_map(const Judgement& of, const std::string& which) {
  const TablePredictions& p = of.predictor.predictions[0];
  const std::size_t labels = p.classes.size();
  std::vector<double> support(labels, 0);
  for (std::size_t at = 0; at < p.truth.size(); ++at) support[at % labels] += static_cast<double>(p.truth[at]);
  std::vector<std::size_t> shown = best_first(support);
  shown.resize(std::min(shown.size(), kMostColumns));
  const std::size_t rows = std::min<std::size_t>(p.rows, kMostCells);
  report::HeatMap map;
  map.name = which == "true" ? "has the label" : "probability";
  map.rows = static_cast<std::int64_t>(rows);
  map.columns = static_cast<std::int64_t>(shown.size());
  map.low = 0;
  map.high = 1;
  for (std::size_t row = 0; row < rows; ++row)
    for (const std::size_t c : shown)
      map.values.push_back(static_cast<float>(which == "true" ? static_cast<double>(p.truth[row * labels + c])
                                                              : p.probabilities[row * labels + c]));
  Figure figure;
  figure.title = fmt::format("The first {} proteins, the {} commonest labels: {}", rows, shown.size(), which);
  figure.x.categories = first_labels(p.classes, shown);
  for (std::size_t row = 0; row < rows; ++row) figure.y.categories.push_back(of.set.names[row]);
  figure.y.direction = report::Axis::Direction::falling;
  figure.heat_map = std::move(map);
  figure.height = 640;
  return {"labels_" + which, which == "true" ? "What is true." : "What the predictor says of the same.",
          std::move(figure)};
}

NamedFigure calibration(const Judgement& of) {
  constexpr std::int64_t kBins = 10;
  const TablePredictions& p = of.predictor.predictions[0];
  const nlohmann::ordered_json found = calibration_of(p, p, kBins);
  Figure figure;
  figure.title = "Calibration";
  figure.subtitle = fmt::format("expected calibration error {:.3f}", found["expected_calibration_error"].get<double>());
  figure.x.name = "probability that was given";
  figure.y.name = "part that was true";
  figure.x.low = figure.y.low = 0;
  figure.x.high = figure.y.high = 1;
  report::Line line{"predictor", {}, {}, report::Line::Stroke::solid, report::kBlue};
  for (const auto& bin : found["reliability"]) {
    if (bin["confidence"].is_null()) continue;
    line.x.push_back(bin["confidence"].get<double>());
    line.y.push_back(bin["observed"].get<double>());
  }
  figure.lines.push_back(std::move(line));
  figure.lines.push_back({"as it should be", {0, 1}, {0, 1}, report::Line::Stroke::dotted, report::kGrey});
  return {"calibration", "Above the dotted line more is true than the probabilities say, below it less.",
          std::move(figure)};
}

NamedFigure scatter(const Judgement& of, std::size_t output) {
  const TablePredictions& p = of.predictor.predictions[output];
  Figure figure;
  figure.title = of.set.classes.labels.size() > 1 ? "True and predicted: " + p.classes[0] : "True and predicted";
  figure.x.name = "true " + p.classes[0];
  figure.y.name = "predicted";
  report::Points points;
  points.name = "proteins";
  points.size = 4;
  points.x = p.numbers;
  points.y = p.predicted_numbers;
  points.labels = of.set.names;
  const auto [low, high] = std::minmax_element(p.numbers.begin(), p.numbers.end());
  figure.lines.push_back({"equal", {*low, *high}, {*low, *high}, report::Line::Stroke::dotted, report::kGrey});
  figure.points.push_back(std::move(points));
  return {output == 0 ? "scatter" : fmt::format("scatter_{}", output + 1), "On the dotted line both are equal.",
          std::move(figure)};
}

}  // namespace

std::vector<double> class_f1(const Judged& judged) {
  std::vector<double> out;
  for (const auto& row : class_rows(judged.predictions[0]))
    out.push_back(row["support"].get<std::int64_t>() == 0 ? std::nan("") : row["f1"].get<double>());
  return out;
}

std::vector<NamedFigure> figures_of(const Judgement& of) {
  std::vector<NamedFigure> out;
  if (!of.baselines.empty()) out.push_back(comparison(of));
  if (of.set.classes.problem == models::Problem::regression) {
    constexpr std::size_t kMost = 6;
    for (std::size_t i = 0; i < std::min(kMost, of.predictor.predictions.size()); ++i) out.push_back(scatter(of, i));
    return out;
  }
  out.push_back(class_bars(of));
  if (of.set.classes.labels.size() > 2 && !of.learned_counts.empty()) out.push_back(by_frequency(of));
  if (of.set.classes.problem == models::Problem::multi_label) {
    out.push_back(label_map(of, "true"));
    out.push_back(label_map(of, "predicted"));
  } else {
    out.push_back(confusion(of));
  }
  out.push_back(calibration(of));
  return out;
}

}  // namespace groel::tasks
