// OpenFold3 (AlQuraishi Laboratory, Apache-2.0): a network of AlphaFold 3's kind with open weights. What differs from
// AlphaFold 3 and Protenix is named where it is.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/arrays.h"
#include "structure_models/alphafold3/confidence.h"
#include "structure_models/diffusion_sampler.h"
#include "structure_models/network_core.h"
#include "structure_models/openfold3/input.h"
#include "structure_models/openfold3/weights.h"
#include "structure_models/published_weights.h"

namespace groel::structure_models {

/// Sizes of its parts, and what differs from AlphaFold 3.
struct Openfold3Shape : NetworkCoreForm {
  Alphafold3ConfidenceForm confidence{};
};
/// By the shapes of arrays with the network's own names (weights.h). Errors: bad_model naming `path`, where
/// an array that tells a size is missing.
Openfold3Shape openfold3_shape(const io::ArrayMap& arrays, Openfold3Release release, const std::filesystem::path& path);

/// Places for atoms of a token, in the heads that say something of each.
inline constexpr std::int64_t kOpenfold3Slots = 23;

class Openfold3 final : public NetworkCore {
 public:
  explicit Openfold3(const Openfold3Shape& shape);
  /// Those of NetworkCore, and `confidence`.
  void members(nn::Members to) override;
  const Openfold3Shape& shape() const { return shape_; }

  NetworkFeatures features(const Openfold3Input& input) const;
  /// All passes of the trunk.
  NetworkEmbeddings embed(const Openfold3Input& input, const NetworkFeatures& features, const PassRows& rows,
                          const Watch& watch = {}, const Seen& seen = {}) const;
  /// `features` must outlive what it gives.
  DiffusionConditions conditions(const Openfold3Input& input, const NetworkFeatures& features,
                                 const NetworkEmbeddings& embeddings, KeptLogits kept, const Watch& watch = {}) const;
  /// positions [A, 3] Å of one sample.
  ConfidenceLogits confidence(const Openfold3Input& input, const NetworkFeatures& features,
                              const NetworkEmbeddings& embeddings, const Tensor& positions) const;
  const Alphafold3Confidence& confidence_head() const { return confidence_; }
  /// Logits of the distance error of some rows of the grid, [rows * N, bins].
  Tensor distance_errors(const ConfidenceLogits& of, const nn::folding::GridRows& rows) const;

  /// Brings the tensors into the form in which they are used: the trunk in that precision, what is about atoms,
  /// diffusion and confidence in f32.
  void prepare(ops::Precision precision);

 private:
  Openfold3Shape shape_;
  Alphafold3Confidence confidence_;
};

/// `settings` of AlphaFold 3, but for how positions are turned.
SamplerSettings openfold3_sampler();

struct Openfold3Weights : PublishedWeights {
  Openfold3Shape shape;
  Openfold3Release release = Openfold3Release::preview_1;
};
/// Reads a file of weights; numbers stay mapped until they are used. Errors: of the reader; bad_model, listing every
/// array that is missing, unexpected or mis-shaped by its published name.
Openfold3Weights read_openfold3_weights(const std::filesystem::path& path);
/// Reads them and fills a network with them.
std::unique_ptr<Openfold3> load_openfold3(const std::filesystem::path& path,
                                          ops::Precision precision = ops::Precision::f32);

}  // namespace groel::structure_models
