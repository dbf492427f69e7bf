// Blocks, passes and the bins that are passed on.
#include "structure_models/minifold/trunk.h"

#include <algorithm>

#include "base/error.h"
#include "base/threads.h"
#include "nn/folding/joint_triangles.h"
#include "nn/folding/transition.h"
#include "ops/elementwise.h"
#include "ops/pair_grid.h"

namespace groel::structure_models {
namespace {

namespace folding = nn::folding;

constexpr nn::LinearForm kDistanceHead{.exactness = nn::Exactness::head};

}  // namespace

void BinTable::members(nn::Members to) {
  to.tensor("weight", {width_, bins_}, nn::Role::matrix, weight_);
  to.tensor("bias", {width_}, nn::Role::bias, bias_);
}

void BinTable::ready(const nn::Form&) {
  const Tensor weight = weight_.to(DType::f32), bias = bias_.to(DType::f32);
  table_ = Tensor::computed({bins_ + 1, width_}, weight.device(), [&](std::span<float> to) {
    const auto from = weight.values<float>(), shift = bias.values<float>();
    for (std::int64_t bin = 0; bin <= bins_; ++bin)
      for (std::int64_t c = 0; c < width_; ++c)
        to[static_cast<std::size_t>(bin * width_ + c)] =
            (bin < bins_ ? from[static_cast<std::size_t>(c * bins_ + bin)] : 0) + shift[static_cast<std::size_t>(c)];
  });
  weight_ = bias_ = {};
}

// z += triangles of z; z += transition of z.
class MinifoldBlock final : public nn::Module {
 public:
  explicit MinifoldBlock(std::int64_t width)
      : triangles_(width),
        transition_(
            {.width = width, .inner = 4 * width, .kind = folding::TransitionKind::relu, .bias = nn::Bias::yes}) {}

  void members(nn::Members to) override {
    to.part("triangles", triangles_);
    to.part("transition", transition_);
  }

  void update(folding::Pairs& pairs, const ModuleTaps& taps) const {
    triangles_.add(pairs, pairs.z);
    taps.show("triangles", pairs.z);
    transition_.add(pairs.z, pairs.z);
    taps.show("transition", pairs.z);
  }

 private:
  folding::JointTriangles triangles_;
  folding::Transition transition_;
};

MinifoldTrunk::~MinifoldTrunk() = default;

MinifoldTrunk::MinifoldTrunk(const MinifoldShape& shape)
    : shape_(shape),
      positions_(2 * shape.position_bins + 2, shape.pair_width),
      from_residues_(shape.width, shape.pair_width),
      projection_(3 * shape.pair_width, shape.pair_width),
      recycled_(shape.distance_bins, shape.pair_width),
      distance_1_(shape.pair_width, shape.pair_width, kDistanceHead),
      distance_2_(shape.pair_width, shape.distance_bins, kDistanceHead) {
  for (std::int64_t i = 0; i < shape.blocks; ++i) blocks_.push_back(std::make_unique<MinifoldBlock>(shape.pair_width));
}

void MinifoldTrunk::members(nn::Members to) {
  to.part("positional_embedding.embedding", positions_);
  to.part("seq_to_pair", from_residues_);
  to.part("projection", projection_);
  to.part("recycle", recycled_);
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    to.in_block(static_cast<int>(i)).part(fmt::format("miniformer.blocks.{}", i), *blocks_[i]);
  const nn::Members after = to.after_blocks();
  after.part("fc_out.0", distance_1_);
  after.part("fc_out.2", distance_2_);
}

// z of attention becomes that of attention, residues and positions.
void MinifoldTrunk::begin(const Tensor& s, Tensor& z, const ModuleTaps& taps) const {
  const std::int64_t width = shape_.pair_width, farthest = shape_.position_bins;
  const Tensor projected = from_residues_.projected(s);
  folding::for_grid_rows(s.size(0), 3 * width, [&](const folding::GridRows& grid) {
    Tensor joined = Tensor::empty({grid.last() - grid.first(), 3 * width}, DType::f32, z.device());
    const Tensor rows = grid.of(z), of_residues = from_residues_.of_rows(projected, grid);
    if (grid.begin == 0) taps.show("seq_to_pair", of_residues);
    joined.columns(0, width).copy_from(rows);
    joined.columns(width, 2 * width).copy_from(of_residues);
    if (z.device() != Device::shape) {
      const float* const table = positions_.table().data<float>();
      float* const all = joined.mutable_data<float>() + 2 * width;
      parallel_for(grid.end - grid.begin, [&](std::int64_t row) {
        for (std::int64_t j = 0; j < grid.n; ++j) {
          const std::int64_t bin = std::clamp(j - (grid.begin + row), -farthest, farthest) + farthest + 1;
          std::copy_n(table + bin * width, width, all + (row * grid.n + j) * 3 * width);
        }
      });
    }
    projection_(joined, {.into = rows});
  });
  taps.show("projection", z);
}

// What the first block of a pass reads; `bins` [N*N], empty before the first pass.
Tensor MinifoldTrunk::entering(const Tensor& base, std::span<const std::int32_t> bins) const {
  Tensor out = Tensor::empty(base.shape(), DType::f32, base.device());
  if (base.device() == Device::shape) return out;
  const std::int64_t width = base.size(1);
  const float *const from = base.data<float>(), *const table = recycled_.table().data<float>();
  float* const to = out.mutable_data<float>();
  constexpr std::int64_t kTogether = 256;
  parallel_for((base.size(0) + kTogether - 1) / kTogether, [&](std::int64_t part) {
    const std::int64_t last = std::min(base.size(0), (part + 1) * kTogether);
    for (std::int64_t pair = part * kTogether; pair < last; ++pair) {
      const std::int64_t bin = bins.empty() ? shape_.distance_bins : bins[static_cast<std::size_t>(pair)];
      for (std::int64_t c = 0; c < width; ++c) to[pair * width + c] = from[pair * width + c] + table[bin * width + c];
    }
  });
  return out;
}

// Of pairs [begin, end): z_ij + z_ji through two layers.
Tensor MinifoldTrunk::logits_of(const Tensor& z, std::int64_t begin, std::int64_t end) const {
  const std::int64_t n = folding::Pairs{z}.tokens();
  const Tensor both = ops::add(z.rows(begin, end), ops::take_column_pairs(z, {n, begin, end}));
  return distance_2_(distance_1_(both, {.activation = ops::Activation::relu}));
}

Tensor MinifoldTrunk::distance_logits(const Tensor& z) const {
  const Tensor out = Tensor::empty({z.size(0), shape_.distance_bins}, DType::f32, z.device());
  folding::share_rows(
      z.size(0), {3 * z.size(1) + shape_.distance_bins, z.device()},
      [&](std::int64_t begin, std::int64_t end) { out.rows(begin, end).copy_from(logits_of(z, begin, end)); });
  return out;
}

std::vector<std::int32_t> MinifoldTrunk::likeliest_distances(const Tensor& z) const {
  std::vector<std::int32_t> out(static_cast<std::size_t>(z.size(0)));
  folding::share_rows(
      z.size(0), {3 * z.size(1) + shape_.distance_bins, z.device()}, [&](std::int64_t begin, std::int64_t end) {
        const Tensor logits = logits_of(z, begin, end);
        if (logits.device() == Device::shape) return;
        const auto all = logits.values<float>();
        const auto bins = static_cast<std::size_t>(shape_.distance_bins);
        for (std::int64_t pair = begin; pair < end; ++pair) {
          const auto row = all.subspan(static_cast<std::size_t>(pair - begin) * bins, bins);
          out[static_cast<std::size_t>(pair)] = static_cast<std::int32_t>(std::ranges::max_element(row) - row.begin());
        }
      });
  return out;
}

Tensor MinifoldTrunk::operator()(const MinifoldTrunkInput& input, const ModuleTaps& taps) const {
  GROEL_REQUIRE(input.z.size(0) == input.s.size(0) * input.s.size(0) && input.passes > 0);
  Tensor base = input.z;
  begin(input.s, base, taps);
  std::vector<std::int32_t> bins;
  folding::Pairs pairs{};
  for (std::int64_t pass = 0; pass < input.passes; ++pass) {
    const ModuleTaps seen = pass == 0 ? taps : ModuleTaps();
    pairs.z = {};
    pairs.z = entering(base, bins);
    if (pass < 2) taps.show(fmt::format("entering.{}", pass), pairs.z);
    for (std::int64_t block = 0; block < shape_.blocks; ++block) {
      if (input.progress) input.progress({pass, input.passes, block, shape_.blocks});
      blocks_[static_cast<std::size_t>(block)]->update(pairs, seen.inside(fmt::format("blocks.{}", block)));
    }
    if (seen.wanted()) seen.show("fc_out", distance_logits(pairs.z));
    // In the last pass nothing asks for them; counted where memory is planned by one pass without data.
    if (pass + 1 < input.passes || base.device() == Device::shape) bins = likeliest_distances(pairs.z);
  }
  if (input.progress) input.progress({input.passes - 1, input.passes, shape_.blocks, shape_.blocks});
  return pairs.z;
}

}  // namespace groel::structure_models
