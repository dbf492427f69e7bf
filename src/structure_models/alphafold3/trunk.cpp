// Embedding of pairs, templates, alignment, Pairformer.
#include "structure_models/alphafold3/trunk.h"

#include <fmt/format.h>

#include "base/interrupt.h"
#include "ops/elementwise.h"
#include "structure_models/token_sums.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kPlain{.bias = nn::Bias::no};

}  // namespace

Alphafold3Trunk::Alphafold3Trunk(const Alphafold3TrunkForm& form)
    : form_(form),
      row_(form.target_width, form.pair_width, kPlain),
      column_(form.target_width, form.pair_width, kPlain),
      relative_(kRelativeFeatures, form.pair_width, kPlain),
      bond_(1, form.pair_width, kPlain),
      previous_pair_norm_(form.pair_width, 1e-5F),
      previous_single_norm_(form.single_width, 1e-5F),
      previous_pair_(form.pair_width, form.pair_width, kPlain),
      previous_single_(form.single_width, form.single_width, kPlain),
      single_(form.target_width, form.single_width, kPlain),
      templates_(form.templates),
      alignment_(form.alignment),
      pairformer_(form.blocks, form.pairformer) {}

void Alphafold3Trunk::members(nn::Members to) {
  to.part("row", row_);
  to.part("column", column_);
  to.part("relative", relative_);
  to.part("bond", bond_);
  to.part("previous_pair_norm", previous_pair_norm_);
  to.part("previous_pair", previous_pair_);
  to.part("templates", templates_);
  to.part("alignment", alignment_);
  to.part("single", single_);
  to.part("previous_single_norm", previous_single_norm_);
  to.part("previous_single", previous_single_);
  to.part("pairformer", pairformer_);
}

TrunkState Alphafold3Trunk::start(std::int64_t tokens) const {
  return {Tensor::zeros({tokens, form_.single_width}), {Tensor::zeros({tokens * tokens, form_.pair_width})}};
}

// Of the pass before [N * N, Z] to this one's, in place.
void Alphafold3Trunk::embed_pairs(const Alphafold3TrunkInput& in, Tensor& z) const {
  const std::int64_t n = in.places.tokens(), width = form_.pair_width;
  nn::folding::for_grid_rows(n, 2 * width, [&](const nn::folding::GridRows& grid) {
    const Tensor target = grid.of(z);
    previous_pair_(previous_pair_norm_(target), {.into = target});
  });
  add_token_sums(row_(in.target), column_(in.target), z);
  // What a linear layer gives of one feature: features of pairs are few ones among zeros.
  const auto unit = [](std::int64_t features) {
    Tensor out = Tensor::zeros({features, features});
    for (std::int64_t i = 0; i < features; ++i) out.mutable_data<float>()[i * features + i] = 1;
    return out;
  };
  add_relative_encoding(in.places, relative_(unit(kRelativeFeatures)), z);
  const Tensor bond = bond_(unit(1));
  for (const auto& [row, column] : in.bonds) {
    float* to = z.mutable_data<float>() + (row * n + column) * width;
    for (std::int64_t c = 0; c < width; ++c) to[c] += bond.data<float>()[c];
  }
}

void Alphafold3Trunk::pass(const Alphafold3TrunkInput& in, TrunkState& state, const Watch& watch,
                           const std::function<void()>& done) const {
  Tensor& z = state.pair.z;
  const auto step = [&] {
    if (done) done();
    check_interrupted();
  };
  embed_pairs(in, z);
  show(watch, "z_init", z);
  templates_.add(in.templates, in.places.chain, z, watch, step);
  show(watch, "z_after_template", z);
  alignment_.update(in.alignment, in.target, state.pair, watch, step);
  Tensor s = previous_single_(previous_single_norm_(state.single));
  s = ops::add(s, single_(in.target));
  show(watch, "s_init", s);
  pairformer_.update(state.pair, s, [&](std::size_t block) {
    show(watch, fmt::format("pairformer{}.z", block), z);
    show(watch, fmt::format("pairformer{}.s", block), s);
    step();
  });
  state.single = s;
}

}  // namespace groel::structure_models
