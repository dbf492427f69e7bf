// AlphaFold 3's network (Abramson et al. 2024): from a job's features to structures and how sure it is of them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "structure_models/alphafold3_input.h"
#include "structure_models/alphafold3_shape.h"
#include "structure_models/diffusion_sampler.h"
#include "structure_models/intellifold2.h"

namespace groel::structure_models {

/// What is made of an input once, before the first pass.
struct Alphafold3Features {
  AtomWindows atoms;
  ReferenceAtoms reference;
  std::vector<TemplateStructure> templates;
  std::vector<std::pair<std::int32_t, std::int32_t>> bonds;  ///< each once, without (0, 0)
  Tensor target;                                             ///< [N, T]
};

/// What the trunk gives.
struct Alphafold3Embeddings {
  Tensor target;  ///< [N, T]
  Tensor single;  ///< [N, S]
  Tensor pair;    ///< [N * N, Z]
};

class Alphafold3 final : public nn::Module {
 public:
  explicit Alphafold3(const Alphafold3Shape& shape);
  void members(nn::Members to) override;

  const Alphafold3Shape& shape() const { return shape_; }

  Alphafold3Features features(const Alphafold3Input& input, const Watch& watch = {}) const;

  /// The rows of the alignment that each pass takes, in order; as many passes as there are lists.
  using PassRows = std::vector<std::vector<std::int32_t>>;
  /// `blocks` are those that the trunk counts as steps of a pass.
  struct Progress {
    std::int64_t pass = 0, passes = 0, block = 0, blocks = 0;
  };
  /// All passes of the trunk. `watch`: "pass0.z_init", …, "pass0.z", "pass0.s".
  Alphafold3Embeddings embed(const Alphafold3Input& input, const Alphafold3Features& features, const PassRows& rows,
                             const Watch& watch = {}, const std::function<void(const Progress&)>& seen = {}) const;

  DiffusionConditions conditions(const Alphafold3Input& input, const Alphafold3Features& features,
                                 const Alphafold3Embeddings& embeddings, KeptLogits kept,
                                 const Watch& watch = {}) const;
  const Alphafold3Diffusion& diffusion() const { return diffusion_; }

  /// positions [A, 3] Å of one sample.
  ConfidenceLogits confidence(const Alphafold3Input& input, const Alphafold3Features& features,
                              const Alphafold3Embeddings& embeddings, const Tensor& positions,
                              const Watch& watch = {}) const;
  const Alphafold3Confidence& confidence_head() const { return confidence_; }
  /// Logits of the distogram of some rows of the grid, [rows * N, 64].
  Tensor distogram(const Alphafold3Embeddings& embeddings, const nn::folding::GridRows& rows) const;

  /// Brings the tensors into the form in which they are used: the trunk and the confidence head in that precision, what
  /// is about atoms and diffusion in f32, as AlphaFold 3 has it.
  void prepare(ops::Precision precision);

 private:
  Tensor target(const Alphafold3Input& input, const Alphafold3Features& features, const Watch& watch) const;

  Alphafold3Shape shape_;
  AtomEncoder atoms_;
  Alphafold3Trunk trunk_;
  Alphafold3Diffusion diffusion_;
  Alphafold3Confidence confidence_;
  nn::Linear distogram_;  // (64, Z): half of symmetric logits
};

/// The draws of a run with a seed, in AlphaFold 3's order: of each of `passes` passes the rows of the alignment, all
/// shuffled, then the first `most`; and the key of the diffusion.
struct Alphafold3Draws {
  Alphafold3::PassRows rows;
  JaxKey diffusion;
};
Alphafold3Draws alphafold3_draws(std::uint32_t seed, std::int64_t passes, std::int64_t rows, std::int64_t most);

/// A network that is ready, and what its file says of it.
struct LoadedAlphafold3 {
  std::unique_ptr<Alphafold3> network;
  std::string identifier;  ///< of the weights
  std::int64_t parameters = 0;
};
/// Reads a folder or a file of parameters (alphafold3_records.h). Errors: of the reader; bad_model, listing every
/// record that is missing, unexpected or mis-shaped.
LoadedAlphafold3 load_alphafold3(const std::filesystem::path& path, ops::Precision precision = ops::Precision::f32);

/// The weights under the network's own names: AlphaFold 3's, or another's in its form of file.
struct Alphafold3Weights {
  Alphafold3Shape shape;
  io::ArrayMap arrays;
  std::string identifier;  ///< that of the file; a digest of the arrays where it is no own one (IntelliFold-2)
  std::int64_t parameters = 0;
  RecordOrigin origin;
};
Alphafold3Weights read_alphafold3_weights(const std::filesystem::path& path);
/// Fills a network with them; `path` is named in errors.
std::unique_ptr<Alphafold3> alphafold3_of(Alphafold3Weights weights, ops::Precision precision,
                                          const std::filesystem::path& path);

}  // namespace groel::structure_models
