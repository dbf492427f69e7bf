// Features of templates' pairs, blocks over them, and their mean.
#include "structure_models/template_embedder.h"

#include <fmt/format.h>
#include <algorithm>

#include <array>
#include <cmath>
#include <span>

#include "base/threads.h"
#include "ops/elementwise.h"
#include "structure_models/distance_bins.h"

namespace groel::structure_models {
namespace {

using nn::folding::GridRows;
using Vector = std::array<float, 3>;

constexpr std::size_t kGivenFeatures = 44;
constexpr float kLeastLength = 1e-6F;

Vector minus(const float* a, const float* b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
float dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Vector unit(const Vector& v) {
  const float length = std::sqrt(std::max(dot(v, v), kLeastLength * kLeastLength));
  return {v[0] / length, v[1] / length, v[2] / length};
}

struct Frame {
  Vector x, y, z;
  const float* origin;
};

// C of the residue on the first axis, N in the plane of the first two.
Frame frame_of(const float* backbone) {
  const Vector x = unit(minus(backbone + 6, backbone + 3));
  Vector y = minus(backbone, backbone + 3);
  const float along = dot(y, x);
  for (std::size_t i = 0; i < 3; ++i) y[i] -= along * x[i];
  y = unit(y);
  return {x, y, {x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]}, backbone + 3};
}

// Where a point is seen from a frame.
Vector direction(const Frame& from, const float* to) {
  const Vector apart = minus(to, from.origin);
  return unit({dot(apart, from.x), dot(apart, from.y), dot(apart, from.z)});
}

// [rows * N, F].
Tensor pair_features(const TemplateStructure& one, std::span<const std::int32_t> chains, const TemplateForm& form,
                     const GridRows& grid) {
  const std::int64_t n = grid.n, width = form.features();
  Tensor out = Tensor::zeros({(grid.end - grid.begin) * n, width});
  float* const all = out.mutable_data<float>();
  parallel_for(grid.end - grid.begin, [&](std::int64_t row) {
    const auto i = static_cast<std::size_t>(grid.begin + row);
    const Frame frame = one.backbone.empty() ? Frame{} : frame_of(one.backbone.data() + 9 * i);
    for (std::size_t j = 0; j < static_cast<std::size_t>(n); ++j) {
      float* to = all + (row * n + static_cast<std::int64_t>(j)) * width;
      const bool seen = form.pairs != TemplatePairs::within_chains || chains[i] == chains[j];
      float* letters = to + kDistanceBinCount + 1;
      float* backbone = letters + 2 * form.letters;
      if (one.letters[j] < form.letters) letters[one.letters[j]] = 1;
      if (one.letters[i] < form.letters) letters[form.letters + one.letters[i]] = 1;
      if (!one.pairs.empty()) {
        const float* given = one.pairs.data() + (i * static_cast<std::size_t>(n) + j) * kGivenFeatures;
        if (seen) std::copy_n(given, kDistanceBinCount + 1, to);
        if (seen) std::copy_n(given + kDistanceBinCount + 1, 4, backbone);
        continue;
      }
      if (seen && one.has_beta[i] != 0 && one.has_beta[j] != 0) {
        const Vector apart = minus(one.pseudo_beta.data() + 3 * i, one.pseudo_beta.data() + 3 * j);
        if (const std::int32_t bin = distance_bin(dot(apart, apart)); bin >= 0) to[bin] = 1;
        to[kDistanceBinCount] = 1;
      }
      if (seen && one.has_frame[i] != 0 && one.has_frame[j] != 0) {
        const Vector at = direction(frame, one.backbone.data() + 9 * j + 3);
        std::copy(at.begin(), at.end(), backbone);
        backbone[3] = 1;
      }
      if (form.pairs != TemplatePairs::by_numbers) continue;
      const auto gain = static_cast<float>(chains[i] * chains[j]);
      for (std::int64_t c = 0; c < kDistanceBinCount + 1; ++c) to[c] *= gain;
      for (std::int64_t c = 0; c < 4; ++c) backbone[c] *= gain;
    }
  });
  return out;
}

}  // namespace

TemplateEmbedder::TemplateEmbedder(const TemplateForm& form)
    : form_(form),
      features_(form.features(), form.block.width, {.bias = nn::Bias::no}),
      pair_norm_(form.pair_width, 1e-5F),
      pair_(form.pair_width, form.block.width, {.bias = nn::Bias::no}),
      norm_(form.block.width, 1e-5F),
      out_(form.block.width, form.pair_width, {.bias = nn::Bias::no}) {
  for (std::int64_t b = 0; b < form.blocks; ++b)
    blocks_.push_back(std::make_shared<nn::folding::PairBlock>(form.block));
}

void TemplateEmbedder::members(nn::Members to) {
  to.part("features", features_);
  to.part("pair_norm", pair_norm_);
  to.part("pair", pair_);
  for (std::size_t b = 0; b < blocks_.size(); ++b) to.part(fmt::format("blocks.{}", b), *blocks_[b]);
  to.part("norm", norm_);
  to.part("out", out_);
}

// [N * N, T].
Tensor TemplateEmbedder::embedded(const TemplateStructure& one, std::span<const std::int32_t> chains,
                                  const Tensor& z) const {
  nn::folding::Pairs pairs{Tensor::empty({z.size(0), form_.block.width})};
  const auto n = static_cast<std::int64_t>(chains.size());
  nn::folding::for_grid_rows(n, form_.features() + form_.block.width, [&](const GridRows& grid) {
    const Tensor target = grid.of(pairs.z);
    features_(pair_features(one, chains, form_, grid), {.into = target});
    pair_(pair_norm_(grid.of(z)), {.residual = target, .into = target});
  });
  for (const auto& block : blocks_) block->update(pairs);
  nn::folding::for_grid_rows(n, form_.block.width, [&](const GridRows& grid) {
    Tensor target = grid.of(pairs.z);
    target.copy_from(norm_(target));
  });
  return pairs.z;
}

void TemplateEmbedder::add(const std::vector<TemplateStructure>& templates, std::span<const std::int32_t> chains,
                           Tensor& z, const Watch& watch, const std::function<void()>& done) const {
  if (templates.empty() || unused()) return;
  Tensor sum, nothing;  // what comes of an empty one, which is the same for all of them
  for (std::size_t t = 0; t < templates.size(); ++t) {
    const bool known = templates[t].empty && nothing.defined();
    const Tensor one = known ? nothing : embedded(templates[t], chains, z);
    if (templates[t].empty) nothing = one;
    show(watch, fmt::format("template{}", t), one);
    if (done) done();
    if (!sum.defined()) {
      sum = one.clone();
      continue;
    }
    float* const to = sum.mutable_data<float>();
    const float* from = one.data<float>();
    parallel_for(static_cast<std::int64_t>(chains.size()), [&](std::int64_t row) {
      const std::int64_t width = static_cast<std::int64_t>(chains.size()) * form_.block.width;
      for (std::int64_t i = row * width; i < (row + 1) * width; ++i) to[i] += from[i];
    });
  }
  const float share = 1.0F / (1e-7F + static_cast<float>(templates.size()));
  nn::folding::for_grid_rows(static_cast<std::int64_t>(chains.size()), form_.block.width, [&](const GridRows& grid) {
    const Tensor target = grid.of(z);
    const Tensor mean = ops::activate(ops::scale(grid.of(sum), share), ops::Activation::relu);
    out_(mean, {.residual = target, .into = target});
  });
}

}  // namespace groel::structure_models
