// Computes mask and bias of a block of scores.
#include "ops/attention_rules.h"

#include <algorithm>
#include <limits>

#include "ops/attention_layout.h"

namespace groel::ops::cpu {
namespace {

// The bias of a task's head, from that row of q on.
const float* bias_rows(const AttentionInput& input, const AttentionTask& task, std::int64_t query) {
  const Tensor bias = attention_bias(input, task.sequence);
  if (!bias.defined()) return nullptr;
  return bias.data<float>() + (task.head * bias.size(1) + query - task.first) * bias.size(2);
}

}  // namespace

SharedBias shared_bias(const AttentionInput& input, const AttentionTask& task, std::int64_t query, float unit) {
  SharedBias out;
  out.unit = unit;
  if (input.key_bias.defined()) out.keys = input.key_bias.data<float>() + task.begin;
  if (input.shared_bias.defined()) {
    out.stride = input.shared_bias.size(1) / std::max<std::int64_t>(1, task.keys());
    out.pairs = matrix<float>(input.shared_bias).row(task.head) + query - task.first;
  }
  return out;
}

void add_shared_bias(const SharedBias& bias, const ScoreBlock& block) {
  const SharedBias at = bias.from(block.key, block.lane);
  for (std::int64_t j = 0; j < block.keys; ++j) {
    float* const scores = block.scores + j * kQueries + block.lane;
    const float all = at.keys == nullptr ? 0.0F : at.keys[j];
    for (std::int64_t i = 0; i < block.lanes; ++i)
      scores[i] += ((at.pairs == nullptr ? 0.0F : at.pairs[j * at.stride + i]) + all) * at.unit;
  }
}

BlockRules::BlockRules(const AttentionInput& input, const AttentionTask& task, QueryBlock block, float unit)
    : mask_(input.mask),
      all_keys_(task.keys()),
      place_(task.place(block.query)),
      count_(block.count),
      keys_(keys_of_any(mask_, place_, place_ + block.count - 1, all_keys_)),
      seen_by_all_(keys_of_all(mask_, place_, place_ + block.count - 1, all_keys_)),
      bias_(bias_rows(input, task, block.query)),
      unit_(unit) {}

void BlockRules::apply(const ScoreBlock& block) const {
  constexpr float kHidden = -std::numeric_limits<float>::infinity();
  const std::int64_t last = std::min(count_, block.lane + block.lanes);
  if (bias_ != nullptr) add_bias(block, last);
  for (std::int64_t i = block.lane; i < last; ++i) {
    float* const scores = block.scores + i;
    const KeyRange seen = visible(i);
    const std::int64_t begin = std::clamp<std::int64_t>(seen.begin - block.key, 0, block.keys);
    const std::int64_t end = std::clamp<std::int64_t>(seen.end - block.key, begin, block.keys);
    for (std::int64_t j = 0; j < begin; ++j) scores[j * kQueries] = kHidden;
    for (std::int64_t j = end; j < block.keys; ++j) scores[j * kQueries] = kHidden;
  }
}

// Also where keys are then hidden. Scores are transposed, so some rows of the bias are read side by side.
void BlockRules::add_bias(const ScoreBlock& block, std::int64_t last) const {
  constexpr std::int64_t kRows = 8;
  std::int64_t i = block.lane;
  for (; i + kRows <= last; i += kRows) {
    const float* const bias = bias_ + i * all_keys_ + block.key;
    for (std::int64_t j = 0; j < block.keys; ++j)
      for (std::int64_t r = 0; r < kRows; ++r) block.scores[j * kQueries + i + r] += bias[r * all_keys_ + j] * unit_;
  }
  for (; i < last; ++i)
    for (std::int64_t j = 0; j < block.keys; ++j)
      block.scores[j * kQueries + i] += bias_[i * all_keys_ + block.key + j] * unit_;
}

std::uint64_t BlockRules::seen_by(std::int64_t key) const {
  std::uint64_t bits = 0;
  for (std::int64_t i = 0; i < count_; ++i) {
    const KeyRange seen = visible(i);
    if (seen.begin <= key && key < seen.end) bits |= std::uint64_t{1} << i;
  }
  return bits;
}

KeyRange task_keys(const AttentionInput& input, const AttentionTask& task) {
  const KeyRange seen = keys_of_any(input.mask, task.place(task.query), task.place(task.query_end - 1), task.keys());
  return {seen.begin / kKeys * kKeys, seen.end};
}

}  // namespace groel::ops::cpu
