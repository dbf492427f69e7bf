// Narrows the choice of the next token and draws it.
#include "generation/sampling.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "base/error.h"

namespace groel::generation {
namespace {

constexpr float kNever = -std::numeric_limits<float>::infinity();

bool is_out(float logit) { return logit == kNever; }

float highest_of(std::span<const float> logits) { return *std::max_element(logits.begin(), logits.end()); }

// Σ exp(x - highest).
double total_of(std::span<const float> logits, double highest) {
  double total = 0;
  for (const float x : logits)
    if (!is_out(x)) total += std::exp(static_cast<double>(x) - highest);
  return total;
}

void penalise(std::span<float> logits, std::span<const std::int32_t> ids, double penalty) {
  std::vector<std::int32_t> distinct(ids.begin(), ids.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const auto factor = static_cast<float>(penalty);
  for (const std::int32_t id : distinct) {
    float& x = logits[static_cast<std::size_t>(id)];
    x = x < 0 ? x * factor : x / factor;
  }
}

// A token is out where it would end a run of `size` tokens that has been before.
void ban_repeats(std::span<float> logits, std::span<const std::int32_t> ids, std::size_t size) {
  if (ids.size() + 1 < size) return;
  const auto last = ids.subspan(ids.size() - (size - 1));
  for (std::size_t i = 0; i + size <= ids.size(); ++i)
    if (std::equal(last.begin(), last.end(), ids.begin() + static_cast<std::ptrdiff_t>(i)))
      logits[static_cast<std::size_t>(ids[i + size - 1])] = kNever;
}

// As Transformers has it, a word that is nothing but an end token is none.
void ban_words(std::span<float> logits, std::span<const std::int32_t> ids, std::span<const std::int32_t> ends,
               const std::vector<std::vector<std::int32_t>>& words) {
  for (const std::vector<std::int32_t>& word : words) {
    const bool is_end = word.size() == 1 && std::find(ends.begin(), ends.end(), word[0]) != ends.end();
    if (word.empty() || is_end || word.size() > ids.size() + 1) continue;
    const auto before = std::span(word).first(word.size() - 1);
    const auto last = ids.subspan(ids.size() - before.size());
    if (std::equal(before.begin(), before.end(), last.begin())) logits[static_cast<std::size_t>(word.back())] = kNever;
  }
}

// All but the k likeliest, and those that equal the last of them.
void keep_top_k(std::span<float> logits, std::size_t k) {
  if (k >= logits.size()) return;
  thread_local std::vector<float> sorted;
  sorted.assign(logits.begin(), logits.end());
  std::nth_element(sorted.begin(), sorted.begin() + static_cast<std::ptrdiff_t>(k) - 1, sorted.end(), std::greater<>());
  const float last = sorted[k - 1];
  for (float& x : logits)
    if (x < last) x = kNever;
}

// Those that are not out, most likely first; equal ones as a stable ascending sort read backwards has them.
std::vector<std::int32_t> by_likelihood(std::span<const float> logits) {
  std::vector<std::int32_t> order;
  for (std::size_t i = logits.size(); i-- > 0;)
    if (!is_out(logits[i])) order.push_back(static_cast<std::int32_t>(i));
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return logits[static_cast<std::size_t>(a)] > logits[static_cast<std::size_t>(b)];
  });
  return order;
}

// From the least likely up, tokens go as long as they have no more than 1 - p together; one stays whatever happens.
void keep_top_p(std::span<float> logits, double p) {
  const double highest = highest_of(logits), total = total_of(logits, highest);
  const std::vector<std::int32_t> order = by_likelihood(logits);
  double sum = 0;
  for (std::size_t i = order.size(); i-- > 1;) {
    float& x = logits[static_cast<std::size_t>(order[i])];
    sum += std::exp(static_cast<double>(x) - highest) / total;
    if (sum > 1 - p) return;
    x = kNever;
  }
}

// Those less likely than `least`, but the likeliest stays.
void keep_likely(std::span<float> logits, double least) {
  const float highest = highest_of(logits);
  const double total = total_of(logits, highest);
  for (float& x : logits)
    if (x < highest && std::exp(static_cast<double>(x) - highest) / total < least) x = kNever;
}

double entropy(std::span<const float> logits) {
  const double highest = highest_of(logits), total = total_of(logits, highest);
  double sum = 0;
  for (const float x : logits) {
    if (is_out(x)) continue;
    const double log = static_cast<double>(x) - highest - std::log(total);
    sum -= std::exp(log) * log;
  }
  return sum;
}

void keep_typical(std::span<float> logits, double mass) {
  const double highest = highest_of(logits), log_total = std::log(total_of(logits, highest)),
               expected = entropy(logits);
  const auto oddness = [&](std::int32_t id) {
    return std::abs(-(static_cast<double>(logits[static_cast<std::size_t>(id)]) - highest - log_total) - expected);
  };
  std::vector<std::int32_t> order = by_likelihood(logits);
  std::reverse(order.begin(), order.end());
  std::stable_sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) { return oddness(a) < oddness(b); });
  double sum = 0;
  std::size_t last = 0;  // of those that stay
  for (; last + 1 < order.size(); ++last) {
    sum += std::exp(static_cast<double>(logits[static_cast<std::size_t>(order[last])]) - highest - log_total);
    if (sum >= mass) break;
  }
  const double limit = oddness(order[last]);
  std::vector<std::int32_t> out;
  for (std::size_t i = 1; i < order.size(); ++i)
    if (oddness(order[i]) > limit) out.push_back(order[i]);
  for (const std::int32_t id : out) logits[static_cast<std::size_t>(id)] = kNever;
}

void normalise(std::span<float> logits) {
  const double highest = highest_of(logits), shift = highest + std::log(total_of(logits, highest));
  for (float& x : logits)
    if (!is_out(x)) x = static_cast<float>(x - shift);
}

[[noreturn]] void refuse(const char* rule, const char* range) {
  throw Error(ErrorKind::usage, {"out of its range", fmt::format("`{}`", rule), range});
}

[[noreturn]] void nothing_left() {
  throw Error(ErrorKind::bad_input, {"no token is left to come next", {}, "loosen what is forbidden"});
}

}  // namespace

void SamplingRules::check() const {
  if (!(repetition_penalty > 0)) refuse("repetition_penalty", "more than 0; 1 changes nothing");
  if (no_repeat_ngram_size < 0) refuse("no_repeat_ngram_size", "0 (off) or more");
  if (!(temperature > 0)) refuse("temperature", "more than 0; for the likeliest token always, ask for greedy decoding");
  if (top_k < 0) refuse("top_k", "0 (all) or more");
  if (!(top_p > 0 && top_p <= 1)) refuse("top_p", "more than 0, at most 1 (all)");
  if (!(min_p >= 0 && min_p <= 1)) refuse("min_p", "from 0 (all) to 1");
  if (!(typical_p > 0 && typical_p <= 1)) refuse("typical_p", "more than 0, at most 1 (all)");
  if (!(epsilon_cutoff >= 0 && epsilon_cutoff < 1)) refuse("epsilon_cutoff", "from 0 (off) to below 1");
  if (!(eta_cutoff >= 0 && eta_cutoff < 1)) refuse("eta_cutoff", "from 0 (off) to below 1");
  if (min_length < 0 || min_new_tokens < 0) refuse("min_new_tokens", "0 or more");
}

void process_logits(std::span<float> logits, const History& history, std::span<const std::int32_t> ends,
                    const SamplingRules& rules) {
  if (rules.repetition_penalty != 1) penalise(logits, history.ids, rules.repetition_penalty);
  if (rules.no_repeat_ngram_size > 0)
    ban_repeats(logits, history.ids, static_cast<std::size_t>(rules.no_repeat_ngram_size));
  ban_words(logits, history.ids, ends, rules.bad_words);
  const auto tokens = static_cast<std::int64_t>(history.ids.size());
  if (tokens < rules.min_length || tokens - static_cast<std::int64_t>(history.prompt) < rules.min_new_tokens)
    for (const std::int32_t end : ends) logits[static_cast<std::size_t>(end)] = kNever;
  if (rules.renormalize_logits) normalise(logits);
}

void warp_logits(std::span<float> logits, const SamplingRules& rules) {
  if (rules.temperature != 1)
    for (float& x : logits) x /= static_cast<float>(rules.temperature);
  if (rules.top_k > 0) keep_top_k(logits, static_cast<std::size_t>(rules.top_k));
  if (rules.top_p < 1) keep_top_p(logits, rules.top_p);
  if (rules.min_p > 0) {
    const double highest = highest_of(logits);
    keep_likely(logits, rules.min_p / total_of(logits, highest));
  }
  if (rules.typical_p < 1) keep_typical(logits, rules.typical_p);
  if (rules.epsilon_cutoff > 0) keep_likely(logits, rules.epsilon_cutoff);
  if (rules.eta_cutoff > 0)
    keep_likely(logits, std::min(rules.eta_cutoff, std::sqrt(rules.eta_cutoff) * std::exp(-entropy(logits))));
  if (rules.renormalize_logits) normalise(logits);
}

std::int32_t draw_token(std::span<const float> warped, double u) {
  const double highest = highest_of(warped);
  if (!std::isfinite(highest)) nothing_left();
  const double wanted = u * total_of(warped, highest);
  double sum = 0;
  std::int32_t last = -1;
  for (std::size_t i = 0; i < warped.size(); ++i) {
    if (is_out(warped[i])) continue;
    last = static_cast<std::int32_t>(i);
    sum += std::exp(static_cast<double>(warped[i]) - highest);
    if (sum > wanted) return last;
  }
  return last;
}

std::int32_t likeliest_token(std::span<const float> logits) {
  const auto best = std::max_element(logits.begin(), logits.end());
  if (!std::isfinite(*best)) nothing_left();
  return static_cast<std::int32_t>(best - logits.begin());
}

double log_probability(std::span<const float> logits, std::int32_t token) {
  const double highest = highest_of(logits);
  return logits[static_cast<std::size_t>(token)] - highest - std::log(total_of(logits, highest));
}

}  // namespace groel::generation
