// Features of templates' pairs as Boltz-2 has them, blocks over them, and their mean.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/threads.h"
#include "ops/elementwise.h"
#include "structure_models/boltz2/trunk.h"

namespace groel::structure_models {
namespace {

using nn::folding::GridRows;
using Point = std::array<float, 3>;
using Axes = std::array<Point, 3>;

constexpr std::size_t kTemplateBins = 38;

Point apart(const float* a, const float* b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }
float product(const Point& a, const Point& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }
Point of_length_one(const Point& v) {
  const float length = std::sqrt(product(v, v));
  if (length == 0) return {};
  return {v[0] / length, v[1] / length, v[2] / length};
}

// From where a residue sees others. Without a frame of its own it looks from the origin along the axes; what is not
// there sees nothing.
struct View {
  Axes axes{};
  Point origin{};
};

View view_of(const Boltz2Template& one, std::size_t i) {
  if (one.there[i] == 0) return {};
  if (one.has_frame[i] == 0) return {{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}, {}};
  const float* backbone = one.backbone.data() + 9 * i;  // N, CA, C
  const Point x = of_length_one(apart(backbone + 6, backbone + 3));
  Point y = apart(backbone, backbone + 3);
  const float along = product(x, y);
  for (std::size_t c = 0; c < 3; ++c) y[c] -= along * x[c];
  y = of_length_one(y);
  const Point z{x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]};
  return {{x, y, z}, {backbone[3], backbone[4], backbone[5]}};
}

// On which side of the three planes of the view a point is: Boltz's network was trained with each part of the
// direction over its own size.
Point seen(const View& from, const float* to) {
  const Point away = apart(to, from.origin.data());
  Point out{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const float part = product(from.axes[axis], away);
    out[axis] = part > 0 ? 1.0F : part < 0 ? -1.0F : 0.0F;
  }
  return out;
}

// 37 bounds from 3.25 to 50.75 Å.
std::size_t template_bin(float distance) {
  constexpr float kFirst = 3.25F, kLast = 50.75F;
  std::size_t bin = 0;
  while (bin + 1 < kTemplateBins &&
         distance > kFirst + (kLast - kFirst) * static_cast<float>(bin) / static_cast<float>(kTemplateBins - 2))
    ++bin;
  return bin;
}

// [rows * N, 109].
Tensor template_features(const Boltz2Template& one, std::span<const std::int32_t> chains, const GridRows& grid) {
  const std::int64_t n = grid.n, width = Boltz2Templates::kFeatures;
  Tensor out = Tensor::zeros({(grid.end - grid.begin) * n, width});
  float* const all = out.mutable_data<float>();
  std::vector<View> views;
  for (std::size_t j = 0; j < static_cast<std::size_t>(n); ++j) views.push_back(view_of(one, j));
  parallel_for(grid.end - grid.begin, [&](std::int64_t row) {
    const auto i = static_cast<std::size_t>(grid.begin + row);
    for (std::size_t j = 0; j < static_cast<std::size_t>(n); ++j) {
      float* to = all + (row * n + static_cast<std::int64_t>(j)) * width;
      float* letters = to + kTemplateBins + 5;
      letters[one.letters[i]] = 1;
      letters[kBoltz2Letters + one.letters[j]] = 1;
      if (chains[i] != chains[j]) continue;
      // What lies nowhere has a place, too: the origin.
      const Point away = apart(one.pseudo_beta.data() + 3 * i, one.pseudo_beta.data() + 3 * j);
      to[template_bin(std::sqrt(product(away, away)))] = 1;
      to[kTemplateBins] = one.has_beta[i] != 0 && one.has_beta[j] != 0 ? 1.0F : 0.0F;
      const Point direction = seen(views[j], one.backbone.data() + 9 * i + 3);  // of the row, from the column
      std::copy(direction.begin(), direction.end(), to + kTemplateBins + 1);
      to[kTemplateBins + 4] = one.has_frame[i] != 0 && one.has_frame[j] != 0 ? 1.0F : 0.0F;
    }
  });
  return out;
}

// to += from, both [N * N, C].
void add_rows(const Tensor& from, Tensor& to) {
  const auto n = static_cast<std::int64_t>(std::sqrt(static_cast<double>(to.size(0))));
  const std::int64_t each = to.count() / n;
  const float* values = from.data<float>();
  float* const sums = to.mutable_data<float>();
  parallel_for(n, [&](std::int64_t row) {
    for (std::int64_t i = row * each; i < (row + 1) * each; ++i) sums[i] += values[i];
  });
}

}  // namespace

Boltz2Templates::Boltz2Templates(const TemplateForm& form)
    : form_(form),
      features_(kFeatures, form.block.width, {.bias = nn::Bias::no}),
      pair_norm_(form.pair_width, 1e-5F),
      pair_(form.pair_width, form.block.width, {.bias = nn::Bias::no}),
      norm_(form.block.width, 1e-5F),
      out_(form.block.width, form.pair_width, {.bias = nn::Bias::no}) {
  for (std::int64_t b = 0; b < form.blocks; ++b)
    blocks_.push_back(std::make_shared<nn::folding::PairBlock>(form.block));
}

void Boltz2Templates::members(nn::Members to) {
  to.part("features", features_);
  to.part("pair_norm", pair_norm_);
  to.part("pair", pair_);
  for (std::size_t b = 0; b < blocks_.size(); ++b) to.part(fmt::format("blocks.{}", b), *blocks_[b]);
  to.part("norm", norm_);
  to.part("out", out_);
}

// [N * N, T].
Tensor Boltz2Templates::embedded(const Boltz2Template& one, std::span<const std::int32_t> chains,
                                 const Tensor& z) const {
  nn::folding::Pairs pairs{Tensor::empty({z.size(0), form_.block.width})};
  const auto n = static_cast<std::int64_t>(chains.size());
  nn::folding::for_grid_rows(n, kFeatures + form_.block.width, [&](const GridRows& grid) {
    const Tensor target = grid.of(pairs.z);
    features_(template_features(one, chains, grid), {.into = target});
    pair_(pair_norm_(grid.of(z)), {.residual = target, .into = target});
  });
  const Tensor before = pairs.z.clone();
  for (const auto& block : blocks_) block->update(pairs);
  add_rows(before, pairs.z);
  nn::folding::for_grid_rows(n, form_.block.width, [&](const GridRows& grid) {
    Tensor target = grid.of(pairs.z);
    target.copy_from(norm_(target));
  });
  return pairs.z;
}

void Boltz2Templates::add(const std::vector<Boltz2Template>& templates, std::span<const std::int32_t> chains, Tensor& z,
                          const std::function<void()>& done) const {
  if (templates.empty()) return;
  Tensor sum;
  for (const Boltz2Template& one : templates) {
    const Tensor own = embedded(one, chains, z);
    if (sum.defined())
      add_rows(own, sum);
    else
      sum = own;
    if (done) done();
  }
  const float share = 1.0F / static_cast<float>(templates.size());
  nn::folding::for_grid_rows(static_cast<std::int64_t>(chains.size()), form_.block.width, [&](const GridRows& grid) {
    const Tensor target = grid.of(z);
    const Tensor mean = ops::activate(ops::scale(grid.of(sum), share), ops::Activation::relu);
    out_(mean, {.residual = target, .into = target});
  });
}

}  // namespace groel::structure_models
