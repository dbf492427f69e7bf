// Boltz-2 (Wohlwend, Passaro, Corso et al., MIT): a network of AlphaFold 3's kind with open weights, whose structures
// are computed here; its affinities are not. What differs from AlphaFold 3 is named where it is.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "io/arrays.h"
#include "structure_models/boltz2/confidence.h"
#include "structure_models/diffusion_sampler.h"
#include "structure_models/network_core.h"

namespace groel::structure_models {

/// Sizes of its parts.
struct Boltz2Shape {
  AtomEncoderForm atoms{};
  Alphafold3TrunkForm trunk{};
  Alphafold3DiffusionForm diffusion{};
  Boltz2ConfidenceForm confidence{};
  std::int64_t methods = 12, molecules = 4;
  std::int64_t distogram_bins = 64;
};
/// By the shapes of arrays with the network's own names (weights.h). Errors: bad_model naming `path`, where an
/// array that tells a size is missing.
Boltz2Shape boltz2_shape(const io::ArrayMap& arrays, const std::filesystem::path& path);

/// What tokens begin with: what atoms give, and what is said of each token, as a sum.
class Boltz2Tokens final : public nn::Module {
 public:
  explicit Boltz2Tokens(const Boltz2Shape& shape);

  /// `atoms` (AtomEncoder); `residues` [S, 33]; `profile` [S, 34] of letters and mean deletions; `methods` [12, S],
  /// `modified` [2, S], `molecules` [4, S].
  void members(nn::Members to) override;
  /// [N, S]
  Tensor operator()(const Boltz2Input& input, const ReferenceAtoms& reference, const AtomWindows& atoms) const;

 private:
  std::int64_t width_, methods_count_, molecules_count_;
  AtomEncoder atoms_;
  nn::Linear residues_, profile_;
  Tensor methods_, modified_, molecules_;
};

/// Its features' target has the width of `single`, [N, S].
class Boltz2 final : public JobNetwork {
 public:
  explicit Boltz2(const Boltz2Shape& shape);
  /// Those of Boltz2Tokens; `trunk`, `diffusion`, `confidence`, `distogram`.
  void members(nn::Members to) override;
  const Boltz2Shape& shape() const { return shape_; }

  NetworkFeatures features(const Boltz2Input& input) const;

  struct Passes {
    std::int64_t passes = 4;
    std::int64_t rows = 16384;  ///< of the alignment, the first ones
  };
  /// All passes of the trunk. `watch`: "pass0.z_init", …, as Boltz2Trunk::pass has them.
  NetworkEmbeddings embed(const Boltz2Input& input, const NetworkFeatures& features, const Passes& passes,
                          const Watch& watch = {}, const Seen& seen = {}) const;

  /// `features` must outlive what it gives.
  DiffusionConditions conditions(const Boltz2Input& input, const NetworkFeatures& features,
                                 const NetworkEmbeddings& embeddings, KeptLogits kept, const Watch& watch = {}) const;
  const Alphafold3Diffusion& diffusion() const override { return diffusion_; }

  /// positions [A, 3] Å of one sample.
  Boltz2ConfidenceLogits confidence(const Boltz2Input& input, const NetworkFeatures& features,
                                    const NetworkEmbeddings& embeddings, const Tensor& positions) const;
  const Boltz2Confidence& confidence_head() const { return confidence_; }
  Tensor distogram(const Tensor& pair, const nn::folding::GridRows& rows) const override;
  std::int64_t distogram_bins() const override { return distogram_.width(); }

  /// Brings the tensors into the form in which they are used: the trunk in that precision, what is about atoms,
  /// diffusion and confidence in f32.
  void prepare(ops::Precision precision);

 private:
  Boltz2Shape shape_;
  Boltz2Tokens tokens_;
  Boltz2Trunk trunk_;
  Alphafold3Diffusion diffusion_;
  Boltz2Confidence confidence_;
  nn::Linear distogram_;  // (64, Z) of the sum of both directions
};

/// Levels that end at 0, and steps that go on from superposed positions.
SamplerSettings boltz2_sampler();

/// The weights under the network's own names.
struct Boltz2Weights {
  Boltz2Shape shape;
  io::ArrayMap arrays;
  std::string identifier;  ///< a digest of the file's arrays
  std::int64_t parameters = 0;
};
/// Reads a file of weights; numbers stay mapped until they are used. Errors: of the reader; bad_model, listing every
/// array that is missing, unexpected or mis-shaped by its published name.
Boltz2Weights read_boltz2_weights(const std::filesystem::path& path);
/// Fills a network with them; `path` is named in errors. Errors: bad_model, where numbers are none.
std::unique_ptr<Boltz2> boltz2_of(Boltz2Weights weights, ops::Precision precision, const std::filesystem::path& path);
/// Both.
std::unique_ptr<Boltz2> load_boltz2(const std::filesystem::path& path, ops::Precision precision = ops::Precision::f32);

}  // namespace groel::structure_models
