// Finds labels that cannot be learned from, or not fairly.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "base/error.h"
#include "base/words.h"
#include "tasks/train/checks.h"
#include "train/duplicates.h"

namespace groel::tasks {
namespace {

using models::Classification;
using models::LabelOf;
using models::Problem;
using train::LabelledSet;

std::string names(const Classification& classes, const std::vector<std::size_t>& which) {
  std::vector<std::string> words;
  for (const std::size_t one : which) words.push_back(classes.labels[one]);
  return listed(words, 10);
}

template <class Is>
std::vector<std::size_t> classes_that(std::size_t count, const Is& is) {
  std::vector<std::size_t> out;
  for (std::size_t c = 0; c < count; ++c)
    if (is(c)) out.push_back(c);
  return out;
}

[[noreturn]] void nothing_to_learn(const std::string& what) {
  throw Error(ErrorKind::bad_input, {what + ": there is nothing to tell apart", "--label-column",
                                     "give rows with other labels, too, or name another column"});
}

std::pair<double, double> mean_and_variance(const LabelledSet& set, std::size_t column) {
  const auto columns = static_cast<std::size_t>(set.columns);
  double sum = 0, squares = 0;
  for (std::size_t at = column; at < set.values.size(); at += columns) {
    sum += double{set.values[at]};
    squares += double{set.values[at]} * double{set.values[at]};
  }
  const auto count = static_cast<double>(set.corpus.size());
  return {sum / count, squares / count - sum / count * (sum / count)};
}

bool is_constant(const LabelledSet& set, std::size_t column) {
  const auto columns = static_cast<std::size_t>(set.columns);
  for (std::size_t at = column; at < set.values.size(); at += columns)
    if (set.values[at] != set.values[column]) return false;
  return true;
}

void check_numbers(const LabelledSet& learned, const LabelledSet& held_out, const Classification& classes,
                   Findings& findings) {
  const auto same = classes_that(classes.labels.size(), [&](std::size_t c) { return is_constant(learned, c); });
  if (same.size() == classes.labels.size())
    nothing_to_learn(fmt::format("all {} numbers to learn from are {}", learned.corpus.size(), learned.values.at(0)));
  if (!same.empty()) findings.warn(fmt::format("all numbers to learn from are the same in: {}", names(classes, same)));
  if (held_out.corpus.size() == 0) return;
  const auto flat = classes_that(classes.labels.size(), [&](std::size_t c) { return is_constant(held_out, c); });
  if (!flat.empty())
    findings.warn(fmt::format("all held-out numbers are the same in: {}; correlations are not defined there",
                              names(classes, flat)));
}

// Examples, of residues or sequences.
std::int64_t examples(const LabelledSet& set, const Classification& classes) {
  if (classes.problem == Problem::multi_label) return set.corpus.size();
  return std::accumulate(set.counts.begin(), set.counts.end(), std::int64_t{0});
}

void check_balance(const LabelledSet& learned, const Classification& classes, Findings& findings) {
  const auto most =
      static_cast<std::size_t>(std::max_element(learned.counts.begin(), learned.counts.end()) - learned.counts.begin());
  const double share = static_cast<double>(learned.counts[most]) / static_cast<double>(examples(learned, classes));
  if (share < 0.8) return;
  findings.warn(
      fmt::format("{:.0f} % of the examples are '{}': saying that always is right as often; go by --metric mcc "
                  "or balanced_accuracy, and give more examples of the others",
                  100 * share, classes.labels[most]));
}

// Classes of two examples and more, yet less than a twentieth of the commonest.
void check_rare(const LabelledSet& learned, const Classification& classes, Findings& findings) {
  const std::int64_t most = *std::max_element(learned.counts.begin(), learned.counts.end());
  const auto rare = classes_that(classes.labels.size(),
                                 [&](std::size_t c) { return learned.counts[c] > 1 && learned.counts[c] * 20 < most; });
  if (!rare.empty())
    findings.warn(
        fmt::format("less than a twentieth of the commonest class's examples are of: {}; go by --metric f1, "
                    "mcc or balanced_accuracy",
                    names(classes, rare)));
}

void check_classes(const LabelledSet& learned, const LabelledSet& held_out, const Classification& classes,
                   Findings& findings) {
  const std::size_t count = classes.labels.size();
  const std::int64_t all = examples(learned, classes);
  const bool single = classes.problem == Problem::single_label;
  const auto having = [&](std::int64_t number) {
    return classes_that(count, [&](std::size_t c) { return learned.counts[c] == number; });
  };
  if (const auto only = having(all); single && all > 0 && !only.empty())
    nothing_to_learn(fmt::format("all {} examples to learn from are '{}'", all, classes.labels[only[0]]));
  else if (!single && !only.empty())
    findings.warn(fmt::format("every sequence to learn from has the label: {}", names(classes, only)));
  if (const auto none = having(0); !none.empty())
    findings.warn(fmt::format("there is no example to learn from of: {}; the model will hardly predict it",
                              names(classes, none)));
  if (const auto one = having(1); !one.empty())
    findings.warn(fmt::format("there is one example each to learn from of: {}; give more, or leave them out",
                              names(classes, one)));
  if (single) check_balance(learned, classes, findings);
  if (single) check_rare(learned, classes, findings);
  if (held_out.corpus.size() == 0) return;
  const auto unseen =
      classes_that(count, [&](std::size_t c) { return held_out.counts[c] == 0 && learned.counts[c] > 0; });
  if (!unseen.empty())
    findings.warn(fmt::format("the held-out data lack: {}; their scores say nothing of it", names(classes, unseen)));
}

// Equal sequences that bear different labels.
void check_contradictions(const LabelledSet& learned, const Classification& classes, Findings& findings) {
  if (classes.label_of == LabelOf::token) return;
  const auto columns = static_cast<std::size_t>(learned.columns);
  const auto keys = train::sequence_keys(learned.corpus);
  std::unordered_map<std::uint64_t, std::size_t> first;
  std::int64_t others = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::size_t before = first.try_emplace(keys[i], i).first->second;
    others += !std::equal(learned.values.begin() + static_cast<std::ptrdiff_t>(i * columns),
                          learned.values.begin() + static_cast<std::ptrdiff_t>((i + 1) * columns),
                          learned.values.begin() + static_cast<std::ptrdiff_t>(before * columns));
  }
  if (others > 0)
    findings.warn(counted(others, "sequence to learn from occurs", "sequences to learn from occur") +
                  " before with another label");
}

double log_loss(double frequency, double examples) {
  return -std::log(std::clamp(frequency, 0.5 / (examples + 1), 1.0));
}

}  // namespace

void check_labels(const LabelledSet& learned, const LabelledSet& held_out, const Classification& classes,
                  Findings& findings) {
  if (classes.problem == Problem::regression)
    check_numbers(learned, held_out, classes, findings);
  else
    check_classes(learned, held_out, classes, findings);
  check_contradictions(learned, classes, findings);
}

Guess simplest_guess(const LabelledSet& learned, const LabelledSet& held_out, const Classification& classes) {
  Guess out;
  if (held_out.corpus.size() == 0) return out;
  if (classes.problem == Problem::regression) {
    out.words = "the mean of the data";
    for (std::size_t c = 0; c < classes.labels.size(); ++c) {
      const auto [mean, variance] = mean_and_variance(held_out, c);
      const double bias = mean - mean_and_variance(learned, c).first;
      out.loss += (variance + bias * bias) / static_cast<double>(classes.labels.size());
    }
    return out;
  }
  const auto all = static_cast<double>(examples(learned, classes));
  const auto seen = static_cast<double>(examples(held_out, classes));
  for (std::size_t c = 0; c < classes.labels.size(); ++c) {
    const double known = static_cast<double>(learned.counts[c]) / all;
    const double part = static_cast<double>(held_out.counts[c]) / seen;
    if (classes.problem == Problem::single_label)
      out.loss += part * log_loss(known, all);
    else
      out.loss += (part * log_loss(known, all) + (1 - part) * log_loss(1 - known, all)) /
                  static_cast<double>(classes.labels.size());
  }
  out.words = "the labels' frequencies";
  if (classes.problem == Problem::multi_label) return out;
  const auto most =
      static_cast<std::size_t>(std::max_element(learned.counts.begin(), learned.counts.end()) - learned.counts.begin());
  out.words = fmt::format("always saying '{}'", classes.labels[most]);
  out.accuracy = static_cast<double>(held_out.counts[most]) / seen;
  return out;
}

}  // namespace groel::tasks
