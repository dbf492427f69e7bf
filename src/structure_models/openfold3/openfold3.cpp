// The network of OpenFold3, put together of parts that it shares with AlphaFold 3.
#include "structure_models/openfold3/openfold3.h"

#include "base/error.h"
#include "ops/elementwise.h"
#include "structure_models/openfold3/table.h"

namespace groel::structure_models {

Openfold3::Openfold3(const Openfold3Shape& shape)
    : NetworkCore(shape, nn::Bias::no), shape_(shape), confidence_(shape.confidence) {}

void Openfold3::members(nn::Members to) {
  core_members(to);
  to.part("confidence", confidence_);
}

void Openfold3::prepare(ops::Precision precision) {
  prepare_core(precision);
  nn::ready(nn::tree_of(confidence_), ops::Precision::f32);
}

NetworkFeatures Openfold3::features(const Openfold3Input& input) const {
  return protenix_features(input, shape_.confidence.slots, atoms());
}

NetworkEmbeddings Openfold3::embed(const Openfold3Input& input, const NetworkFeatures& features, const PassRows& rows,
                                   const Watch& watch, const Seen& seen) const {
  TrunkFeatures given = protenix_trunk_features(input);
  given.alignment.mask = input.msa_mask;
  return NetworkCore::embed(given, features.target, rows, watch, seen);
}

DiffusionConditions Openfold3::conditions(const Openfold3Input& input, const NetworkFeatures& features,
                                          const NetworkEmbeddings& embeddings, KeptLogits kept,
                                          const Watch& watch) const {
  return NetworkCore::conditions(input.places(), features, embeddings, kept, watch);
}

ConfidenceLogits Openfold3::confidence(const Openfold3Input& input, const NetworkFeatures& features,
                                       const NetworkEmbeddings& embeddings, const Tensor& positions) const {
  return confidence_.logits({embeddings.single, embeddings.pair, features.target},
                            protenix_places(input, positions.values<float>()));
}

Tensor Openfold3::distance_errors(const ConfidenceLogits& of, const nn::folding::GridRows& rows) const {
  using Half = Alphafold3Confidence::Half;
  return ops::add(confidence_.half_distances(of, rows, Half::rows),
                  confidence_.half_distances(of, rows, Half::columns));
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
  out.identifier = digest_of(file.arrays, path);
  out.parameters = count_of_numbers(file.arrays);
  out.arrays = openfold3_arrays(std::move(file.arrays), path);
  out.shape = openfold3_shape(out.arrays, out.release, path);
  return out;
}

std::unique_ptr<Openfold3> load_openfold3(const std::filesystem::path& path, ops::Precision precision) {
  return network_of<Openfold3>(read_openfold3_weights(path), precision, path);
}

}  // namespace groel::structure_models
