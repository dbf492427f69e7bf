// Protenix (ByteDance, Apache-2.0): a network of AlphaFold 3's kind with open weights. What differs from AlphaFold 3 is
// named where it is.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "io/arrays.h"
#include "structure_models/diffusion_sampler.h"
#include "structure_models/network_core.h"
#include "structure_models/protenix/confidence.h"
#include "structure_models/protenix/input.h"
#include "structure_models/published_weights.h"

namespace groel::structure_models {

/// Sizes of its parts, and what differs from AlphaFold 3.
struct ProtenixShape : NetworkCoreForm {
  ProtenixConfidenceForm confidence{};
};
/// By the shapes of arrays with the network's own names (weights.h). Errors: bad_model naming `path`, where an
/// array that tells a size is missing.
ProtenixShape protenix_shape(const io::ArrayMap& arrays, const std::filesystem::path& path);

class Protenix final : public NetworkCore {
 public:
  explicit Protenix(const ProtenixShape& shape);
  /// Those of NetworkCore, and `confidence`.
  void members(nn::Members to) override;
  const ProtenixShape& shape() const { return shape_; }

  NetworkFeatures features(const ProtenixInput& input) const;
  /// All passes of the trunk.
  NetworkEmbeddings embed(const ProtenixInput& input, const NetworkFeatures& features, const PassRows& rows,
                          const Watch& watch = {}, const Seen& seen = {}) const;
  /// `features` must outlive what it gives.
  DiffusionConditions conditions(const ProtenixInput& input, const NetworkFeatures& features,
                                 const NetworkEmbeddings& embeddings, KeptLogits kept, const Watch& watch = {}) const;
  /// positions [A, 3] Å of one sample.
  ProtenixConfidenceLogits confidence(const ProtenixInput& input, const NetworkFeatures& features,
                                      const NetworkEmbeddings& embeddings, const Tensor& positions) const;
  const ProtenixConfidence& confidence_head() const { return confidence_; }

  /// Brings the tensors into the form in which they are used: the trunk in that precision, what is about atoms,
  /// diffusion and confidence in f32, as Protenix has it.
  void prepare(ops::Precision precision);

 private:
  ProtenixShape shape_;
  ProtenixConfidence confidence_;
};

/// The draws of its sampler: `settings` of AlphaFold 3 but for the last noise level, which is 0, and how positions are
/// turned.
SamplerSettings protenix_sampler();

struct ProtenixWeights : PublishedWeights {
  ProtenixShape shape;
};
/// Reads a file of weights; numbers stay mapped until they are used. Errors: of the reader; bad_model, listing every
/// array that is missing, unexpected or mis-shaped by its published name; unsupported, for the networks that read
/// ESM-2's vectors or constraints, too.
ProtenixWeights read_protenix_weights(const std::filesystem::path& path);
/// Reads them and fills a network with them.
std::unique_ptr<Protenix> load_protenix(const std::filesystem::path& path,
                                        ops::Precision precision = ops::Precision::f32);

}  // namespace groel::structure_models
