// Computes contacts from attention maps, map by map.
#include "ops/contacts.h"

#include <cmath>
#include <vector>

#include "base/error.h"
#include "base/threads.h"
#include "ops/backend_cpu.h"

namespace groel::ops {
namespace {

// One channel's residue block of a map, symmetrised: s(i,j) = a(i,j) + a(j,i).
struct Channel {
  Channel(const ResidueMaps& of, std::int64_t head)
      : n(of.maps.size(1)), block(of.maps.data<float>() + head * n * n + of.begin * n + of.begin) {}

  float symmetric(std::int64_t i, std::int64_t j) const { return block[i * n + j] + block[j * n + i]; }

  std::int64_t n;      // tokens
  const float* block;  // (L, L), rows n apart
};

// Row sums of the symmetrised block, and their total.
std::vector<double> row_sums(const Channel& channel, std::int64_t residues, double& total) {
  std::vector<double> sums(static_cast<std::size_t>(residues), 0.0);
  for (std::int64_t i = 0; i < residues; ++i) {
    const float* row = channel.block + i * channel.n;
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
  backend(out).silence(out, silent);
  return out;
}

void check_maps(const ResidueMaps& of) {
  const Tensor& maps = of.maps;
  GROEL_REQUIRE(maps.rank() == 3 && maps.size(1) == maps.size(2) && maps.dtype() == DType::f32);
  GROEL_REQUIRE(0 <= of.begin && of.begin <= of.end && of.end <= maps.size(1));
}

}  // namespace

Tensor contact_channels(const ResidueMaps& maps) {
  check_maps(maps);
  Tensor out = Tensor::empty({maps.maps.size(0), maps.residues(), maps.residues()}, DType::f32, maps.maps.device());
  backend(maps.maps).contact_channels(maps, out);
  return out;
}

void add_contacts(Tensor& logits, const ResidueMaps& maps, const Tensor& weights,
                  std::span<const std::int64_t> silent) {
  check_maps(maps);
  GROEL_REQUIRE((logits.shape() == Shape{maps.residues(), maps.residues()}));
  GROEL_REQUIRE((weights.shape() == Shape{1, maps.maps.size(0)}));
  backend(maps.maps).add_contacts(logits, {silenced(maps.maps, silent), maps.begin, maps.end}, weights);
}

void contact_probabilities(Tensor& logits, const Tensor& bias) {
  GROEL_REQUIRE(bias.shape() == Shape{1} && logits.contiguous());
  backend(logits).contact_probabilities(logits, bias);
}

namespace cpu {

void silence(Tensor& maps, std::span<const std::int64_t> tokens) {
  float* values = maps.mutable_data<float>();
  const std::int64_t n = maps.size(1);
  for (std::int64_t h = 0; h < maps.size(0); ++h)
    for (const std::int64_t token : tokens)
      for (std::int64_t i = 0; i < n; ++i) values[(h * n + token) * n + i] = values[(h * n + i) * n + token] = 0.0F;
}

void contact_channels(const ResidueMaps& maps, Tensor& channels) {
  const std::int64_t residues = maps.residues();
  float* to = channels.mutable_data<float>();
  parallel_for(maps.maps.size(0), [&](std::int64_t h) {
    const Channel channel(maps, h);
    double total = 0;
    const std::vector<double> sum = row_sums(channel, residues, total);
    for (std::int64_t i = 0; i < residues; ++i)
      for (std::int64_t j = 0; j < residues; ++j) {
        const double product = sum[static_cast<std::size_t>(i)] / total * sum[static_cast<std::size_t>(j)];
        to[(h * residues + i) * residues + j] = channel.symmetric(i, j) - static_cast<float>(product);
      }
  });
}

void add_contacts(Tensor& logits, const ResidueMaps& maps, const Tensor& weights) {
  const std::int64_t heads = maps.maps.size(0), residues = maps.residues();
  const float* weight = weights.data<float>();
  std::vector<std::vector<double>> sums(static_cast<std::size_t>(heads));
  std::vector<double> totals(static_cast<std::size_t>(heads));
  parallel_for(heads, [&](std::int64_t h) {
    const auto at = static_cast<std::size_t>(h);
    sums[at] = row_sums(Channel(maps, h), residues, totals[at]);
  });
  float* out = logits.mutable_data<float>();
  parallel_for(residues, [&](std::int64_t i) {
    for (std::int64_t h = 0; h < heads; ++h) {
      const Channel channel(maps, h);
      const std::vector<double>& sum = sums[static_cast<std::size_t>(h)];
      const float factor = weight[h];
      const double scale = sum[static_cast<std::size_t>(i)] / totals[static_cast<std::size_t>(h)];
      for (std::int64_t j = 0; j < residues; ++j) {
        const auto product = static_cast<float>(sum[static_cast<std::size_t>(j)] * scale);
        out[i * residues + j] += factor * (channel.symmetric(i, j) - product);
      }
    }
  });
}

void contact_probabilities(Tensor& logits, const Tensor& bias) {
  const float shift = bias.data<float>()[0];
  float* out = logits.mutable_data<float>();
  for (std::int64_t i = 0; i < logits.count(); ++i) out[i] = 1.0F / (1.0F + std::exp(-(out[i] + shift)));
}

}  // namespace cpu
}  // namespace groel::ops
