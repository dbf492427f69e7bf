// Filters logits by temperature and top-p, draws tokens, and computes their probabilities and entropies.
#include "esm3/sampling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace groel {

void SamplingTrackConfig::check() const {
  if (!(temperature >= 0) || !std::isfinite(temperature))
    throw Error(ErrorKind::usage, {fmt::format("a temperature of {}", temperature), "temperature", "it is 0 or more"});
  if (!(top_p > 0) || top_p > 1)
    throw Error(ErrorKind::usage, {fmt::format("a top-p of {}", top_p), "top_p", "it is above 0 and at most 1"});
  if (topk_logprobs < 0 || topk_logprobs > 32)
    throw Error(ErrorKind::usage,
                {fmt::format("the {} likeliest tokens", topk_logprobs), "topk_logprobs", "it is from 0 to 32"});
}

namespace esm3 {
namespace {

constexpr float kOut = -std::numeric_limits<float>::infinity();
constexpr float kLowest = std::numeric_limits<float>::lowest();  // what top-p leaves of an id
constexpr std::int32_t kNoFunction = 3;
constexpr double kNoFunctionFrom = 0.05;
constexpr double kAnnotationFrom = 0.5;

std::vector<double> softmax(std::span<const float> logits) {
  const double highest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> out(logits.size());
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) sum += out[i] = std::exp(logits[i] - highest);
  for (double& p : out) p /= sum;
  return out;
}

// Ids from the likeliest on; of equal ones the first.
std::vector<std::int32_t> by_likelihood(std::span<const float> logits, std::size_t first) {
  std::vector<std::int32_t> ids(logits.size());
  std::iota(ids.begin(), ids.end(), 0);
  const auto more = [&](std::int32_t a, std::int32_t b) {
    const float x = logits[static_cast<std::size_t>(a)], y = logits[static_cast<std::size_t>(b)];
    return x != y ? x > y : a < b;
  };
  first = std::min(first, ids.size());
  std::partial_sort(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(first), ids.end(), more);
  ids.resize(first);
  return ids;
}

// Keeps the likeliest whose probabilities add up to no more than that, and the first in any case.
void keep_top_p(std::span<float> logits, double top_p) {
  if (top_p >= 1) return;
  const std::vector<double> p = softmax(logits);
  double sum = 0;
  bool first = true;
  for (const std::int32_t id : by_likelihood(logits, logits.size())) {
    const auto at = static_cast<std::size_t>(id);
    sum += p[at];
    if (!first && sum > top_p && logits[at] != kOut) logits[at] = kLowest;
    first = false;
  }
}

void rule_out(std::span<float> logits, const TrackTokens& tokens, const std::vector<std::int32_t>& invalid) {
  for (std::size_t id = 0; id < logits.size(); ++id) {
    const auto i = static_cast<std::int32_t>(id);
    if (i < tokens.first || i >= tokens.last || std::find(invalid.begin(), invalid.end(), i) != invalid.end())
      logits[id] = kOut;
  }
}

void filter(std::span<float> logits, const TrackTokens& tokens, const SamplingTrackConfig& config) {
  if (config.order == FilterOrder::evolutionary_scale) keep_top_p(logits, config.top_p);
  rule_out(logits, tokens, config.invalid_ids);
  if (config.order == FilterOrder::biohub) keep_top_p(logits, config.top_p);
}

// The first id at which the sum of probabilities exceeds u.
std::int32_t draw(std::span<const float> filtered, double temperature, double u) {
  std::vector<float> warm(filtered.begin(), filtered.end());
  for (float& x : warm) x /= static_cast<float>(temperature);
  const std::vector<double> p = softmax(warm);
  double sum = 0;
  std::int32_t last = -1;
  for (std::size_t id = 0; id < p.size(); ++id) {
    if (!(p[id] > 0)) continue;
    sum += p[id];
    last = static_cast<std::int32_t>(id);
    if (sum > u) return last;
  }
  if (last < 0)
    throw Error(ErrorKind::bad_input, {"no token is left to be drawn", {}, "allow more ids, or a larger top-p"});
  return last;
}

std::int32_t likeliest(std::span<const float> logits) {
  return static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

// Logits, or logarithms of probabilities of which some were taken away, so that they no longer add up to 1.
enum class Scores { logits, log_probabilities };

// Takes down what a row of scores says of its token.
void describe(std::span<const float> logits, Scores scores, std::int32_t token, bool drawn, std::int64_t top,
              TrackSample& to) {
  std::vector<double> p = softmax(logits);
  const auto logarithm = [&](std::int32_t id) { return std::log(p[static_cast<std::size_t>(id)]); };
  double entropy = 0;
  for (const double each : p)
    if (each > 0) entropy -= each * std::log(each);
  if (scores == Scores::log_probabilities)
    std::transform(logits.begin(), logits.end(), p.begin(), [](float x) { return std::exp(static_cast<double>(x)); });
  to.tokens.push_back(token);
  to.entropy.push_back(static_cast<float>(entropy));
  to.logprob.push_back(drawn ? static_cast<float>(logarithm(token)) : 0.0F);
  to.prob.push_back(drawn ? static_cast<float>(p[static_cast<std::size_t>(token)]) : 1.0F);
  to.top_prob.push_back(static_cast<float>(*std::max_element(p.begin(), p.end())));
  for (const std::int32_t id : by_likelihood(logits, static_cast<std::size_t>(top))) {
    to.topk_tokens.push_back(id);
    to.topk_logprob.push_back(static_cast<float>(logarithm(id)));
  }
}

std::vector<float> row_of(const Tensor& logits, std::size_t row, std::size_t from, std::size_t width) {
  const auto all = logits.values<float>();
  const auto begin = all.begin() + static_cast<std::ptrdiff_t>(row * static_cast<std::size_t>(logits.size(1)) + from);
  return {begin, begin + static_cast<std::ptrdiff_t>(width)};
}

// Rows that a config wants drawn.
std::vector<bool> wanted_rows(Track track, std::span<const std::int32_t> tokens, const SamplingTrackConfig& config) {
  const std::int32_t mask = tokens_of(track).mask;
  const std::vector<bool> masked = masked_rows(track, tokens);
  std::vector<bool> out(masked.size());
  for (std::size_t t = 1; t + 1 < out.size(); ++t) {
    const auto& invalid = config.invalid_ids;
    const bool ruled_out = tokens[t] != mask && std::find(invalid.begin(), invalid.end(), tokens[t]) != invalid.end();
    out[t] = config.only_sample_masked_tokens ? masked[t] : !ruled_out;
  }
  return out;
}

// Of one of a residue's eight tokens of function: log probabilities in place. -> the probability of having none.
double no_function(std::span<float> logits, const SamplingTrackConfig& config) {
  keep_top_p(logits, config.top_p);
  for (float& x : logits) x /= static_cast<float>(std::max(config.temperature, 1e-6));
  const std::vector<double> p = softmax(logits);
  for (std::size_t i = 0; i < p.size(); ++i) logits[i] = static_cast<float>(std::log(p[i]));
  return p[static_cast<std::size_t>(kNoFunction)];
}

}  // namespace

std::vector<bool> masked_rows(Track track, std::span<const std::int32_t> tokens) {
  const std::int32_t mask = tokens_of(track).mask;
  const auto depth = static_cast<std::size_t>(models::track_depth(track));
  std::vector<bool> out(tokens.size() / depth);
  for (std::size_t t = 1; t + 1 < out.size(); ++t) {
    const auto row = tokens.subspan(t * depth, depth);
    out[t] = std::all_of(row.begin(), row.end(), [&](std::int32_t token) { return token == mask; });
  }
  return out;
}

TrackSample sample_track(Track track, const Tensor& logits, std::span<const std::int32_t> tokens,
                         const SamplingTrackConfig& config, const RowDraws& draws) {
  const TrackTokens vocabulary = tokens_of(track);
  const auto width = static_cast<std::size_t>(logits.size(1));
  const std::vector<bool> wanted = wanted_rows(track, tokens, config);
  TrackSample out;
  for (std::size_t t = 0; t < wanted.size(); ++t) {
    std::vector<float> row = row_of(logits, t, 0, width);
    filter(row, vocabulary, config);
    std::int32_t token = tokens[t];
    if (wanted[t]) token = config.temperature == 0 ? likeliest(row) : draw(row, config.temperature, draws(t));
    describe(row, Scores::logits, token, wanted[t], config.topk_logprobs, out);
  }
  return out;
}

TrackSample sample_function(const Tensor& logits, std::span<const std::int32_t> tokens,
                            const SamplingTrackConfig& config) {
  constexpr auto kDepth = static_cast<std::size_t>(models::kFunctionDepth);
  const auto width = static_cast<std::size_t>(models::track_vocabulary(Track::function));
  const std::vector<bool> masked = masked_rows(Track::function, tokens);
  TrackSample out;
  std::vector<float> sums;
  for (std::size_t t = 0; t < masked.size(); ++t) {
    const bool inside = t > 0 && t + 1 < masked.size();
    const bool wanted = inside && (masked[t] || !config.only_sample_masked_tokens);
    std::vector<std::vector<float>> rows;
    double none = 0;
    for (std::size_t d = 0; d < kDepth; ++d) {
      rows.push_back(row_of(logits, t, d * width, width));
      none += no_function(rows.back(), config) / kDepth;
    }
    float entropy = 0;
    for (std::size_t d = 0; d < kDepth; ++d) {
      std::vector<float>& row = rows[d];
      if (none <= kNoFunctionFrom) row[kNoFunction] = kOut;
      std::int32_t token = tokens[t * kDepth + d];
      if (wanted)
        token = none > kNoFunctionFrom ? kNoFunction : likeliest(row);
      else {
        std::fill(row.begin(), row.end(), kOut);
        row[static_cast<std::size_t>(token)] = 0;
      }
      describe(row, Scores::log_probabilities, token, wanted, config.topk_logprobs, out);
      entropy += out.entropy.back();
    }
    sums.push_back(entropy);
  }
  out.entropy = std::move(sums);
  return out;
}

std::vector<std::int32_t> sample_residue_annotations(const Tensor& logits) {
  std::vector<std::int32_t> out;
  for (std::int64_t t = 0; t < logits.size(0); ++t) {
    const std::vector<float> row =
        row_of(logits, static_cast<std::size_t>(t), 0, static_cast<std::size_t>(logits.size(1)));
    for (const std::int32_t id : by_likelihood(row, static_cast<std::size_t>(models::kAnnotationDepth))) {
      const double p = 1 / (1 + std::exp(-static_cast<double>(row[static_cast<std::size_t>(id)])));
      out.push_back(p < kAnnotationFrom ? 0 : id);
    }
  }
  return out;
}

SasaSample sample_sasa(const Tensor& logits, std::span<const std::int32_t> tokens, const SamplingTrackConfig& config) {
  const std::vector<bool> wanted = wanted_rows(Track::sasa, tokens, config);
  SasaSample out;
  for (std::size_t t = 0; t < wanted.size(); ++t) {
    std::vector<float> row = row_of(logits, t, 0, static_cast<std::size_t>(logits.size(1)));
    rule_out(row, tokens_of(Track::sasa), config.invalid_ids);
    const std::vector<double> p = softmax(row);
    double mean = 0, entropy = 0;
    for (std::size_t id = 0; id < p.size(); ++id) {
      if (p[id] > 0) entropy -= p[id] * std::log(p[id]);
      if (id >= kFirstSasaBin && id < kLastSasaBin) mean += p[id] * sasa_middle(id - kFirstSasaBin);
    }
    const bool end = t == 0 || t + 1 == wanted.size();
    const bool unlimited = !wanted[t] || likeliest(row) == kLastSasaBin;
    out.values.push_back(end ? 0.0F : unlimited ? std::numeric_limits<float>::infinity() : static_cast<float>(mean));
    out.entropy.push_back(static_cast<float>(entropy));
  }
  return out;
}

}  // namespace esm3
}  // namespace groel
