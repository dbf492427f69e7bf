// The arithmetic of the contact head.
#include "nn/contact_head.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/threads.h"

namespace groel::nn {
namespace {

// One channel's residue block of a map, symmetrised: s(i,j) = a(i,j) + a(j,i).
struct Channel {
  const float* map;  // (n, n), n = L + 2
  std::int64_t n;

  float symmetric(std::int64_t i, std::int64_t j) const { return map[(i + 1) * n + j + 1] + map[(j + 1) * n + i + 1]; }
};

// Row sums of the symmetrised block, and their total.
std::vector<double> row_sums(const Channel& channel, std::int64_t residues, double& total) {
  std::vector<double> sums(static_cast<std::size_t>(residues), 0.0);
  for (std::int64_t i = 0; i < residues; ++i) {
    const float* row = channel.map + (i + 1) * channel.n + 1;
    double sum = 0;
    for (std::int64_t j = 0; j < residues; ++j) {
      sum += row[j];
      sums[static_cast<std::size_t>(j)] += row[j];
    }
    sums[static_cast<std::size_t>(i)] += sum;
  }
  total = 0;
  for (const double sum : sums) total += sum;
  return sums;
}

Tensor silenced(const Tensor& maps, std::span<const std::int64_t> silent) {
  if (silent.empty()) return maps;
  Tensor out = maps.clone();
  float* values = out.mutable_data<float>();
  const std::int64_t n = maps.size(1);
  for (std::int64_t h = 0; h < maps.size(0); ++h)
    for (const std::int64_t token : silent)
      for (std::int64_t i = 0; i < n; ++i) values[(h * n + token) * n + i] = values[(h * n + i) * n + token] = 0.0F;
  return out;
}

}  // namespace

Tensor contact_channels(const Tensor& maps) {
  const std::int64_t heads = maps.size(0), n = maps.size(1), residues = n - 2;
  Tensor out = Tensor::empty({heads, residues, residues});
  const float* values = maps.data<float>();
  float* to = out.mutable_data<float>();
  parallel_for(heads, [&](std::int64_t h) {
    const Channel channel{values + h * n * n, n};
    double total = 0;
    const std::vector<double> sum = row_sums(channel, residues, total);
    for (std::int64_t i = 0; i < residues; ++i)
      for (std::int64_t j = 0; j < residues; ++j) {
        const double product = sum[static_cast<std::size_t>(i)] / total * sum[static_cast<std::size_t>(j)];
        to[(h * residues + i) * residues + j] = channel.symmetric(i, j) - static_cast<float>(product);
      }
  });
  return out;
}

void ContactHead::members(Members to) {
  to.tensor("weight", {1, layers_ * heads_}, Role::matrix, weight_);
  to.tensor("bias", {1}, Role::bias, bias_);
}

void ContactHead::ready(const Form&) {
  for (Tensor* tensor : {&weight_, &bias_})
    if (tensor->defined()) *tensor = tensor->to(DType::f32);
}

void ContactHead::accumulate(Tensor& logits, std::int64_t layer, const Tensor& all_maps,
                             std::span<const std::int64_t> silent) const {
  const Tensor maps = silenced(all_maps, silent);
  const std::int64_t n = maps.size(1);
  const std::int64_t residues = n - 2;
  GROEL_REQUIRE(maps.size(0) == heads_ && logits.size(0) == residues && layer < layers_);
  const float* values = maps.data<float>();
  const float* weights = weight_.data<float>() + layer * heads_;

  std::vector<std::vector<double>> sums(static_cast<std::size_t>(heads_));
  std::vector<double> totals(static_cast<std::size_t>(heads_));
  parallel_for(heads_, [&](std::int64_t h) {
    const auto at = static_cast<std::size_t>(h);
    sums[at] = row_sums({values + h * n * n, n}, residues, totals[at]);
  });

  float* out = logits.mutable_data<float>();
  parallel_for(residues, [&](std::int64_t i) {
    for (std::int64_t h = 0; h < heads_; ++h) {
      const Channel channel{values + h * n * n, n};
      const std::vector<double>& sum = sums[static_cast<std::size_t>(h)];
      const double scale = sum[static_cast<std::size_t>(i)] / totals[static_cast<std::size_t>(h)];
      const float weight = weights[h];
      for (std::int64_t j = 0; j < residues; ++j) {
        const auto product = static_cast<float>(sum[static_cast<std::size_t>(j)] * scale);
        out[i * residues + j] += weight * (channel.symmetric(i, j) - product);
      }
    }
  });
}

void ContactHead::finish(Tensor& logits) const {
  const float bias = bias_.data<float>()[0];
  float* out = logits.mutable_data<float>();
  for (std::int64_t i = 0; i < logits.count(); ++i) out[i] = 1.0F / (1.0F + std::exp(-(out[i] + bias)));
}

}  // namespace groel::nn
