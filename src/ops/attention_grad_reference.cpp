// attention_grad written exactly as its definition, in double precision, for tests.
#include <algorithm>

#include "ops/attention_grad.h"
#include "ops/attention_reference_impl.h"
#include "ops/view.h"

namespace groel::ops::reference {
namespace {

void add(std::vector<double>& to, double factor, const std::vector<double>& x) {
  for (std::size_t i = 0; i < x.size(); ++i) to[i] += factor * x[i];
}

// Of a head's biases; nullptr: not wanted.
float* bias_gradient(const AttentionHead& h, AttentionGradients& to) {
  if (to.bias.empty()) return nullptr;
  Tensor& bias = to.bias[to.bias.size() == 1 ? 0 : static_cast<std::size_t>(h.sequence.index)];
  if (!bias.defined()) return nullptr;
  return bias.mutable_data<float>() + h.queries.head * h.sequence.queries() * h.sequence.keys();
}

void head_grad(const AttentionHead& h, const Tensor& dy_tensor, AttentionGradients& to) {
  const Rows dy = gather(dy_tensor, h.queries);
  const std::vector<double> zero(static_cast<std::size_t>(h.queries.width));
  Rows dq(h.q.size(), zero);
  Rows dk(h.k.size(), zero);
  Rows dv = dk;
  float* const bias = bias_gradient(h, to);
  for (std::size_t i = 0; i < dq.size(); ++i) {
    const std::vector<double> p = h.weights(static_cast<std::int64_t>(i));
    double mean = 0;
    for (std::size_t j = 0; j < p.size(); ++j) mean += p[j] * dot(dy[i], h.v[j]);
    for (std::size_t j = 0; j < p.size(); ++j) {
      const double ds = p[j] * (dot(dy[i], h.v[j]) - mean);
      add(dq[i], ds, h.k[j]);
      add(dk[j], ds, h.q[i]);
      add(dv[j], p[j], dy[i]);
      if (bias != nullptr) bias[i * p.size() + j] += static_cast<float>(ds);
    }
  }
  h.turn_back(dq, dk);
  scatter(dq, h.queries, to.q);
  scatter(dk, h.keys, to.k);
  scatter(dv, h.keys, to.v);
}

// A tensor of two dimensions may be strided.
void clear(Tensor& x) {
  if (!x.defined()) return;
  const std::int64_t rows = x.rank() == 2 ? x.size(0) : 1;
  const std::int64_t width = x.rank() == 2 ? x.size(1) : x.count();
  for (std::int64_t t = 0; t < rows; ++t) std::fill_n(x.mutable_data<float>() + t * x.row_stride(), width, 0.0F);
}

}  // namespace

void attention_grad(const AttentionInput& input, const Tensor& dy, AttentionGradients& to) {
  for (Tensor* x : {&to.q, &to.k, &to.v}) clear(*x);
  for (Tensor& x : to.bias) clear(x);
  for (std::int64_t b = 0; b < AttentionLayout(input).sequences(); ++b)
    for (std::int64_t head = 0; head < input.heads; ++head) head_grad({input, b, head}, dy, to);
}

}  // namespace groel::ops::reference
