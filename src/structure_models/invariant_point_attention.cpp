// The loops of invariant point attention: one residue's scores over all others, then what it takes of them.
#include "structure_models/invariant_point_attention.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/profile.h"
#include "base/threads.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kExact{.exactness = nn::Exactness::head};

float softplus(float x) { return x > 20 ? x : std::log1p(std::exp(x)); }

void softmax(std::span<float> row) {
  const float most = *std::ranges::max_element(row);
  float total = 0;
  for (float& x : row) total += x = std::exp(x - most);
  for (float& x : row) x /= total;
}

// x [N, 3*P], all x, then all y, then all z of P points in the frames of their residues -> the same points in the
// common frame, [N, P, 3].
std::vector<float> in_common_frame(const Tensor& x, std::span<const Frame> frames) {
  const std::int64_t residues = x.size(0), points = x.size(1) / 3;
  std::vector<float> out(static_cast<std::size_t>(x.count()));
  for (std::int64_t i = 0; i < residues; ++i) {
    const float* row = x.data<float>() + i * 3 * points;
    float* to = out.data() + i * 3 * points;
    for (std::int64_t p = 0; p < points; ++p)
      to = std::ranges::copy(
               applied(frames[static_cast<std::size_t>(i)], {row[p], row[points + p], row[2 * points + p]}), to)
               .out;
  }
  return out;
}

}  // namespace

struct InvariantPointAttention::Projected {
  Tensor query;                         // [N, H*K]
  Tensor key_value;                     // [N, H*2K]
  std::vector<float> query_points;      // [N, H, Pq, 3]
  std::vector<float> key_value_points;  // [N, H, Pq + Pv, 3]
  std::vector<Frame> frames;            // [N]
  std::int64_t residues() const { return query.size(0); }
};

InvariantPointAttention::InvariantPointAttention(const PointAttentionShape& shape)
    : shape_(shape),
      query_(shape.width, shape.heads * shape.head_width, kExact),
      key_value_(shape.width, 2 * shape.heads * shape.head_width, kExact),
      query_points_(shape.width, 3 * shape.heads * shape.query_points, kExact),
      key_value_points_(shape.width, 3 * shape.heads * (shape.query_points + shape.value_points), kExact),
      pair_bias_(shape.pair_width, shape.heads, kExact),
      out_(inner(), shape.width, kExact) {}

std::int64_t InvariantPointAttention::inner() const {
  return shape_.heads * (shape_.head_width + 4 * shape_.value_points + shape_.pair_width);
}

void InvariantPointAttention::members(nn::Members to) {
  to.tensor("head_weights", {shape_.heads}, nn::Role::bias, head_weights_);
  to.part("linear_q", query_);
  to.part("linear_kv", key_value_);
  to.part("linear_q_points", query_points_);
  to.part("linear_kv_points", key_value_points_);
  to.part("linear_b", pair_bias_);
  to.part("linear_out", out_);
}

// What a squared distance between points counts, of each head.
void InvariantPointAttention::ready(const nn::Form&) {
  const Tensor stored = head_weights_.to(DType::f32);
  const float scale = std::sqrt(1.0F / (3 * (static_cast<float>(shape_.query_points) * 9.0F / 2)));
  head_weights_ = Tensor::computed(stored.shape(), stored.device(), [&](std::span<float> out) {
    std::ranges::transform(stored.values<float>(), out.begin(), [&](float x) { return softplus(x) * scale; });
  });
}

InvariantPointAttention::Projected InvariantPointAttention::project(const Tensor& s,
                                                                    std::span<const QuaternionFrame> frames) const {
  Projected out{query_(s), key_value_(s), {}, {}, {}};
  for (const QuaternionFrame& frame : frames) out.frames.push_back({frame.rotation(), frame.translation});
  out.query_points = in_common_frame(query_points_(s), out.frames);
  out.key_value_points = in_common_frame(key_value_points_(s), out.frames);
  return out;
}

// scores [H, N] of residue i.
void InvariantPointAttention::score(std::int64_t i, const Projected& from, const float* bias,
                                    std::span<float> scores) const {
  const std::int64_t residues = from.residues(), heads = shape_.heads, width = shape_.head_width;
  const std::int64_t points = shape_.query_points, all = points + shape_.value_points;
  const float of_states = std::sqrt(1.0F / (3 * static_cast<float>(width))), of_pairs = std::sqrt(1.0F / 3);
  const float* query = from.query.data<float>() + i * heads * width;
  const float* query_points = from.query_points.data() + i * heads * points * 3;
  const float* weights = head_weights_.data<float>();
  for (std::int64_t j = 0; j < residues; ++j)
    for (std::int64_t h = 0; h < heads; ++h) {
      const float* q = query + h * width;
      const float* k = from.key_value.data<float>() + (j * heads + h) * 2 * width;
      float product = 0;
      for (std::int64_t c = 0; c < width; ++c) product += q[c] * k[c];
      const float* at = query_points + h * points * 3;
      const float* other = from.key_value_points.data() + (j * heads + h) * all * 3;
      float apart = 0;
      for (std::int64_t p = 0; p < points; ++p, at += 3, other += 3) {
        const float x = at[0] - other[0], y = at[1] - other[1], z = at[2] - other[2];
        apart += (x * x + y * y + z * z) * weights[h];
      }
      scores[static_cast<std::size_t>(h * residues + j)] =
          product * of_states + of_pairs * bias[j * heads + h] - 0.5F * apart;
    }
  for (std::int64_t h = 0; h < heads; ++h)
    softmax(scores.subspan(static_cast<std::size_t>(h * residues), static_cast<std::size_t>(residues)));
}

// values [H, K], points [H, Pv, 3] in the common frame, pairs [H, Cz]: zeros, to which the weighted sums are added.
void InvariantPointAttention::gather(const Projected& from, const float* z, std::span<const float> scores,
                                     float* values, float* points, float* pairs) const {
  const std::int64_t residues = from.residues(), heads = shape_.heads, width = shape_.head_width;
  const std::int64_t own = 3 * shape_.value_points, all = 3 * (shape_.query_points + shape_.value_points);
  const auto add = [](float weight, const float* x, std::int64_t count, float* to) {
    for (std::int64_t c = 0; c < count; ++c) to[c] += weight * x[c];
  };
  for (std::int64_t j = 0; j < residues; ++j)
    for (std::int64_t h = 0; h < heads; ++h) {
      const float weight = scores[static_cast<std::size_t>(h * residues + j)];
      const std::int64_t head = j * heads + h;
      add(weight, from.key_value.data<float>() + head * 2 * width + width, width, values + h * width);
      add(weight, from.key_value_points.data() + head * all + 3 * shape_.query_points, own, points + h * own);
      add(weight, z + j * shape_.pair_width, shape_.pair_width, pairs + h * shape_.pair_width);
    }
}

// to [H*(K + 4*Pv + Cz)]: values; x, y and z of points in the residue's own frame; their lengths; pairs.
void InvariantPointAttention::attend(std::int64_t i, const Projected& from, const float* z, const float* bias,
                                     const Frame& frame, float* to) const {
  std::vector<float> scores(static_cast<std::size_t>(shape_.heads * from.residues()));
  score(i, from, bias, scores);
  const std::int64_t points = shape_.heads * shape_.value_points, values = shape_.heads * shape_.head_width;
  std::vector<float> common(static_cast<std::size_t>(3 * points));
  std::fill_n(to, inner(), 0.0F);
  gather(from, z, scores, to, common.data(), to + values + 4 * points);
  float* const at = to + values;
  for (std::int64_t p = 0; p < points; ++p) {
    const float* x = common.data() + 3 * p;
    const Vector own = applied_back(frame, {x[0], x[1], x[2]});
    for (std::int64_t axis = 0; axis < 3; ++axis) at[axis * points + p] = own[static_cast<std::size_t>(axis)];
    at[3 * points + p] = std::sqrt(own[0] * own[0] + own[1] * own[1] + own[2] * own[2] + shape_.epsilon);
  }
}

Tensor InvariantPointAttention::operator()(const Tensor& s, const Tensor& z, const Tensor& bias,
                                           std::span<const QuaternionFrame> frames) const {
  const std::int64_t residues = s.size(0);
  GROEL_REQUIRE(z.size(0) == residues * residues && static_cast<std::int64_t>(frames.size()) == residues);
  Tensor seen = Tensor::empty({residues, inner()}, DType::f32, s.device());
  if (s.device() != Device::shape) {
    const ProfileScope scope("invariant_point_attention");
    const Projected from = project(s, frames);
    float* const to = seen.mutable_data<float>();
    parallel_for(residues, [&](std::int64_t i) {
      attend(i, from, z.data<float>() + i * residues * shape_.pair_width,
             bias.data<float>() + i * residues * shape_.heads, from.frames[static_cast<std::size_t>(i)],
             to + i * inner());
    });
  }
  return out_(seen);
}

}  // namespace groel::structure_models
