// The network of OpenFold3, put together of parts that it shares with AlphaFold 3.
#include "structure_models/openfold3.h"

#include <fmt/format.h>

#include "base/error.h"
#include "checkpoints/load.h"
#include "ops/elementwise.h"
#include "ops/pair_grid.h"
#include "structure_models/openfold3_table.h"

namespace groel::structure_models {

Openfold3::Openfold3(const Openfold3Shape& shape)
    : shape_(shape),
      atoms_(shape.atoms),
      trunk_(shape.trunk),
      diffusion_(shape.diffusion),
      confidence_(shape.confidence),
      distogram_(shape.trunk.pair_width, shape.distogram_bins,
                 {.bias = nn::Bias::no, .exactness = nn::Exactness::head}) {}

void Openfold3::members(nn::Members to) {
  to.part("atoms", atoms_);
  to.part("trunk", trunk_);
  to.part("diffusion", diffusion_);
  to.part("confidence", confidence_);
  to.part("distogram", distogram_);
}

void Openfold3::prepare(ops::Precision precision) {
  nn::ready(nn::tree_of(trunk_), precision);
  for (nn::Module* part : {static_cast<nn::Module*>(&atoms_), static_cast<nn::Module*>(&diffusion_),
                           static_cast<nn::Module*>(&confidence_), static_cast<nn::Module*>(&distogram_)})
    nn::ready(nn::tree_of(*part), ops::Precision::f32);
}

Openfold3Features Openfold3::features(const Openfold3Input& input) const {
  Openfold3Features out{protenix_windows(input, shape_.confidence.slots), protenix_reference(input), {}};
  const AtomConditions conditions = atoms_.conditions(out.reference, out.atoms, {});
  out.target = protenix_target(input, atoms_.encode({}, conditions, out.atoms).tokens);
  return out;
}

Openfold3Embeddings Openfold3::embed(const Openfold3Input& input, const Openfold3Features& features,
                                     const PassRows& rows, const Watch& watch,
                                     const std::function<void(const Progress&)>& seen) const {
  const TokenPlaces places = input.places();
  TrunkState state = trunk_.start(input.tokens);
  Progress progress{0, static_cast<std::int64_t>(rows.size()), 0, trunk_.steps(input.templates.size())};
  for (const std::vector<std::int32_t>& order : rows) {
    const AlignmentRows alignment{input.tokens, input.msa, input.deletions, order, input.msa_mask};
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

DiffusionConditions Openfold3::conditions(const Openfold3Input& input, const Openfold3Features& features,
                                          const Openfold3Embeddings& embeddings, KeptLogits kept,
                                          const Watch& watch) const {
  return diffusion_.conditions({embeddings.single, embeddings.pair, features.target}, input.places(),
                               features.reference, features.atoms, kept, watch);
}

ConfidenceLogits Openfold3::confidence(const Openfold3Input& input, const Openfold3Features& features,
                                       const Openfold3Embeddings& embeddings, const Tensor& positions) const {
  return confidence_.logits({embeddings.single, embeddings.pair, features.target},
                            protenix_places(input, positions.values<float>()));
}

Tensor Openfold3::distance_errors(const ConfidenceLogits& of, const nn::folding::GridRows& rows) const {
  using Half = Alphafold3Confidence::Half;
  return ops::add(confidence_.half_distances(of, rows, Half::rows),
                  confidence_.half_distances(of, rows, Half::columns));
}

Tensor Openfold3::distogram(const Tensor& pair, const nn::folding::GridRows& rows) const {
  return ops::add(distogram_(rows.of(pair)), distogram_(ops::take_columns(pair, {rows.n, rows.begin, rows.end})));
}

SamplerSettings openfold3_sampler() {
  SamplerSettings out;
  out.turning = Turning::matrix_times_column;
  return out;
}

Openfold3Weights read_openfold3_weights(const std::filesystem::path& path) {
  PublishedOpenfold3 file = read_openfold3_file(path);
  if (!is_openfold3(file.arrays))
    throw Error(ErrorKind::bad_model, {"these are no weights of OpenFold3", path.string(),
                                       "give the .pt file as OpenFold3 publishes it, or a folder that holds one"});
  check_records(openfold3_table(file.arrays), file.arrays, {}, path.string());
  Openfold3Weights out;
  out.release = file.release;
  out.identifier =
      checkpoints::fingerprint({.config = nullptr, .arrays = file.arrays, .tokenizer = {}, .path = path, .layout = {}});
  for (const auto& [name, array] : file.arrays) out.parameters += element_count(array.shape);
  out.arrays = openfold3_arrays(std::move(file.arrays), path);
  out.shape = openfold3_shape(out.arrays, out.release, path);
  return out;
}

std::unique_ptr<Openfold3> openfold3_of(Openfold3Weights weights, ops::Precision precision,
                                        const std::filesystem::path& path) {
  auto out = std::make_unique<Openfold3>(weights.shape);
  checkpoints::fill_slots(*out, weights.arrays, {}, path);
  weights.arrays.clear();  // each goes as soon as it is packed
  out->prepare(precision);
  return out;
}

std::unique_ptr<Openfold3> load_openfold3(const std::filesystem::path& path, ops::Precision precision) {
  return openfold3_of(read_openfold3_weights(path), precision, path);
}

}  // namespace groel::structure_models
