// Scores predictions of pairs.
#include "tasks/pairs/scores.h"

#include <cmath>
#include <numeric>

#include "statistics/bootstrap.h"
#include "statistics/multilabel.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;
using Rows = std::vector<std::size_t>;

constexpr std::int64_t kDraws = 500;

// Columns of some rows.
class Some {
 public:
  Some(const JudgedPairs& judged, std::span<const std::size_t> rows) {
    const std::size_t labels = judged.labels.size();
    const auto truth = judged.pairs.targets.values<float>();
    for (const std::size_t row : rows)
      for (std::size_t at = row * labels; at < (row + 1) * labels; ++at) add(truth[at], judged.probabilities[at]);
  }
  Some(const JudgedPairs& judged, std::size_t label) {
    const auto truth = judged.pairs.targets.values<float>();
    for (std::size_t at = label; at < truth.size(); at += judged.labels.size())
      add(truth[at], judged.probabilities[at]);
  }

  double f1() const { return train::micro_f1(floats_, probabilities_); }
  double average_precision() const {
    return positives() == 0 ? std::nan("") : statistics::average_precision(truth_, probabilities_);
  }
  double roc_auc() const {
    return positives() == 0 || positives() == static_cast<std::int64_t>(truth_.size())
               ? std::nan("")
               : statistics::roc_auc(truth_, probabilities_);
  }
  std::int64_t positives() const { return std::accumulate(truth_.begin(), truth_.end(), std::int64_t{0}); }

 private:
  void add(float truth, double probability) {
    floats_.push_back(truth);
    truth_.push_back(truth > 0.5F ? 1 : 0);
    probabilities_.push_back(probability);
  }
  std::vector<float> floats_;
  std::vector<std::int64_t> truth_;
  std::vector<double> probabilities_;
};

ordered_json number(double value) { return std::isnan(value) ? ordered_json(nullptr) : ordered_json(value); }

Rows all_rows(std::size_t count) {
  Rows out(count);
  std::iota(out.begin(), out.end(), std::size_t{0});
  return out;
}

std::map<std::string, double> named_scores(const Some& chosen, bool binary) {
  std::map<std::string, double> out{{"f1_micro", chosen.f1()}, {"average_precision", chosen.average_precision()}};
  if (binary) out["roc_auc"] = chosen.roc_auc();
  return out;
}

ordered_json by_seen_ends(const JudgedPairs& judged) {
  ordered_json out = ordered_json::object();
  const std::pair<const char*, interactions::SeenEnds> groups[] = {{"both", interactions::SeenEnds::both},
                                                                   {"one", interactions::SeenEnds::one},
                                                                   {"none", interactions::SeenEnds::none}};
  for (const auto& [name, ends] : groups) {
    Rows rows;
    for (std::size_t row = 0; row < judged.seen.size(); ++row)
      if (judged.seen[row] == ends) rows.push_back(row);
    out[name] = {{"pairs", rows.size()}};
    if (rows.empty()) continue;
    const Some chosen(judged, rows);
    out[name]["f1_micro"] = chosen.f1();
    out[name]["average_precision"] = number(chosen.average_precision());
  }
  return out;
}

}  // namespace

ordered_json pair_scores(const JudgedPairs& judged, std::uint64_t seed) {
  const auto count = static_cast<std::size_t>(judged.pairs.size());
  const bool binary = judged.labels.size() == 1;
  const auto intervals = statistics::bootstrap(count, {kDraws, seed, 0.95}, [&](std::span<const std::size_t> rows) {
    return named_scores(Some(judged, rows), binary);
  });
  ordered_json out{{"pairs", count}};
  for (const auto& [name, value] : named_scores(Some(judged, all_rows(count)), binary)) {
    out[name] = {{"value", number(value)}};
    if (const auto found = intervals.find(name); found != intervals.end()) {
      out[name]["low"] = number(found->second.low);
      out[name]["high"] = number(found->second.high);
    }
  }
  if (!judged.seen.empty()) out["seen_ends"] = by_seen_ends(judged);
  for (std::size_t label = 0; !binary && label < judged.labels.size(); ++label) {
    const Some chosen(judged, label);
    out["per_label"].push_back({{"label", judged.labels[label]},
                                {"positives", chosen.positives()},
                                {"f1", chosen.f1()},
                                {"average_precision", number(chosen.average_precision())},
                                {"roc_auc", number(chosen.roc_auc())}});
  }
  return out;
}

}  // namespace groel::tasks
