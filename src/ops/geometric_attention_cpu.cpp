// Geometric attention on the CPU: the vectors' lanes are keys.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "ops/geometric_attention_cpu.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include <cmath>
#include <limits>

#include "base/simd_dispatch.h"
#include "ops/geometric_attention_impl.h"
#include "ops/scratch.h"
#include "ops/softmax_inl.h"
#include "ops/view.h"

HWY_BEFORE_NAMESPACE();
namespace groel::ops::HWY_NAMESPACE {
namespace {

constexpr float kInverseRoot3 = 0.57735026918962576F;
constexpr float kUnseen = -std::numeric_limits<float>::max();

// What lies in a thread's memory: rows of `tokens` numbers, coordinate by coordinate.
struct GeometricRows {
  float* memory;
  std::int64_t tokens;
  float* vector(int which, int coordinate) const { return memory + (3 * which + coordinate) * tokens; }
  float* scores() const { return memory + 15 * tokens; }
  float* added() const { return memory + 16 * tokens; }
};
enum GeometricVector { kQueryRotation, kKeyRotation, kValue, kQueryPoint, kKeyPoint };

HWY_INLINE void turn(const float* rotation, const float* v, float* to) {
  for (int i = 0; i < 3; ++i) to[i] = rotation[3 * i] * v[0] + rotation[3 * i + 1] * v[1] + rotation[3 * i + 2] * v[2];
}

// All vectors of a head, in the common frame.
void lay_out(const GeometricAttentionInput& input, const cpu::GeometricTask& task, const GeometricRows& rows) {
  const auto x = matrix<float>(input.projected);
  const std::int64_t heads = x.columns / 15;
  const float* rotation = input.frames.rotation.data<float>();
  const float* translation = input.frames.translation.data<float>();
  for (std::int64_t t = 0; t < rows.tokens; ++t) {
    const std::int64_t token = task.begin + t;
    for (int which = 0; which < 5; ++which) {
      float turned[3];
      turn(rotation + 9 * token, x.row(token) + 3 * (which * heads + task.head), turned);
      for (int c = 0; c < 3; ++c)
        rows.vector(which, c)[t] = turned[c] + (which >= kQueryPoint ? translation[3 * token + c] : 0.0F);
    }
  }
}

// What is added to the scores of a query's keys.
class GeometricMask {
 public:
  GeometricMask(const GeometricAttentionInput& input, std::int64_t begin, const GeometricRows& rows)
      : known_(input.frames.known.data<std::int32_t>() + begin),
        chain_(input.chain.defined() ? input.chain.data<std::int32_t>() + begin : nullptr),
        sequence_(input.sequence.defined() ? input.sequence.data<std::int32_t>() + begin : nullptr),
        rows_(rows) {}

  // Neighbouring queries mostly want the same.
  void fill(std::int64_t query) {
    if (last_ >= 0 && same(chain_, query) && same(sequence_, query)) return;
    last_ = query;
    float* added = rows_.added();
    for (std::int64_t t = 0; t < rows_.tokens; ++t) {
      const bool seen = known_[t] != 0 && (chain_ == nullptr || chain_[t] == chain_[query]);
      const bool together = sequence_ == nullptr || sequence_[t] == sequence_[query];
      added[t] = !seen ? kUnseen : together ? 1.0F : 0.0F;
    }
  }

 private:
  bool same(const std::int32_t* ids, std::int64_t query) const { return ids == nullptr || ids[query] == ids[last_]; }

  const std::int32_t* known_;
  const std::int32_t* chain_;
  const std::int32_t* sequence_;
  const GeometricRows& rows_;
  std::int64_t last_ = -1;
};

// In f32 a score beside the lowest number is lost, so that keys that are all unseen count alike.
HWY_INLINE void score_keys(const GeometricRows& rows, std::int64_t query, float by_rotation, float by_distance) {
  Vector turned[3], point[3];
  for (int c = 0; c < 3; ++c) {
    turned[c] = hn::Set(kTag, rows.vector(kQueryRotation, c)[query] * kInverseRoot3 * by_rotation);
    point[c] = hn::Set(kTag, rows.vector(kQueryPoint, c)[query]);
  }
  const Vector weight = hn::Set(kTag, kInverseRoot3 * by_distance);
  for_vectors(rows.tokens, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    Vector score = hn::Zero(kTag), square = hn::Zero(kTag);
    for (int c = 0; c < 3; ++c) {
      score = hn::MulAdd(turned[c], load(rows.vector(kKeyRotation, c) + i, n), score);
      const Vector apart = hn::Sub(point[c], load(rows.vector(kKeyPoint, c) + i, n));
      square = hn::MulAdd(apart, apart, square);
    }
    score = hn::NegMulAdd(weight, hn::Sqrt(square), score);
    store(hn::Add(score, load(rows.added() + i, n)), rows.scores() + i, n);
  });
}

HWY_INLINE void weigh_values(const GeometricRows& rows, float* to) {
  Vector sums[3] = {hn::Zero(kTag), hn::Zero(kTag), hn::Zero(kTag)};
  for_vectors(rows.tokens, [&](std::int64_t i, std::int64_t n) HWY_ATTR {
    const Vector weight = load(rows.scores() + i, n);
    for (int c = 0; c < 3; ++c) sums[c] = hn::MulAdd(weight, load(rows.vector(kValue, c) + i, n), sums[c]);
  });
  for (int c = 0; c < 3; ++c) to[c] = sum_of_lanes(sums[c]);
}

void geometric_attention_any(const GeometricAttentionInput& input, const cpu::GeometricTask& task, Tensor& y) {
  thread_local Scratch scratch;
  const std::int64_t tokens = task.end - task.begin;
  const GeometricRows rows{reinterpret_cast<float*>(scratch.bytes(cpu::geometric_attention_bytes(tokens))), tokens};
  lay_out(input, task, rows);
  GeometricMask mask(input, task.begin, rows);
  const float by_rotation = input.rotation_scale.data<float>()[task.head];
  const float by_distance = input.distance_scale.data<float>()[task.head];
  const std::int32_t* known = input.frames.known.data<std::int32_t>() + task.begin;
  const auto out = mutable_matrix<float>(y);
  for (std::int64_t query = 0; query < tokens; ++query) {
    float* to = out.row(task.begin + query) + 3 * task.head;
    if (input.silence_unknown && known[query] == 0) {
      to[0] = to[1] = to[2] = 0;
      continue;
    }
    mask.fill(query);
    score_keys(rows, query, by_rotation, by_distance);
    row_softmax(rows.scores(), rows.scores(), tokens);
    float seen[3];
    weigh_values(rows, seen);
    const float* r = input.frames.rotation.data<float>() + 9 * (task.begin + query);
    for (int c = 0; c < 3; ++c) to[c] = r[c] * seen[0] + r[3 + c] * seen[1] + r[6 + c] * seen[2];
  }
}

}  // namespace
}  // namespace groel::ops::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace groel::ops {
GROEL_EXPORT(geometric_attention_any);
namespace cpu {

void geometric_attention(const GeometricAttentionInput& input, const GeometricTask& task, Tensor& y) {
  GROEL_DISPATCH(geometric_attention_any)(input, task, y);
}

}  // namespace cpu
}  // namespace groel::ops
#endif
