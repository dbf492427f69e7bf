// Protenix (ByteDance, Apache-2.0): a network of AlphaFold 3's kind with open weights. What differs from AlphaFold 3 is
// named where it is.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "io/arrays.h"
#include "structure_models/alphafold3_diffusion.h"
#include "structure_models/alphafold3_trunk.h"
#include "structure_models/diffusion_sampler.h"
#include "structure_models/protenix_confidence.h"
#include "structure_models/protenix_input.h"

namespace groel::structure_models {

/// Sizes of its parts, and what differs from AlphaFold 3.
struct ProtenixShape {
  AtomEncoderForm atoms{};
  Alphafold3TrunkForm trunk{};
  Alphafold3DiffusionForm diffusion{};
  ProtenixConfidenceForm confidence{};
  std::int64_t distogram_bins = 64;
};
/// By the shapes of arrays with the network's own names (protenix_weights.h). Errors: bad_model naming `path`, where an
/// array that tells a size is missing.
ProtenixShape protenix_shape(const io::ArrayMap& arrays, const std::filesystem::path& path);

/// What is made of an input once.
struct ProtenixFeatures {
  AtomWindows atoms;
  ReferenceAtoms reference;
  Tensor target;  ///< [N, T]: what atoms give, residue type, profile, mean of deletions
};

/// What the trunk gives.
struct ProtenixEmbeddings {
  Tensor single;  ///< [N, S]
  Tensor pair;    ///< [N * N, Z]
};

class Protenix final : public nn::Module {
 public:
  explicit Protenix(const ProtenixShape& shape);
  /// `atoms`, `trunk`, `diffusion`, `confidence`, `distogram`.
  void members(nn::Members to) override;
  const ProtenixShape& shape() const { return shape_; }

  ProtenixFeatures features(const ProtenixInput& input) const;

  /// The rows of the alignment that each pass takes, in order; as many passes as there are lists.
  using PassRows = std::vector<std::vector<std::int32_t>>;
  /// `blocks` are those that the trunk counts as steps of a pass.
  struct Progress {
    std::int64_t pass = 0, passes = 0, block = 0, blocks = 0;
  };
  /// All passes of the trunk. `watch`: "pass0.z_after_template", …, as Alphafold3Trunk::pass has them.
  ProtenixEmbeddings embed(const ProtenixInput& input, const ProtenixFeatures& features, const PassRows& rows,
                           const Watch& watch = {}, const std::function<void(const Progress&)>& seen = {}) const;

  /// `features` must outlive what it gives.
  DiffusionConditions conditions(const ProtenixInput& input, const ProtenixFeatures& features,
                                 const ProtenixEmbeddings& embeddings, KeptLogits kept, const Watch& watch = {}) const;
  const Alphafold3Diffusion& diffusion() const { return diffusion_; }

  /// positions [A, 3] Å of one sample.
  ProtenixConfidenceLogits confidence(const ProtenixInput& input, const ProtenixFeatures& features,
                                      const ProtenixEmbeddings& embeddings, const Tensor& positions) const;
  const ProtenixConfidence& confidence_head() const { return confidence_; }
  /// Logits of the distogram of some rows of the grid, [rows * N, 64].
  Tensor distogram(const Tensor& pair, const nn::folding::GridRows& rows) const;

  /// Brings the tensors into the form in which they are used: the trunk in that precision, what is about atoms,
  /// diffusion and confidence in f32, as Protenix has it.
  void prepare(ops::Precision precision);

 private:
  ProtenixShape shape_;
  AtomEncoder atoms_;
  Alphafold3Trunk trunk_;
  Alphafold3Diffusion diffusion_;
  ProtenixConfidence confidence_;
  nn::Linear distogram_;  // (64, Z), half of symmetric logits, with a bias
};

/// The draws of its sampler: `settings` of AlphaFold 3 but for the last noise level, which is 0, and how positions are
/// turned.
SamplerSettings protenix_sampler();

/// The weights under the network's own names.
struct ProtenixWeights {
  ProtenixShape shape;
  io::ArrayMap arrays;
  std::string identifier;  ///< a digest of the file's arrays
  std::int64_t parameters = 0;
};
/// Reads a file of weights; numbers stay mapped until they are used. Errors: of the reader; bad_model, listing every
/// array that is missing, unexpected or mis-shaped by its published name; unsupported, for the networks that read
/// ESM-2's vectors or constraints, too.
ProtenixWeights read_protenix_weights(const std::filesystem::path& path);
/// Fills a network with them; `path` is named in errors. Errors: bad_model, where numbers are none.
std::unique_ptr<Protenix> protenix_of(ProtenixWeights weights, ops::Precision precision,
                                      const std::filesystem::path& path);
/// Both.
std::unique_ptr<Protenix> load_protenix(const std::filesystem::path& path,
                                        ops::Precision precision = ops::Precision::f32);

}  // namespace groel::structure_models
