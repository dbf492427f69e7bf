// Boltz-2's alignment: features of its rows, and blocks that take them to pairs.
#include <fmt/format.h>

#include "structure_models/boltz2/trunk.h"

namespace groel::structure_models {
namespace {

// [N, 36] of one row.
Tensor features_of_row(const Boltz2Input& input, std::int64_t row) {
  Tensor out = Tensor::zeros({input.tokens, Boltz2Alignment::kFeatures});
  float* to = out.mutable_data<float>();
  const auto n = static_cast<std::size_t>(input.tokens), begin = static_cast<std::size_t>(row) * n;
  for (std::size_t i = 0; i < n; ++i, to += Boltz2Alignment::kFeatures) {
    const float deleted = input.deletions[begin + i];
    to[input.msa[begin + i]] = 1;
    to[kBoltz2Letters] = deleted > 0 ? 1.0F : 0.0F;
    to[kBoltz2Letters + 1] = boltz2_deletion(deleted);
    to[kBoltz2Letters + 2] = input.paired[begin + i];
  }
  return out;
}

}  // namespace

struct Boltz2Alignment::Block {
  nn::folding::PairAveraging averaging;
  nn::folding::Transition transition;
  nn::folding::OuterProductMean outer;
  nn::folding::PairBlock pairs;
};

Boltz2Alignment::Boltz2Alignment(const AlignmentModuleForm& form)
    : form_(form),
      features_(kFeatures, form.width, {.bias = nn::Bias::no}),
      target_(form.target_width, form.width, {.bias = nn::Bias::no}) {
  for (std::int64_t b = 0; b < form.blocks; ++b)
    blocks_.push_back(
        std::make_shared<Block>(Block{nn::folding::PairAveraging(form.averaging),
                                      nn::folding::Transition({.width = form.width, .inner = form.transition}),
                                      nn::folding::OuterProductMean(form.outer), nn::folding::PairBlock(form.pairs)}));
}

void Boltz2Alignment::members(nn::Members to) {
  to.part("features", features_);
  to.part("target", target_);
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    const std::string name = fmt::format("blocks.{}.", b);
    to.part(name + "averaging", blocks_[b]->averaging);
    to.part(name + "transition", blocks_[b]->transition);
    to.part(name + "outer", blocks_[b]->outer);
    to.part(name + "pairs", blocks_[b]->pairs);
  }
}

void Boltz2Alignment::update(const Boltz2Input& input, std::int64_t rows, const Tensor& target,
                             nn::folding::Pairs& pairs, const Watch& watch, const std::function<void()>& done) const {
  nn::folding::AlignmentStates in{Tensor::empty({rows * input.tokens, form_.width}), input.tokens, {}};
  const Tensor own = target_(target);
  for (std::int64_t r = 0; r < rows; ++r)
    features_(features_of_row(input, r),
              {.residual = own, .into = in.m.rows(r * input.tokens, (r + 1) * input.tokens)});
  for (const auto& block : blocks_) {
    block->averaging.add(in, pairs.z, in.m);
    block->transition.add(in.m, in.m);
    block->outer.add(in, pairs.z);
    block->pairs.update(pairs);
    if (done) done();
  }
  show(watch, "msa.m", in.m);
  show(watch, "msa.z", pairs.z);
}

}  // namespace groel::structure_models
