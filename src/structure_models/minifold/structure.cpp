// Means of pairs, attention with biases of pairs, and frames of three points.
#include "structure_models/minifold/structure.h"

#include <algorithm>

#include "base/error.h"
#include "base/profile.h"
#include "base/threads.h"
#include "nn/folding/biased_attention.h"
#include "nn/folding/bounds.h"
#include "nn/folding/transition.h"
#include "structure_models/ideal_residues.h"

namespace groel::structure_models {
namespace {

namespace folding = nn::folding;

constexpr nn::LinearForm kStructureExact{.exactness = nn::Exactness::head};
constexpr float kStructureEpsilon = 1e-5F, kFrameEpsilon = 1e-7F;

folding::BiasedAttentionForm attention_form(const MinifoldShape& shape) {
  folding::BiasedAttentionForm form;
  form.width = shape.width;
  form.heads = shape.heads;
  form.head_width = shape.width / shape.heads;
  form.query_bias = nn::Bias::no;
  form.bias = nn::Bias::yes;
  return form;
}

// Sums over rows and over columns of the grid of pairs, a few rows at a time, in the order of residues whatever these
// are.
class Means {
 public:
  Means(std::int64_t n, std::int64_t width)
      : n_(n), width_(width), rows_(static_cast<std::size_t>(n * width), 0), columns_(rows_) {}

  void add(const folding::GridRows& grid, const float* pairs) {
    parallel_for(grid.end - grid.begin, [&](std::int64_t row) {
      double* const sum = rows_.data() + (grid.begin + row) * width_;
      const float* from = pairs + row * n_ * width_;
      for (std::int64_t j = 0; j < n_; ++j, from += width_)
        for (std::int64_t c = 0; c < width_; ++c) sum[c] += from[c];
    });
    parallel_for(n_, [&](std::int64_t j) {
      double* const sum = columns_.data() + j * width_;
      for (std::int64_t row = 0; row < grid.end - grid.begin; ++row)
        for (std::int64_t c = 0; c < width_; ++c) sum[c] += pairs[(row * n_ + j) * width_ + c];
    });
  }
  // Into the first columns of x [N, 2*Cz + ...].
  void write(Tensor& x) const {
    for (std::int64_t i = 0; i < n_; ++i) {
      float* const to = x.mutable_data<float>() + i * x.row_stride();
      for (std::int64_t c = 0; c < width_; ++c) {
        to[c] = static_cast<float>(rows_[static_cast<std::size_t>(i * width_ + c)] / static_cast<double>(n_));
        to[width_ + c] =
            static_cast<float>(columns_[static_cast<std::size_t>(i * width_ + c)] / static_cast<double>(n_));
      }
    }
  }

 private:
  std::int64_t n_, width_;
  std::vector<double> rows_, columns_;
};

}  // namespace

ResiduesFromPairs::ResiduesFromPairs(std::int64_t pair_width, std::int64_t width)
    : width_(pair_width),
      norm_(pair_width, kStructureEpsilon),
      first_(pair_width, pair_width),
      second_(pair_width, pair_width),
      combine_(2 * pair_width + width, width) {}

void ResiduesFromPairs::members(nn::Members to) {
  to.part("s_z_mlp.0", norm_);
  to.part("s_z_mlp.1", first_);
  to.part("s_z_mlp.3", second_);
  to.part("combiner.0", combine_);
}

void ResiduesFromPairs::ready(const nn::Form& form) { input_ = folding::product_input(form); }

Tensor ResiduesFromPairs::operator()(const Tensor& z, const Tensor& s) const {
  const std::int64_t n = s.size(0);
  Tensor joined = Tensor::empty({n, 2 * width_ + s.size(1)}, DType::f32, s.device());
  Means means(n, width_);
  folding::for_grid_rows(n, 2 * width_, [&](const folding::GridRows& grid) {
    const Tensor inner = first_(norm_(grid.of(z), input_), {.activation = ops::Activation::relu, .output = input_});
    const Tensor pairs = second_(inner);
    if (pairs.device() != Device::shape) means.add(grid, pairs.data<float>());
  });
  if (s.device() != Device::shape) means.write(joined);
  joined.columns(2 * width_, joined.size(1)).copy_from(s);
  return combine_(joined);
}

// s += attention biased by pairs; s += transition.
class MinifoldStructure::Block final : public nn::Module {
 public:
  explicit Block(const MinifoldShape& shape)
      : heads_(shape.heads),
        bias_(shape.pair_width, shape.heads, kStructureExact),
        attention_(attention_form(shape)),
        transition_({.width = shape.width,
                     .inner = shape.width,
                     .kind = folding::TransitionKind::relu,
                     .bias = nn::Bias::yes}) {}

  void members(nn::Members to) override {
    to.part("bias", bias_);
    to.part("attention", attention_);
    to.part("transition", transition_);
  }

  void update(Tensor& s, const Tensor& z, const nn::LayerNorm& norm_z, const ModuleTaps& taps) const {
    const std::int64_t n = s.size(0);
    const Tensor bias = folding::planes_of(
                            n, heads_, s.device(),
                            [&](const folding::GridRows& grid) { return bias_(norm_z(grid.of(z))); }, 2 * z.size(1))
                            .reshape({heads_, n, n});
    attention_.add({.x = s, .cu_seqlens = folding::even_bounds(1, n), .bias = {bias}}, s);
    taps.show("attention", s);
    transition_.add(s, s);
    taps.show("transition", s);
  }

 private:
  std::int64_t heads_;
  nn::Linear bias_;  // (H, Cz)
  folding::BiasedAttention attention_;
  folding::Transition transition_;
};

MinifoldStructure::~MinifoldStructure() = default;

MinifoldStructure::MinifoldStructure(const MinifoldShape& shape)
    : shape_(shape),
      norm_s_(shape.width, kStructureEpsilon),
      norm_z_(shape.pair_width, kStructureEpsilon),
      in_(shape.width, shape.width, kStructureExact),
      backbone_(shape.width, 9, kStructureExact),
      angles_(shape.width, shape.angle_width, shape.angle_blocks) {
  for (std::int64_t i = 0; i < shape.structure_blocks; ++i) blocks_.push_back(std::make_unique<Block>(shape));
}

void MinifoldStructure::members(nn::Members to) {
  to.part("layer_norm_s", norm_s_);
  to.part("layer_norm_z", norm_z_);
  to.part("linear_in", in_);
  for (std::size_t i = 0; i < blocks_.size(); ++i) to.part(fmt::format("blocks.{}", i), *blocks_[i]);
  to.part("bb_update", backbone_);
  to.part("angle_resnet", angles_);
}

void MinifoldStructure::place(std::span<const std::int32_t> types, const Tensor& points,
                              MinifoldStructureOutput& out) const {
  const auto residues = static_cast<std::int64_t>(types.size());
  out.frames = Tensor::empty({residues, 12}, DType::f32, points.device());
  out.atoms = Tensor::empty({residues, kMostAtoms, 3}, DType::f32, points.device());
  if (points.device() == Device::shape) return;
  for (std::int64_t i = 0; i < residues; ++i) {
    const float* const p = points.data<float>() + 9 * i;
    Frame frame = frame_of_backbone({p[0], p[1], p[2]}, {p[3], p[4], p[5]}, {p[6], p[7], p[8]}, kFrameEpsilon);
    for (float& x : frame.translation) x *= shape_.translation_scale;
    float* const to = out.frames.mutable_data<float>() + 12 * i;
    std::ranges::copy(frame.translation, std::ranges::copy(frame.rotation, to).out);
    place_atoms(types[static_cast<std::size_t>(i)], frame, out.angles.data<float>() + i * kTorsions * 2,
                out.atoms.mutable_data<float>() + i * kMostAtoms * 3);
  }
}

MinifoldStructureOutput MinifoldStructure::operator()(const Tensor& s_in, const Tensor& z,
                                                      std::span<const std::int32_t> types,
                                                      const ModuleTaps& taps) const {
  const ProfileScope scope("minifold_structure");
  GROEL_REQUIRE(static_cast<std::int64_t>(types.size()) == s_in.size(0));
  const Tensor first = norm_s_(s_in);
  Tensor s = in_(first);
  taps.show("in", s);
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    blocks_[i]->update(s, z, norm_z_, i == 0 ? taps.inside("blocks.0") : ModuleTaps());
  MinifoldStructureOutput out;
  out.states = s;
  out.raw_angles = angles_(s, first);
  out.angles = normalised_angles(out.raw_angles, shape_.least_angle_norm);
  const Tensor points = backbone_(s);
  taps.show("bb_update", points);
  place(types, points, out);
  return out;
}

}  // namespace groel::structure_models
