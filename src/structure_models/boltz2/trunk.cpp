// Embedding of pairs, templates, alignment, Pairformer, as Boltz-2 has them.
#include "structure_models/boltz2/trunk.h"

#include "base/interrupt.h"
#include "base/threads.h"
#include "ops/elementwise.h"
#include "structure_models/token_sums.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kNoBias{.bias = nn::Bias::no};

// What a linear layer gives of one feature, [features, Z].
Tensor table_of(const nn::Linear& layer, std::int64_t features) {
  Tensor unit = Tensor::zeros({features, features});
  for (std::int64_t i = 0; i < features; ++i) unit.mutable_data<float>()[i * (features + 1)] = 1;
  return layer(unit);
}

// to += from, of the rows of the grid one after the other.
void add_pairs(const Tensor& from, std::int64_t n, Tensor& to) {
  const std::int64_t each = to.count() / n;
  const float* values = from.data<float>();
  float* const sums = to.mutable_data<float>();
  parallel_for(n, [&](std::int64_t row) {
    for (std::int64_t i = row * each; i < (row + 1) * each; ++i) sums[i] += values[i];
  });
}

}  // namespace

Boltz2Pairs::Boltz2Pairs(std::int64_t width)
    : width_(width), relative_(kRelativeFeatures, width, kNoBias), bond_(1, width, kNoBias) {}

void Boltz2Pairs::members(nn::Members to) {
  to.part("relative", relative_);
  to.part("bond", bond_);
  to.tensor("bond_types", {kBoltz2BondTypes, width_}, nn::Role::embedding, types_);
  to.tensor("unspecified", {width_}, nn::Role::embedding, unspecified_);
}

void Boltz2Pairs::add(const TokenPlaces& places, std::span<const Boltz2Bond> bonds, Tensor& z) const {
  add_relative_encoding(places, table_of(relative_, kRelativeFeatures), z);
  const Tensor types = types_.to(DType::f32), unspecified = unspecified_.to(DType::f32), bond = table_of(bond_, 1);
  const std::int64_t n = places.tokens(), width = width_;
  const float *all = types.data<float>(), *always = unspecified.data<float>(), *bonded = bond.data<float>();
  float* const to = z.mutable_data<float>();
  parallel_for(n, [&](std::int64_t row) {
    for (std::int64_t j = 0; j < n; ++j)
      for (std::int64_t c = 0; c < width; ++c) to[(row * n + j) * width + c] += all[c] + always[c];
  });
  const auto add_bond = [&](std::int64_t from, std::int64_t other, std::int64_t type) {
    for (std::int64_t c = 0; c < width; ++c)
      to[(from * n + other) * width + c] += bonded[c] + all[type * width + c] - all[c];
  };
  for (const Boltz2Bond& one : bonds) {
    add_bond(one.from, one.to, one.type);
    if (one.from != one.to) add_bond(one.to, one.from, one.type);
  }
}

Boltz2Trunk::Boltz2Trunk(const Alphafold3TrunkForm& form)
    : form_(form),
      row_(form.target_width, form.pair_width, kNoBias),
      column_(form.target_width, form.pair_width, kNoBias),
      pairs_(form.pair_width),
      previous_pair_norm_(form.pair_width, 1e-5F),
      previous_single_norm_(form.single_width, 1e-5F),
      previous_pair_(form.pair_width, form.pair_width, kNoBias),
      previous_single_(form.single_width, form.single_width, kNoBias),
      single_(form.target_width, form.single_width, kNoBias),
      templates_(form.templates),
      alignment_(form.alignment),
      pairformer_(form.blocks, form.pairformer) {}

void Boltz2Trunk::members(nn::Members to) {
  to.part("row", row_);
  to.part("column", column_);
  to.part("pairs", pairs_);
  to.part("previous_pair_norm", previous_pair_norm_);
  to.part("previous_pair", previous_pair_);
  to.part("templates", templates_);
  to.part("alignment", alignment_);
  to.part("single", single_);
  to.part("previous_single_norm", previous_single_norm_);
  to.part("previous_single", previous_single_);
  to.part("pairformer", pairformer_);
}

TrunkState Boltz2Trunk::start(std::int64_t tokens) const {
  return {Tensor::zeros({tokens, form_.single_width}), {Tensor::zeros({tokens * tokens, form_.pair_width})}};
}

void Boltz2Trunk::pass(const Boltz2Input& input, const Tensor& target, std::int64_t rows, TrunkState& state,
                       const Watch& watch, const std::function<void()>& done) const {
  Tensor& z = state.pair.z;
  const std::int64_t n = input.tokens;
  const auto step = [&] {
    if (done) done();
    check_interrupted();
  };
  nn::folding::for_grid_rows(n, 2 * form_.pair_width, [&](const nn::folding::GridRows& grid) {
    const Tensor own = grid.of(z);
    previous_pair_(previous_pair_norm_(own), {.into = own});
  });
  add_token_sums(row_(target), column_(target), z);
  pairs_.add(input.places(), input.bonds, z);
  show(watch, "z_init", z);
  templates_.add(input.templates, input.asym_id, z, step);
  show(watch, "z_after_template", z);
  {
    // What the alignment makes of pairs comes on top of what it began with, which is in it already.
    const Tensor before = z.clone();
    alignment_.update(input, rows, target, state.pair, watch, step);
    add_pairs(before, n, z);
  }
  Tensor s = previous_single_(previous_single_norm_(state.single));
  s = ops::add(s, single_(target));
  pairformer_.update(state.pair, s, [&](std::size_t) { step(); });
  show(watch, "pairformer.z", z);
  show(watch, "pairformer.s", s);
  state.single = s;
}

}  // namespace groel::structure_models
