// The alignment module: features of its rows, and blocks that take them to pairs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/threads.h"
#include "structure_models/alphafold3/trunk.h"

namespace groel::structure_models {
namespace {

using nn::folding::AlignmentStates;
using nn::folding::Pairs;

constexpr std::int64_t kAlignmentLetters = 32;

// [N, 34] of one row.
Tensor row_features(const AlignmentRows& rows, std::int64_t row, const AlignmentModuleForm& form) {
  const std::int64_t width = form.features;
  const float most = form.deletions == DeletionScale::to_one ? 1.0F : 4.0F;
  Tensor out = Tensor::zeros({rows.tokens, width});
  float* to = out.mutable_data<float>();
  const auto begin = static_cast<std::size_t>(row * rows.tokens);
  for (std::size_t i = 0; i < static_cast<std::size_t>(rows.tokens); ++i, to += width) {
    const std::int8_t letter = rows.letters[begin + i];
    const float deleted = rows.deletions[begin + i];
    if (letter >= 0 && letter < kAlignmentLetters) to[letter] = 1;
    to[kAlignmentLetters] = std::clamp(deleted, 0.0F, 1.0F);
    to[kAlignmentLetters + 1] = std::atan(deleted / 3) * (2 * most / std::numbers::pi_v<float>);
  }
  return out;
}

// [S * N], or undefined where every row has every token.
Tensor mask_of(const AlignmentRows& rows) {
  if (rows.mask.empty()) return {};
  const auto n = static_cast<std::size_t>(rows.tokens);
  Tensor out = Tensor::empty({static_cast<std::int64_t>(rows.order.size()) * rows.tokens});
  float* to = out.mutable_data<float>();
  for (const std::int32_t row : rows.order)
    for (const std::uint8_t there : rows.mask.subspan(static_cast<std::size_t>(row) * n, n)) *to++ = there;
  return out;
}

// What `update` does to rows of m [S * N, M] that are there; the others stay as they were.
template <class Update>
void where_there(const Tensor& mask, Tensor& m, const Update& update) {
  if (!mask.defined()) return update();
  const Tensor before = m.clone();
  update();
  const std::int64_t width = m.size(1);
  for (std::int64_t row = 0; row < m.size(0); ++row)
    if (mask.data<float>()[row] == 0)
      std::copy_n(before.data<float>() + row * width, width, m.mutable_data<float>() + row * width);
}

// Shows what `add` adds to x.
template <class Add>
void shown(const Watch& watch, const std::string& name, const Tensor& x, const Add& add) {
  if (!watch) return add();
  Tensor update = x.clone();
  add();
  float* to = update.mutable_data<float>();
  const float* after = x.data<float>();
  for (std::int64_t i = 0; i < x.count(); ++i) to[i] = after[i] - to[i];
  watch(name, update);
}

}  // namespace

struct AlignmentModule::Block {
  nn::folding::OuterProductMean outer;
  nn::folding::PairAveraging averaging;
  nn::folding::Transition transition;
  nn::folding::PairBlock pairs;
};

AlignmentModule::AlignmentModule(const AlignmentModuleForm& form)
    : form_(form),
      features_(form.features, form.width, {.bias = nn::Bias::no}),
      target_(form.target_width, form.width, {.bias = nn::Bias::no}) {
  for (std::int64_t b = 0; b < form.blocks; ++b)
    blocks_.push_back(std::make_shared<Block>(Block{
        nn::folding::OuterProductMean(form.outer), nn::folding::PairAveraging(form.averaging),
        nn::folding::Transition({.width = form.width, .inner = form.transition}), nn::folding::PairBlock(form.pairs)}));
}

// Whether a block updates the alignment.
bool AlignmentModule::updates(std::size_t block) const {
  return form_.last == LastBlock::whole || block + 1 < blocks_.size();
}

void AlignmentModule::members(nn::Members to) {
  to.part("features", features_);
  to.part("target", target_);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const std::string name = fmt::format("blocks.{}.", b);
    to.part(name + "outer", blocks_[b]->outer);
    if (updates(b)) to.part(name + "averaging", blocks_[b]->averaging);
    if (updates(b)) to.part(name + "transition", blocks_[b]->transition);
    to.part(name + "pairs", blocks_[b]->pairs);
  }
}

// [R * N, M].
Tensor AlignmentModule::embedded(const AlignmentRows& rows, const Tensor& target) const {
  const auto count = static_cast<std::int64_t>(rows.order.size());
  Tensor out = Tensor::empty({count * rows.tokens, form_.width});
  const Tensor own = target_(target);
  for (std::int64_t r = 0; r < count; ++r)
    features_(row_features(rows, rows.order[static_cast<std::size_t>(r)], form_),
              {.residual = own, .into = out.rows(r * rows.tokens, (r + 1) * rows.tokens)});
  return out;
}

void AlignmentModule::update(const AlignmentRows& rows, const Tensor& target, Pairs& pairs, const Watch& watch,
                             const std::function<void()>& done) const {
  AlignmentStates in{embedded(rows, target), rows.tokens, {}};
  const Tensor mask = mask_of(rows);
  show(watch, "msa_init", in.m);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const Block& block = *blocks_[b];
    const std::string name = fmt::format("msa_block{}.", b);
    shown(watch, name + "update.outer_product_mean", pairs.z, [&] {
      block.outer.add({in.m, in.tokens, mask}, pairs.z);
    });
    if (updates(b)) {
      shown(watch, name + "update.msa_attention1", in.m, [&] { block.averaging.add(in, pairs.z, in.m); });
      shown(watch, name + "update.msa_transition", in.m,
            [&] { where_there(mask, in.m, [&] { block.transition.add(in.m, in.m); }); });
    }
    block.pairs.update(pairs);
    show(watch, name + "m", in.m);
    show(watch, name + "z", pairs.z);
    if (done) done();
  }
}

}  // namespace groel::structure_models
