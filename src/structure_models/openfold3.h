// OpenFold3 (AlQuraishi Laboratory, Apache-2.0): a network of AlphaFold 3's kind with open weights. What differs from
// AlphaFold 3 and Protenix is named where it is.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "io/arrays.h"
#include "structure_models/alphafold3_confidence.h"
#include "structure_models/alphafold3_diffusion.h"
#include "structure_models/alphafold3_trunk.h"
#include "structure_models/diffusion_sampler.h"
#include "structure_models/openfold3_input.h"
#include "structure_models/openfold3_weights.h"

namespace groel::structure_models {

/// Sizes of its parts, and what differs from AlphaFold 3.
struct Openfold3Shape {
  AtomEncoderForm atoms{};
  Alphafold3TrunkForm trunk{};
  Alphafold3DiffusionForm diffusion{};
  Alphafold3ConfidenceForm confidence{};
  std::int64_t distogram_bins = 64;
};
/// By the shapes of arrays with the network's own names (openfold3_weights.h). Errors: bad_model naming `path`, where
/// an array that tells a size is missing.
Openfold3Shape openfold3_shape(const io::ArrayMap& arrays, Openfold3Release release, const std::filesystem::path& path);

/// Places for atoms of a token, in the heads that say something of each.
inline constexpr std::int64_t kOpenfold3Slots = 23;

/// What is made of an input once.
struct Openfold3Features {
  AtomWindows atoms;
  ReferenceAtoms reference;
  Tensor target;  ///< [N, T]: what atoms give, residue type, profile, mean of deletions
};

/// What the trunk gives.
struct Openfold3Embeddings {
  Tensor single;  ///< [N, S]
  Tensor pair;    ///< [N * N, Z]
};

class Openfold3 final : public nn::Module {
 public:
  explicit Openfold3(const Openfold3Shape& shape);
  /// `atoms`, `trunk`, `diffusion`, `confidence`, `distogram`.
  void members(nn::Members to) override;
  const Openfold3Shape& shape() const { return shape_; }

  Openfold3Features features(const Openfold3Input& input) const;

  /// The rows of the alignment that each pass takes, in order; as many passes as there are lists.
  using PassRows = std::vector<std::vector<std::int32_t>>;
  /// `blocks` are those that the trunk counts as steps of a pass.
  struct Progress {
    std::int64_t pass = 0, passes = 0, block = 0, blocks = 0;
  };
  /// All passes of the trunk. `watch`: "pass0.z_after_template", …, as Alphafold3Trunk::pass has them.
  Openfold3Embeddings embed(const Openfold3Input& input, const Openfold3Features& features, const PassRows& rows,
                            const Watch& watch = {}, const std::function<void(const Progress&)>& seen = {}) const;

  /// `features` must outlive what it gives.
  DiffusionConditions conditions(const Openfold3Input& input, const Openfold3Features& features,
                                 const Openfold3Embeddings& embeddings, KeptLogits kept, const Watch& watch = {}) const;
  const Alphafold3Diffusion& diffusion() const { return diffusion_; }

  /// positions [A, 3] Å of one sample.
  ConfidenceLogits confidence(const Openfold3Input& input, const Openfold3Features& features,
                              const Openfold3Embeddings& embeddings, const Tensor& positions) const;
  const Alphafold3Confidence& confidence_head() const { return confidence_; }
  /// Logits of the distance error of some rows of the grid, [rows * N, bins].
  Tensor distance_errors(const ConfidenceLogits& of, const nn::folding::GridRows& rows) const;
  /// Logits of the distogram, likewise.
  Tensor distogram(const Tensor& pair, const nn::folding::GridRows& rows) const;

  /// Brings the tensors into the form in which they are used: the trunk in that precision, what is about atoms,
  /// diffusion and confidence in f32.
  void prepare(ops::Precision precision);

 private:
  Openfold3Shape shape_;
  AtomEncoder atoms_;
  Alphafold3Trunk trunk_;
  Alphafold3Diffusion diffusion_;
  Alphafold3Confidence confidence_;
  nn::Linear distogram_;  // (64, Z), half of symmetric logits
};

/// `settings` of AlphaFold 3, but for how positions are turned.
SamplerSettings openfold3_sampler();

/// The weights under the network's own names.
struct Openfold3Weights {
  Openfold3Shape shape;
  Openfold3Release release = Openfold3Release::preview_1;
  io::ArrayMap arrays;
  std::string identifier;  ///< a digest of the file's arrays
  std::int64_t parameters = 0;
};
/// Reads a file of weights; numbers stay mapped until they are used. Errors: of the reader; bad_model, listing every
/// array that is missing, unexpected or mis-shaped by its published name.
Openfold3Weights read_openfold3_weights(const std::filesystem::path& path);
/// Fills a network with them; `path` is named in errors. Errors: bad_model, where numbers are none.
std::unique_ptr<Openfold3> openfold3_of(Openfold3Weights weights, ops::Precision precision,
                                        const std::filesystem::path& path);
/// Both.
std::unique_ptr<Openfold3> load_openfold3(const std::filesystem::path& path,
                                          ops::Precision precision = ops::Precision::f32);

}  // namespace groel::structure_models
