// attention written exactly as its definition, for tests.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "ops/attention_reference_impl.h"
#include "ops/view.h"

namespace groel::ops::reference {

Rows gather(const Tensor& x, const HeadPart& part) {
  Rows out;
  for (std::int64_t t = part.begin; t < part.end; ++t) {
    const float* row = matrix<float>(x).row(t) + part.head * part.width;
    out.emplace_back(row, row + part.width);
  }
  return out;
}

void scatter(const Rows& rows, const HeadPart& part, Tensor& to) {
  for (std::int64_t t = part.begin; t < part.end; ++t)
    for (std::int64_t d = 0; d < part.width; ++d)
      mutable_matrix<float>(to).row(t)[part.head * part.width + d] +=
          static_cast<float>(rows[static_cast<std::size_t>(t - part.begin)][static_cast<std::size_t>(d)]);
}

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

AttentionHead::AttentionHead(const AttentionInput& all, std::int64_t index, std::int64_t head) : input(all) {
  const AttentionLayout layout(all);
  sequence = layout.sequence(index);
  queries = {head, sequence.begin, sequence.end, layout.width()};
  keys = {head / layout.group(), sequence.key_begin, sequence.key_end, layout.width()};
  q = gather(all.q, queries);
  k = gather(all.k, keys);
  v = gather(all.v, keys);
  for (auto& row : q)
    for (double& x : row) x *= all.scale;
  rotate(q, false, 1);
  rotate(k, true, 1);
}

void AttentionHead::rotate(Rows& rows, bool of_keys, double direction) const {
  if (!input.rotary.defined()) return;
  const Tensor& positions = of_keys ? input.key_positions : input.positions;
  const HeadPart& part = of_keys ? keys : queries;
  for (std::size_t t = 0; t < rows.size(); ++t) {
    const auto i = static_cast<std::int64_t>(t);
    const std::int64_t place = of_keys ? i : sequence.ahead() + i;
    const std::int64_t p =
        positions.defined() ? positions.values<std::int32_t>()[static_cast<std::size_t>(part.begin + i)] : place;
    const auto half = rows[t].size() / 2;
    for (std::size_t d = 0; d < half; ++d) {
      const double c = matrix<float>(input.rotary.cosine).row(p)[d];
      const double s = direction * matrix<float>(input.rotary.sine).row(p)[d];
      const double a = rows[t][d];
      const double b = rows[t][half + d];
      rows[t][d] = a * c - b * s;
      rows[t][half + d] = b * c + a * s;
    }
  }
}

void AttentionHead::turn_back(Rows& dq, Rows& dk) const {
  rotate(dq, false, -1);
  rotate(dk, true, -1);
  for (auto& row : dq)
    for (double& x : row) x *= input.scale;
}

bool AttentionHead::sees(std::int64_t query, std::int64_t key) const {
  const std::int64_t place = sequence.keys() - sequence.queries() + query;
  switch (input.mask.rule) {
    case AttentionMask::Rule::full: return true;
    case AttentionMask::Rule::causal: return key <= place;
    case AttentionMask::Rule::window: return std::abs(place - key) <= input.mask.size;
    case AttentionMask::Rule::prompts:
    case AttentionMask::Rule::lone_prompts: {
      const std::int64_t prompts = sequence.keys() - input.mask.size;
      if (place < prompts) return true;
      return input.mask.rule == AttentionMask::Rule::prompts ? key >= prompts : key == place;
    }
  }
  return false;
}

std::vector<double> AttentionHead::weights(std::int64_t query) const {
  const Tensor bias = attention_bias(input, sequence.index);
  std::vector<double> out;
  for (std::int64_t j = 0; j < sequence.keys(); ++j) {
    double score = dot(q[static_cast<std::size_t>(query)], k[static_cast<std::size_t>(j)]);
    if (bias.defined()) score += bias.data<float>()[(queries.head * sequence.queries() + query) * sequence.keys() + j];
    if (input.shared_bias.defined())
      score += matrix<float>(input.shared_bias).row(queries.head)[j * sequence.queries() + query];
    if (input.key_bias.defined()) score += input.key_bias.data<float>()[sequence.key_begin + j];
    out.push_back(sees(query, j) ? score : -INFINITY);
  }
  const double highest = *std::max_element(out.begin(), out.end());
  double total = 0;
  for (double& w : out) total += w = std::exp(w - highest);
  for (double& w : out) w /= total;
  return out;
}

Tensor attention(const AttentionInput& input, DType output) {
  Tensor out = Tensor::zeros(input.q.shape());
  for (std::int64_t b = 0; b < AttentionLayout(input).sequences(); ++b)
    for (std::int64_t h = 0; h < input.heads; ++h) {
      const AttentionHead head(input, b, h);
      Rows y;
      for (std::int64_t i = 0; i < head.sequence.queries(); ++i) {
        const std::vector<double> w = head.weights(i);
        y.emplace_back(static_cast<std::size_t>(head.queries.width));
        for (std::size_t j = 0; j < w.size(); ++j)
          for (std::size_t d = 0; d < y.back().size(); ++d) y.back()[d] += w[j] * head.v[j][d];
      }
      scatter(y, head.queries, out);
    }
  return out.to(output);
}

Tensor attention_maps(const AttentionInput& input, std::int64_t sequence) {
  const AttentionSequence s = AttentionLayout(input).sequence(sequence);
  Tensor out = Tensor::empty({input.heads, s.queries(), s.keys()});
  float* to = out.mutable_data<float>();
  for (std::int64_t h = 0; h < input.heads; ++h) {
    const AttentionHead head(input, sequence, h);
    for (std::int64_t i = 0; i < s.queries(); ++i)
      for (const double w : head.weights(i)) *to++ = static_cast<float>(w);
  }
  return out;
}

}  // namespace groel::ops::reference
