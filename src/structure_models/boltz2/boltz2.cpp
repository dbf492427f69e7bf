// The network of Boltz-2, put together of its own parts and of those that it shares with AlphaFold 3.
#include "structure_models/boltz2/boltz2.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/error.h"
#include "checkpoints/load.h"
#include "ops/elementwise.h"
#include "ops/pair_grid.h"
#include "structure_models/boltz2/table.h"
#include "structure_models/boltz2/weights.h"

namespace groel::structure_models {

Boltz2::Boltz2(const Boltz2Shape& shape)
    : shape_(shape),
      tokens_(shape),
      trunk_(shape.trunk),
      diffusion_(shape.diffusion),
      confidence_(shape.confidence),
      distogram_(shape.trunk.pair_width, shape.distogram_bins, {.exactness = nn::Exactness::head}) {}

void Boltz2::members(nn::Members to) {
  to.part("", tokens_);
  to.part("trunk", trunk_);
  to.part("diffusion", diffusion_);
  to.part("confidence", confidence_);
  to.part("distogram", distogram_);
}

void Boltz2::prepare(ops::Precision precision) {
  nn::ready(nn::tree_of(trunk_), precision);
  for (nn::Module* part : {static_cast<nn::Module*>(&tokens_), static_cast<nn::Module*>(&diffusion_),
                           static_cast<nn::Module*>(&confidence_), static_cast<nn::Module*>(&distogram_)})
    nn::ready(nn::tree_of(*part), ops::Precision::f32);
}

NetworkFeatures Boltz2::features(const Boltz2Input& input) const {
  NetworkFeatures out{boltz2_windows(input), boltz2_reference(input), {}};
  out.target = tokens_(input, out.reference, out.atoms);
  return out;
}

NetworkEmbeddings Boltz2::embed(const Boltz2Input& input, const NetworkFeatures& features, const Passes& passes,
                                const Watch& watch, const Seen& seen) const {
  TrunkState state = trunk_.start(input.tokens);
  Progress progress{0, passes.passes, 0, trunk_.steps(input.templates.size())};
  const std::int64_t rows = std::min(passes.rows, input.rows);
  for (; progress.pass < passes.passes; ++progress.pass) {
    progress.block = 0;
    trunk_.pass(input, features.target, rows, state, prefixed(watch, fmt::format("pass{}.", progress.pass)), [&] {
      ++progress.block;
      if (seen) seen(progress);
    });
  }
  return {state.single, state.pair.z};
}

DiffusionConditions Boltz2::conditions(const Boltz2Input& input, const NetworkFeatures& features,
                                       const NetworkEmbeddings& embeddings, KeptLogits kept, const Watch& watch) const {
  return diffusion_.conditions({embeddings.single, embeddings.pair, features.target}, input.places(),
                               features.reference, features.atoms, kept, watch);
}

Boltz2ConfidenceLogits Boltz2::confidence(const Boltz2Input& input, const NetworkFeatures& features,
                                          const NetworkEmbeddings& embeddings, const Tensor& positions) const {
  return confidence_.logits({input, features.target, embeddings.single, embeddings.pair},
                            boltz2_places(input, positions.values<float>()));
}

Tensor Boltz2::distogram(const Tensor& pair, const nn::folding::GridRows& rows) const {
  return distogram_(ops::add(rows.of(pair), ops::take_columns(pair, {rows.n, rows.begin, rows.end})));
}

SamplerSettings boltz2_sampler() {
  SamplerSettings out;
  out.sigma_min = 0.0001;
  out.spacing = LevelSpacing::before_zero;
  out.from = StepFrom::superposed;
  return out;
}

Boltz2Weights read_boltz2_weights(const std::filesystem::path& path) {
  io::ArrayMap published = read_boltz2_file(path);
  check_records(boltz2_table(published), published, {}, path.string());
  Boltz2Weights out;
  out.identifier =
      checkpoints::fingerprint({.config = nullptr, .arrays = published, .tokenizer = {}, .path = path, .layout = {}});
  for (const auto& [name, array] : published)
    if (is_boltz2_parameter(name)) out.parameters += element_count(array.shape);
  out.arrays = boltz2_arrays(std::move(published), path);
  out.shape = boltz2_shape(out.arrays, path);
  return out;
}

std::unique_ptr<Boltz2> boltz2_of(Boltz2Weights weights, ops::Precision precision, const std::filesystem::path& path) {
  auto out = std::make_unique<Boltz2>(weights.shape);
  checkpoints::fill_slots(*out, weights.arrays, {}, path);
  weights.arrays.clear();  // each goes as soon as it is packed
  out->prepare(precision);
  return out;
}

std::unique_ptr<Boltz2> load_boltz2(const std::filesystem::path& path, ops::Precision precision) {
  return boltz2_of(read_boltz2_weights(path), precision, path);
}

}  // namespace groel::structure_models
