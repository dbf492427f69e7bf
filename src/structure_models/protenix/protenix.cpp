// The network of Protenix, put together of parts that it shares with AlphaFold 3.
#include "structure_models/protenix/protenix.h"

#include <fmt/format.h>

#include "base/error.h"
#include "structure_models/protenix/table.h"
#include "structure_models/protenix/weights.h"
#include "structure_models/published_names.h"

namespace groel::structure_models {

Protenix::Protenix(const ProtenixShape& shape)
    : NetworkCore(shape, nn::Bias::yes), shape_(shape), confidence_(shape.confidence) {}

void Protenix::members(nn::Members to) {
  core_members(to);
  to.part("confidence", confidence_);
}

void Protenix::prepare(ops::Precision precision) {
  prepare_core(precision);
  nn::ready(nn::tree_of(confidence_), ops::Precision::f32);
}

NetworkFeatures Protenix::features(const ProtenixInput& input) const {
  return protenix_features(input, shape_.confidence.slots, atoms());
}

NetworkEmbeddings Protenix::embed(const ProtenixInput& input, const NetworkFeatures& features, const PassRows& rows,
                                  const Watch& watch, const Seen& seen) const {
  return NetworkCore::embed(protenix_trunk_features(input), features.target, rows, watch, seen);
}

DiffusionConditions Protenix::conditions(const ProtenixInput& input, const NetworkFeatures& features,
                                         const NetworkEmbeddings& embeddings, KeptLogits kept,
                                         const Watch& watch) const {
  return NetworkCore::conditions(input.places(), features, embeddings, kept, watch);
}

ProtenixConfidenceLogits Protenix::confidence(const ProtenixInput& input, const NetworkFeatures& features,
                                              const NetworkEmbeddings& embeddings, const Tensor& positions) const {
  return confidence_.logits({embeddings.single, embeddings.pair, features.target},
                            protenix_places(input, positions.values<float>()));
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
  const char* more = has_arrays(published, "input_embedder.linear_esm.")
                         ? "ESM-2's vectors (the variants called esm and ism)"
                     : has_arrays(published, "constraint_embedder.") ? "constraints (the variant called constraint)"
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
  out.identifier = digest_of(published, path);
  out.parameters = count_of_numbers(published);
  out.arrays = protenix_arrays(std::move(published), path);
  out.shape = protenix_shape(out.arrays, path);
  return out;
}

std::unique_ptr<Protenix> load_protenix(const std::filesystem::path& path, ops::Precision precision) {
  return network_of<Protenix>(read_protenix_weights(path), precision, path);
}

}  // namespace groel::structure_models
