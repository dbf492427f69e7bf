// attention_grad as its definition reads, in double precision.
#include <cmath>
#include <vector>

#include "ops/attention_grad.h"
#include "ops/view.h"

namespace groel::ops::reference {
namespace {

using Rows = std::vector<std::vector<double>>;  // [n][K]

struct Head {
  const AttentionInput& input;
  std::int64_t head;
  std::int64_t begin;
  std::int64_t tokens;
  std::int64_t width;

  Rows gather(const Tensor& x) const {
    Rows out(static_cast<std::size_t>(tokens));
    for (std::int64_t t = 0; t < tokens; ++t) {
      const float* row = matrix<float>(x).row(begin + t) + head * width;
      out[static_cast<std::size_t>(t)].assign(row, row + width);
    }
    return out;
  }
  void scatter(const Rows& from, Tensor& x) const {
    for (std::int64_t t = 0; t < tokens; ++t)
      for (std::int64_t d = 0; d < width; ++d)
        mutable_matrix<float>(x).row(begin + t)[head * width + d] =
            static_cast<float>(from[static_cast<std::size_t>(t)][static_cast<std::size_t>(d)]);
  }
  void rotate(Rows& rows, double direction, double scale) const {
    const auto half = static_cast<std::size_t>(width / 2);
    for (std::size_t t = 0; t < rows.size(); ++t) {
      for (double& x : rows[t]) x *= scale;
      if (!input.rotary.defined()) continue;
      for (std::size_t i = 0; i < half; ++i) {
        const double c = matrix<float>(input.rotary.cosine).row(static_cast<std::int64_t>(t))[i];
        const double s = direction * matrix<float>(input.rotary.sine).row(static_cast<std::int64_t>(t))[i];
        const double a = rows[t][i];
        const double b = rows[t][half + i];
        rows[t][i] = a * c - b * s;
        rows[t][half + i] = b * c + a * s;
      }
    }
  }
};

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

void add(std::vector<double>& to, double factor, const std::vector<double>& x) {
  for (std::size_t i = 0; i < x.size(); ++i) to[i] += factor * x[i];
}

std::vector<double> softmax(const std::vector<double>& q, const Rows& k) {
  std::vector<double> p;
  for (const auto& key : k) p.push_back(dot(q, key));
  const double highest = *std::max_element(p.begin(), p.end());
  double total = 0;
  for (double& w : p) total += w = std::exp(w - highest);
  for (double& w : p) w /= total;
  return p;
}

void head_grad(const Head& h, const Tensor& dy_tensor, AttentionGradients& to) {
  Rows q = h.gather(h.input.q);
  Rows k = h.gather(h.input.k);
  const Rows v = h.gather(h.input.v);
  const Rows dy = h.gather(dy_tensor);
  h.rotate(q, 1, h.input.scale);
  h.rotate(k, 1, 1);
  const std::vector<double> zero(static_cast<std::size_t>(h.width));
  Rows dq(q.size(), zero);
  Rows dk = dq;
  Rows dv = dq;
  for (std::size_t i = 0; i < q.size(); ++i) {
    const std::vector<double> p = softmax(q[i], k);
    double mean = 0;
    for (std::size_t j = 0; j < p.size(); ++j) mean += p[j] * dot(dy[i], v[j]);
    for (std::size_t j = 0; j < p.size(); ++j) {
      const double ds = p[j] * (dot(dy[i], v[j]) - mean);
      add(dq[i], ds, k[j]);
      add(dk[j], ds, q[i]);
      add(dv[j], p[j], dy[i]);
    }
  }
  h.rotate(dq, -1, h.input.scale);
  h.rotate(dk, -1, 1);
  h.scatter(dq, to.q);
  h.scatter(dk, to.k);
  h.scatter(dv, to.v);
}

}  // namespace

void attention_grad(const AttentionInput& input, const Tensor& dy, AttentionGradients& to) {
  const auto bounds = sequence_bounds(input.cu_seqlens, input.q.size(0));
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b)
    for (std::int64_t head = 0; head < input.heads; ++head)
      head_grad({input, head, bounds[b], bounds[b + 1] - bounds[b], input.q.size(1) / input.heads}, dy, to);
}

}  // namespace groel::ops::reference
