// The passes of the trunk, and the parts in the precision in which each is run.
#include "structure_models/network_core.h"

#include <fmt/format.h>

#include "ops/elementwise.h"
#include "ops/pair_grid.h"

namespace groel::structure_models {

NetworkCore::NetworkCore(const NetworkCoreForm& form, nn::Bias bias)
    : atoms_(form.atoms),
      trunk_(form.trunk),
      diffusion_(form.diffusion),
      distogram_(form.trunk.pair_width, form.distogram_bins, {.bias = bias, .exactness = nn::Exactness::head}) {}

void NetworkCore::core_members(nn::Members to) {
  to.part("atoms", atoms_);
  to.part("trunk", trunk_);
  to.part("diffusion", diffusion_);
  to.part("distogram", distogram_);
}

void NetworkCore::prepare_core(ops::Precision precision) {
  nn::ready(nn::tree_of(trunk_), precision);
  for (nn::Module* part : {static_cast<nn::Module*>(&atoms_), static_cast<nn::Module*>(&diffusion_),
                           static_cast<nn::Module*>(&distogram_)})
    nn::ready(nn::tree_of(*part), ops::Precision::f32);
}

NetworkEmbeddings NetworkCore::embed(const TrunkFeatures& in, const Tensor& target, const PassRows& rows,
                                     const Watch& watch, const Seen& seen) const {
  TrunkState state = trunk_.start(in.places.tokens());
  Progress progress{0, static_cast<std::int64_t>(rows.size()), 0, trunk_.steps(in.templates.size())};
  for (const std::vector<std::int32_t>& order : rows) {
    AlignmentRows alignment = in.alignment;
    alignment.order = order;
    const std::string name = fmt::format("pass{}.", progress.pass);
    progress.block = 0;
    trunk_.pass({in.places, target, in.templates, alignment, in.bonds}, state, prefixed(watch, name), [&] {
      ++progress.block;
      if (seen) seen(progress);
    });
    show(watch, name + "z", state.pair.z);
    show(watch, name + "s", state.single);
    ++progress.pass;
  }
  return {state.single, state.pair.z};
}

DiffusionConditions NetworkCore::conditions(const TokenPlaces& places, const NetworkFeatures& features,
                                            const NetworkEmbeddings& embeddings, KeptLogits kept,
                                            const Watch& watch) const {
  return diffusion_.conditions({embeddings.single, embeddings.pair, features.target}, places, features.reference,
                               features.atoms, kept, watch);
}

Tensor NetworkCore::distogram(const Tensor& pair, const nn::folding::GridRows& rows) const {
  return ops::add(distogram_(rows.of(pair)), distogram_(ops::take_columns(pair, {rows.n, rows.begin, rows.end})));
}

}  // namespace groel::structure_models
