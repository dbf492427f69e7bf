// The network of Protenix, put together of parts that it shares with AlphaFold 3.
#include "structure_models/protenix.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "checkpoints/load.h"
#include "ops/elementwise.h"
#include "ops/pair_grid.h"
#include "structure_models/protenix_table.h"
#include "structure_models/protenix_weights.h"

namespace groel::structure_models {

Protenix::Protenix(const ProtenixShape& shape)
    : shape_(shape),
      atoms_(shape.atoms),
      trunk_(shape.trunk),
      diffusion_(shape.diffusion),
      confidence_(shape.confidence),
      distogram_(shape.trunk.pair_width, shape.distogram_bins, {.exactness = nn::Exactness::head}) {}

void Protenix::members(nn::Members to) {
  to.part("atoms", atoms_);
  to.part("trunk", trunk_);
  to.part("diffusion", diffusion_);
  to.part("confidence", confidence_);
  to.part("distogram", distogram_);
}

void Protenix::prepare(ops::Precision precision) {
  nn::ready(nn::tree_of(trunk_), precision);
  for (nn::Module* part : {static_cast<nn::Module*>(&atoms_), static_cast<nn::Module*>(&diffusion_),
                           static_cast<nn::Module*>(&confidence_), static_cast<nn::Module*>(&distogram_)})
    nn::ready(nn::tree_of(*part), ops::Precision::f32);
}

ProtenixFeatures Protenix::features(const ProtenixInput& input) const {
  ProtenixFeatures out{protenix_windows(input, shape_.confidence.slots), protenix_reference(input), {}};
  const AtomConditions conditions = atoms_.conditions(out.reference, out.atoms, {});
  out.target = protenix_target(input, atoms_.encode({}, conditions, out.atoms).tokens);
  return out;
}

ProtenixEmbeddings Protenix::embed(const ProtenixInput& input, const ProtenixFeatures& features, const PassRows& rows,
                                   const Watch& watch, const std::function<void(const Progress&)>& seen) const {
  const TokenPlaces places = input.places();
  TrunkState state = trunk_.start(input.tokens);
  Progress progress{0, static_cast<std::int64_t>(rows.size()), 0, trunk_.steps(input.templates.size())};
  for (const std::vector<std::int32_t>& order : rows) {
    const AlignmentRows alignment{input.tokens, input.msa, input.deletions, order};
    progress.block = 0;
    trunk_.pass({places, features.target, input.templates, alignment, input.bonds}, state,
                prefixed(watch, fmt::format("pass{}.", progress.pass)), [&] {
                  ++progress.block;
                  if (seen) seen(progress);
                });
    ++progress.pass;
  }
  return {state.single, state.pair.z};
}

DiffusionConditions Protenix::conditions(const ProtenixInput& input, const ProtenixFeatures& features,
                                         const ProtenixEmbeddings& embeddings, KeptLogits kept,
                                         const Watch& watch) const {
  return diffusion_.conditions({embeddings.single, embeddings.pair, features.target}, input.places(),
                               features.reference, features.atoms, kept, watch);
}

ProtenixConfidenceLogits Protenix::confidence(const ProtenixInput& input, const ProtenixFeatures& features,
                                              const ProtenixEmbeddings& embeddings, const Tensor& positions) const {
  return confidence_.logits({embeddings.single, embeddings.pair, features.target},
                            protenix_places(input, positions.values<float>()));
}

Tensor Protenix::distogram(const Tensor& pair, const nn::folding::GridRows& rows) const {
  return ops::add(distogram_(rows.of(pair)), distogram_(ops::take_columns(pair, {rows.n, rows.begin, rows.end})));
}

SamplerSettings protenix_sampler() {
  SamplerSettings out;
  out.ends_at_zero = true;
  out.turning = Turning::matrix_times_column;
  return out;
}

namespace {

// Networks that are given more than a job holds.
void refuse_variants(const io::ArrayMap& published, const std::filesystem::path& path) {
  const auto has = [&](std::string_view begin) {
    const auto found = published.lower_bound(std::string(begin));
    return found != published.end() && found->first.starts_with(begin);
  };
  const char* more = has("input_embedder.linear_esm.") ? "ESM-2's vectors (the variants called esm and ism)"
                     : has("constraint_embedder.")     ? "constraints (the variant called constraint)"
                                                       : nullptr;
  if (more != nullptr)
    throw Error(ErrorKind::unsupported,
                {fmt::format("this network of Protenix reads {}, which are not made here", more), path.string(),
                 "use a variant called default, or protenix-v2"});
}

}  // namespace

ProtenixWeights read_protenix_weights(const std::filesystem::path& path) {
  io::ArrayMap published = read_protenix_arrays(path);
  if (!is_protenix(published))
    throw Error(ErrorKind::bad_model, {"these are no weights of Protenix, nor of OpenFold3", path.string(),
                                       "give the .pt file as it was published, or a folder that holds one"});
  refuse_variants(published, path);
  check_records(protenix_table(published), published, {}, path.string());
  ProtenixWeights out;
  out.identifier =
      checkpoints::fingerprint({.config = nullptr, .arrays = published, .tokenizer = {}, .path = path, .layout = {}});
  for (const auto& [name, array] : published) out.parameters += element_count(array.shape);
  out.arrays = protenix_arrays(std::move(published), path);
  out.shape = protenix_shape(out.arrays, path);
  return out;
}

std::unique_ptr<Protenix> protenix_of(ProtenixWeights weights, ops::Precision precision,
                                      const std::filesystem::path& path) {
  auto out = std::make_unique<Protenix>(weights.shape);
  checkpoints::fill_slots(*out, weights.arrays, {}, path);
  weights.arrays.clear();  // each goes as soon as it is packed
  out->prepare(precision);
  return out;
}

std::unique_ptr<Protenix> load_protenix(const std::filesystem::path& path, ops::Precision precision) {
  return protenix_of(read_protenix_weights(path), precision, path);
}

}  // namespace groel::structure_models
