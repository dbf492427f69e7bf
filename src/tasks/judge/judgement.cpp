// Scores a predictor and its baselines, with intervals from the same resamples.
#include "tasks/judge/judgement.h"

#include <algorithm>

#include "base/json_numbers.h"
#include "base/words.h"
#include "baselines/baselines.h"
#include "statistics/bootstrap.h"
#include "statistics/ranked_labels.h"
#include "statistics/thresholds.h"
#include "tasks/evaluate/judged.h"
#include "tasks/judge/headline.h"
#include "tasks/judge/per_protein.h"
#include "tasks/judge/residue_baselines.h"

namespace groel::tasks {
namespace {

using models::Problem;
using nlohmann::ordered_json;

baselines::Kind kind_of(Problem problem) {
  if (problem == Problem::regression) return baselines::Kind::numbers;
  return problem == Problem::multi_label ? baselines::Kind::several_labels : baselines::Kind::one_class;
}

baselines::LabelledProteins for_baselines(const JudgedSet& learned) {
  baselines::LabelledProteins out{learned.sequences, static_cast<std::int64_t>(learned.classes.labels.size()), {}, {}};
  for (const float value : learned.labels.values) {
    if (learned.classes.problem == Problem::single_label)
      out.classes.push_back(static_cast<std::int64_t>(value));
    else
      out.values.push_back(double{value});
  }
  return out;
}

std::vector<baselines::Baseline> baselines_of(const JudgedSet& learned, const JudgedSet& judged, std::uint64_t seed,
                                              Sink& sink) {
  if (judged.of_residues()) return residue_baselines(learned, judged, seed);
  return baselines::run_baselines(kind_of(judged.classes.problem), for_baselines(learned), judged.sequences,
                                  {.seed = seed}, sink);
}

std::map<std::string, double> mean_scores(const std::vector<TablePredictions>& predictions) {
  std::map<std::string, double> sums;
  for (const TablePredictions& one : predictions)
    for (const auto& [name, value] : headline_scores(one)) sums[name] += value;
  for (auto& [name, value] : sums) value /= static_cast<double>(predictions.size());
  return sums;
}

double mean_deciding(const std::vector<TablePredictions>& predictions) {
  double sum = 0;
  for (const TablePredictions& one : predictions) sum += deciding_score(one);
  return sum / static_cast<double>(predictions.size());
}

// A resample costs about a sort of every score.
std::int64_t draws_for(const Judgement& of) {
  const TablePredictions& one = of.predictor.predictions[0];
  const double columns = static_cast<double>(std::max<std::size_t>(1, one.columns()) * of.predictor.predictions.size());
  const double numbers = static_cast<double>(one.rows) * columns * static_cast<double>(of.baselines.size() + 2);
  constexpr double kNumbers = 4e8;
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(kNumbers / numbers), 100, 1000);
}

std::vector<TablePredictions> resampled(const Judged& of, std::span<const std::size_t> rows) {
  std::vector<TablePredictions> out;
  for (const TablePredictions& one : of.predictions) out.push_back(rows_of(one, rows));
  return out;
}

// Whole proteins are drawn again, with all of their rows.
class Resampling {
 public:
  explicit Resampling(const Judgement& of) : of_(of), rows_(of.set.names.size()) {
    for (std::size_t row = 0; row < of.set.protein_of.size(); ++row) rows_[of.set.protein_of[row]].push_back(row);
    if (of.predictor.predictions[0].kind != PredictionKind::multilabel) return;
    rank(of.predictor);
    for (const Judged& baseline : of.baselines) rank(baseline);
  }

  std::map<std::string, double> scores(std::span<const std::size_t> proteins) const {
    std::vector<std::size_t> rows;
    for (const std::size_t protein : proteins) rows.insert(rows.end(), rows_[protein].begin(), rows_[protein].end());
    std::map<std::string, double> out;
    if (rows.empty()) return out;
    const auto predicted = resampled(of_.predictor, rows);
    for (const auto& [name, value] : mean_scores(predicted)) out["predictor " + name] = value;
    const std::string first = headline_names(of_.predictor.predictions[0].kind)[0];
    std::vector<std::uint32_t> times(of_.predictor.predictions[0].rows);
    for (const std::size_t row : rows) ++times[row];
    const double deciding = ranked_.empty() ? mean_deciding(predicted) : ranked_[0].average_precision(times);
    for (std::size_t b = 0; b < of_.baselines.size(); ++b) {
      const Judged& baseline = of_.baselines[b];
      const double other =
          ranked_.empty() ? mean_deciding(resampled(baseline, rows)) : ranked_[b + 1].average_precision(times);
      out[baseline.name + " " + first] = other;
      out["ahead of " + baseline.name] = deciding - other;
    }
    return out;
  }

 private:
  void rank(const Judged& of) {
    const TablePredictions& p = of.predictions[0];
    ranked_.emplace_back(p.truth, p.scores, p.classes.size());
  }

  const Judgement& of_;
  std::vector<std::vector<std::size_t>> rows_;    // of a protein
  std::vector<statistics::RankedLabels> ranked_;  // of several labels: the predictor, then the baselines
};

ordered_json sheets_of(const std::vector<TablePredictions>& predictions) {
  if (predictions.size() == 1) return sheet_of(predictions[0], statistics::Detail::numbers).values();
  ordered_json out = ordered_json::object();
  for (const TablePredictions& one : predictions)
    out[one.classes[0]] = sheet_of(one, statistics::Detail::numbers).values();
  return out;
}

std::string interval_text(double value, const statistics::ScoreInterval& of) {
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", value, of.low, of.high);
}

ordered_json json_of(const Judged& one) {
  ordered_json out{{"name", one.name}, {"what", one.words}};
  if (!one.note.empty()) out["note"] = one.note;
  for (const auto& [name, value] : one.scores) out["scores"][name] = number_or_null(value);
  if (one.predictions[0].kind == PredictionKind::multilabel)
    for (const auto& [name, value] : protein_scores(one.predictions[0]))
      out["per_protein"][name] = number_or_null(value);
  for (const auto& [name, interval] : one.intervals)
    out["intervals"][name] = {number_or_null(interval.low), number_or_null(interval.high)};
  return out;
}

}  // namespace

Judged judged_of(std::string name, std::string words, std::vector<TablePredictions> predictions) {
  Judged out{std::move(name), std::move(words), {}, std::move(predictions), {}, {}, 0, {}};
  out.scores = mean_scores(out.predictions);
  out.deciding = mean_deciding(out.predictions);
  return out;
}

void add_intervals(Judgement& of, std::uint64_t seed) {
  of.draws = draws_for(of);
  const Resampling resampling(of);
  const auto found = statistics::bootstrap(of.set.names.size(), {of.draws, seed, 0.95},
                                           [&](std::span<const std::size_t> rows) { return resampling.scores(rows); });
  const auto interval = [&](const std::string& name) {
    const auto at = found.find(name);
    return at == found.end() ? statistics::ScoreInterval{std::nan(""), std::nan("")} : at->second;
  };
  for (const auto& [name, value] : of.predictor.scores) of.predictor.intervals[name] = interval("predictor " + name);
  const std::string first = headline_names(of.predictor.predictions[0].kind)[0];
  for (Judged& baseline : of.baselines) {
    baseline.intervals[first] = interval(baseline.name + " " + first);
    baseline.ahead = interval("ahead of " + baseline.name);
  }
}

const Judged* Judgement::best_baseline() const {
  const auto best = std::max_element(baselines.begin(), baselines.end(),
                                     [](const Judged& a, const Judged& b) { return a.deciding < b.deciding; });
  return best == baselines.end() ? nullptr : &*best;
}

const Judged* Judgement::closest_baseline() const {
  const auto closest = std::min_element(baselines.begin(), baselines.end(),
                                        [](const Judged& a, const Judged& b) { return a.ahead.low < b.ahead.low; });
  return closest == baselines.end() ? nullptr : &*closest;
}

std::string Judgement::called(const std::string& label) const {
  const auto found = label_names.find(label);
  return found == label_names.end() ? label : label + " " + found->second;
}

std::string Judgement::name_of(const std::string& label) const {
  const auto found = label_names.find(label);
  return found == label_names.end() ? label : found->second;
}

bool Judgement::beats_all() const {
  return !baselines.empty() &&
         std::all_of(baselines.begin(), baselines.end(), [](const Judged& one) { return one.ahead.low > 0; });
}

std::string Judgement::verdict() const {
  const std::string score = headline_names(predictor.predictions[0].kind)[0];
  if (!predictor.intervals.contains(score))
    return fmt::format("{} {:.3f} on {} of the {} split, without baselines and intervals", plain_score_name(score),
                       predictor.deciding, counted(static_cast<std::int64_t>(set.names.size()), "protein"), split);
  const std::string own = fmt::format("{} {} on {} of the {} split", plain_score_name(score),
                                      interval_text(predictor.deciding, predictor.intervals.at(score)),
                                      counted(static_cast<std::int64_t>(set.names.size()), "protein"), split);
  const Judged* const best = best_baseline();
  if (best == nullptr) return own + "; there were no baselines to compare with.";
  const Judged& other = beats_all() ? *best : *closest_baseline();
  return fmt::format("{}: {}; the {} baseline ({}) has {:.3f}, a difference of {} (95 % intervals).",
                     beats_all() ? "Beats every baseline" : "DOES NOT BEAT ITS BASELINES", own,
                     beats_all() ? "best" : "closest", other.words, other.deciding,
                     interval_text(predictor.deciding - other.deciding, other.ahead));
}

std::string Judgement::why() const {
  if (baselines.empty() || beats_all()) return {};
  const Judged& other = *closest_baseline();
  std::string out = other.ahead.high < 0
                        ? std::string("Why: the baseline is better for certain.")
                        : fmt::format(
                              "Why: on {} a difference of this size cannot be told from none; more of them would "
                              "narrow the interval.",
                              counted(static_cast<std::int64_t>(set.names.size()), "protein"));
  if (other.name == "nearest-neighbour")
    out +=
        " Relatives of the judged proteins are among those that were learned from, and homology tells much of them; "
        "a split by clusters (groel data split --by-cluster) asks for proteins without relatives.";
  else if (other.name == "3-mers" || other.name == "descriptors" || other.name == "window")
    out +=
        " What the residues alone say is as good as what the head makes of the model's vectors: more training "
        "proteins, a larger model, or training all of it may tell more.";
  else
    out += " Hardly anything was learned: more training proteins, more epochs or a higher rate may help.";
  return out;
}

Judgement judge(const JudgeInput& input, Sink& sink) {
  const models::Classification& classes = input.predictor.classes();
  const bio::Tokenizer& tokenizer = input.predictor.model().tokenizer();
  Judgement out;
  out.split = input.split;
  out.label_names = input.label_names;
  out.set = judged_set(input.judged, classes, input.unlabelled, tokenizer);
  out.predictor =
      judged_of("predictor", "the predictor",
                beside_truth(out.set, scores_by(input.predictor, out.set, input.keeping, sink), input.thresholds));
  if (!input.learned.rows.empty() && !input.scores_alone) {
    const JudgedSet learned = judged_set(input.learned, classes, input.unlabelled, tokenizer);
    out.learned_counts = learned.labels.counts;
    out.learned_proteins = static_cast<std::int64_t>(learned.names.size());
    for (auto& baseline : baselines_of(learned, out.set, input.seed, sink)) {
      out.baselines.push_back(judged_of(baseline.name, baseline.words, beside_truth(out.set, baseline.scores, {})));
      out.baselines.back().note = baseline.note;
    }
  }
  if (!input.scores_alone) add_intervals(out, input.seed);
  out.sheet = sheets_of(out.predictor.predictions);
  return out;
}

ordered_json to_json(const Judgement& of) {
  ordered_json out{{"verdict", of.verdict()},
                   {"why", of.why()},
                   {"beats_every_baseline", of.beats_all()},
                   {"split", of.split},
                   {"proteins", of.set.names.size()},
                   {"rows", of.predictor.predictions[0].rows},
                   {"learned_from", of.learned_proteins},
                   {"resamples", of.draws},
                   {"predictor", json_of(of.predictor)},
                   {"baselines", ordered_json::array()},
                   {"all_scores", of.sheet}};
  for (const Judged& baseline : of.baselines) {
    ordered_json row = json_of(baseline);
    row["predictor_is_ahead_by"] = {number_or_null(of.predictor.deciding - baseline.deciding),
                                    number_or_null(baseline.ahead.low), number_or_null(baseline.ahead.high)};
    out["baselines"].push_back(std::move(row));
  }
  return out;
}

std::vector<double> best_thresholds(const TablePredictions& p) {
  const std::size_t labels = p.classes.size();
  std::vector<double> out(labels, 0.5);
  for (std::size_t c = 0; c < labels; ++c) {
    std::vector<std::int64_t> truth;
    std::vector<double> scores;
    for (std::size_t row = 0; row < p.rows; ++row) {
      truth.push_back(p.truth[row * labels + c]);
      scores.push_back(p.scores[row * labels + c]);
    }
    const auto positives = std::count(truth.begin(), truth.end(), 1);
    if (positives == 0 || positives == static_cast<std::ptrdiff_t>(truth.size())) continue;
    out[c] = statistics::best_threshold(truth, scores, statistics::ThresholdFor::f1).threshold;
  }
  return out;
}

}  // namespace groel::tasks
