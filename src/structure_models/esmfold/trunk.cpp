// Blocks, passes and the distances that are passed on.
#include "structure_models/esmfold/trunk.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/threads.h"
#include "nn/folding/biased_attention.h"
#include "nn/folding/bounds.h"
#include "nn/folding/pair_block.h"
#include "ops/elementwise.h"
#include "structure_models/ideal_residues.h"
#include "structure_models/pairs_from_residues.h"

namespace groel::structure_models {
namespace {

namespace folding = nn::folding;

constexpr float kEpsilon = 1e-5F;
constexpr std::int64_t kDistanceBins = 15;
constexpr float kNearest = 3.375F, kFarthest = 21.375F;  // Å: the first and the last bound between bins

folding::BiasedAttentionForm attention_form(const EsmfoldTrunkShape& shape) {
  folding::BiasedAttentionForm form;
  form.width = shape.width;
  form.heads = shape.heads();
  form.head_width = shape.head_width;
  form.query_bias = nn::Bias::no;
  form.bias = nn::Bias::yes;
  return form;
}

folding::PairBlockForm pair_form(const EsmfoldTrunkShape& shape) {
  folding::PairBlockForm form;
  form.width = form.product_width = shape.pair_width;
  form.heads = shape.pair_heads();
  form.head_width = shape.pair_head_width;
  form.transition = 4 * shape.pair_width;
  form.kind = folding::TransitionKind::relu;
  form.ending_bias = shape.ending_bias;
  form.bias = nn::Bias::yes;
  return form;
}

// Squares of the bounds, spaced as torch.linspace spaces them: from both ends.
std::array<float, kDistanceBins - 1> squared_bounds() {
  std::array<float, kDistanceBins - 1> out{};
  constexpr auto count = static_cast<std::int64_t>(out.size());
  constexpr float step = (kFarthest - kNearest) / static_cast<float>(count - 1);
  for (std::int64_t i = 0; i < count; ++i) {
    const float bound =
        i < count / 2 ? kNearest + step * static_cast<float>(i) : kFarthest - step * static_cast<float>(count - 1 - i);
    out[static_cast<std::size_t>(i)] = bound * bound;
  }
  return out;
}

Vector ideal_beta(const float* residue) {
  const Vector n{residue[0], residue[1], residue[2]}, ca{residue[3], residue[4], residue[5]},
      c{residue[6], residue[7], residue[8]};
  const Vector b = difference(ca, n), d = difference(c, ca);
  const Vector a{b[1] * d[2] - b[2] * d[1], b[2] * d[0] - b[0] * d[2], b[0] * d[1] - b[1] * d[0]};
  Vector out{};
  for (std::size_t i = 0; i < 3; ++i) out[i] = -0.58273431F * a[i] + 0.56802827F * b[i] - 0.54067466F * d[i] + ca[i];
  return out;
}

}  // namespace

std::vector<std::int32_t> recycled_distances(const Tensor& atoms) {
  const std::int64_t residues = atoms.size(0);
  const auto bounds = squared_bounds();
  std::vector<Vector> betas;
  for (std::int64_t i = 0; i < residues; ++i) betas.push_back(ideal_beta(atoms.data<float>() + i * kMostAtoms * 3));
  std::vector<std::int32_t> out(static_cast<std::size_t>(residues * residues));
  parallel_for(residues, [&](std::int64_t i) {
    for (std::int64_t j = 0; j < residues; ++j) {
      const Vector apart = difference(betas[static_cast<std::size_t>(i)], betas[static_cast<std::size_t>(j)]);
      const float square = apart[0] * apart[0] + apart[1] * apart[1] + apart[2] * apart[2];
      out[static_cast<std::size_t>(i * residues + j)] =
          static_cast<std::int32_t>(std::ranges::count_if(bounds, [&](float bound) { return square > bound; }));
    }
  });
  return out;
}

// s += attention biased by z; s += transition; z += of s; then the five updates of pairs.
class EsmfoldBlock final : public nn::Module {
 public:
  explicit EsmfoldBlock(const EsmfoldTrunkShape& shape)
      : pair_bias_({.pair_width = shape.pair_width, .heads = shape.heads()}),
        attention_(attention_form(shape)),
        transition_({.width = shape.width,
                     .inner = 4 * shape.width,
                     .kind = folding::TransitionKind::relu,
                     .bias = nn::Bias::yes}),
        from_residues_(shape.width, shape.pair_width),
        pairs_(pair_form(shape)) {}

  void members(nn::Members to) override {
    to.part("pair_bias", pair_bias_);
    to.part("attention", attention_);
    to.part("transition", transition_);
    to.part("from_residues", from_residues_);
    to.part("pairs", pairs_);
  }

  void update(Tensor& s, folding::Pairs& pairs, const ModuleTaps& taps) const {
    const Tensor bias = pair_bias_(pairs.z);
    taps.show("pair_bias", bias);
    attention_.add({.x = s, .cu_seqlens = folding::even_bounds(1, s.size(0)), .bias = {bias}}, s);
    taps.show("attention", s);
    transition_.add(s, s);
    taps.show("transition", s);
    from_residues_.add_to(s, pairs.z);
    taps.show("from_residues", pairs.z);
    const ModuleTaps inside = taps.inside("pairs");
    if (inside.wanted())
      pairs_.update(pairs, [&](std::string_view step) { inside.show(step, pairs.z); });
    else
      pairs_.update(pairs);
  }

 private:
  folding::PairLogits pair_bias_;
  folding::BiasedAttention attention_;
  folding::Transition transition_;
  PairsFromResidues from_residues_;
  folding::PairBlock pairs_;
};

EsmfoldTrunk::~EsmfoldTrunk() = default;

EsmfoldTrunk::EsmfoldTrunk(const EsmfoldShape& shape)
    : shape_(shape.trunk),
      positions_(2 * shape_.position_bins + 2, shape_.pair_width),
      recycled_s_norm_(shape_.width, kEpsilon),
      recycled_z_norm_(shape_.pair_width, kEpsilon),
      distances_(kDistanceBins, shape_.pair_width),
      to_structure_s_(shape_.width, shape.structure.attention.width),
      to_structure_z_(shape_.pair_width, shape.structure.attention.pair_width),
      structure_(shape.structure) {
  for (std::int64_t i = 0; i < shape_.blocks; ++i) blocks_.push_back(std::make_unique<EsmfoldBlock>(shape_));
}

void EsmfoldTrunk::members(nn::Members to) {
  to.part("pairwise_positional_embedding.embedding", positions_);
  to.part("recycle_s_norm", recycled_s_norm_);
  to.part("recycle_z_norm", recycled_z_norm_);
  to.part("recycle_disto", distances_);
  for (std::size_t i = 0; i < blocks_.size(); ++i)
    to.in_block(static_cast<int>(i)).part(fmt::format("blocks.{}", i), *blocks_[i]);
  const nn::Members after = to.after_blocks();
  after.part("trunk2sm_s", to_structure_s_);
  after.part("trunk2sm_z", to_structure_z_);
  after.part("structure_module", structure_);
}

// s and z of the pass before (zeros before the first) become those that the first block reads; `bins` [N*N].
void EsmfoldTrunk::begin_pass(const EsmfoldTrunkInput& input, std::span<const std::int32_t> bins,
                              EsmfoldTrunkOutput& state, const ModuleTaps& taps) const {
  state.s = ops::add(input.residues, recycled_s_norm_(state.s));
  const std::int64_t width = shape_.pair_width, farthest = shape_.position_bins;
  folding::for_grid_rows(state.s.size(0), width, [&](const folding::GridRows& grid) {
    Tensor rows = grid.of(state.z);
    rows.copy_from(recycled_z_norm_(rows));
    if (grid.begin == 0) taps.show("recycle_z_norm", rows);
    if (rows.device() == Device::shape) return;
    const float* distances = distances_.table().data<float>();
    const float* positions = positions_.table().data<float>();
    float* const all = rows.mutable_data<float>();
    parallel_for(grid.end - grid.begin, [&](std::int64_t row) {
      const std::int64_t i = grid.begin + row;
      float* to = all + row * grid.n * width;
      for (std::int64_t j = 0; j < grid.n; ++j, to += width) {
        const std::int64_t apart = input.residue_index[static_cast<std::size_t>(j)] -
                                   static_cast<std::int64_t>(input.residue_index[static_cast<std::size_t>(i)]);
        const float* distance = distances + bins[static_cast<std::size_t>(i * grid.n + j)] * width;
        const float* position = positions + (std::clamp(apart, -farthest, farthest) + farthest + 1) * width;
        for (std::int64_t c = 0; c < width; ++c) to[c] = (to[c] + distance[c]) + position[c];
      }
    });
  });
}

EsmfoldTrunkOutput EsmfoldTrunk::operator()(const EsmfoldTrunkInput& input, const ModuleTaps& taps) const {
  const std::int64_t residues = input.residues.size(0);
  const Device device = input.residues.device();
  GROEL_REQUIRE(static_cast<std::int64_t>(input.types.size()) == residues &&
                static_cast<std::int64_t>(input.residue_index.size()) == residues && input.passes > 0);
  EsmfoldTrunkOutput out{Tensor::zeros({residues, shape_.width}, DType::f32, device),
                         Tensor::zeros({residues * residues, shape_.pair_width}, DType::f32, device),
                         {}};
  std::vector<std::int32_t> bins(static_cast<std::size_t>(residues * residues), 0);
  for (std::int64_t pass = 0; pass < input.passes; ++pass) {
    const ModuleTaps seen = pass == 0 ? taps : ModuleTaps();
    const auto tell = [&](std::int64_t block) {
      if (input.progress) input.progress({pass, input.passes, block, shape_.blocks});
    };
    begin_pass(input, bins, out, seen);
    seen.show("s", out.s);
    seen.show("z", out.z);
    folding::Pairs pairs{out.z};
    for (std::int64_t block = 0; block < shape_.blocks; ++block) {
      tell(block);
      blocks_[static_cast<std::size_t>(block)]->update(out.s, pairs,
                                                       block == 0 ? seen.inside("blocks.0") : ModuleTaps());
    }
    tell(shape_.blocks);
    const bool last = pass + 1 == input.passes;
    const Tensor s = to_structure_s_(out.s), z = to_structure_z_(out.z);
    seen.show("trunk2sm_s", s);
    seen.show("trunk2sm_z", z);
    out.rounds = structure_(s, z, input.types, last ? input.keep : StructureModule::Keep::last, seen.inside("sm"));
    if (!last && device != Device::shape) bins = recycled_distances(out.rounds.back().atoms);
  }
  return out;
}

}  // namespace groel::structure_models
