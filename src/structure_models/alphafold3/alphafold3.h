// AlphaFold 3's network (Abramson et al. 2024): from a job's features to structures and how sure it is of them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "structure_models/alphafold3/input.h"
#include "structure_models/alphafold3/shape.h"
#include "structure_models/diffusion_sampler.h"
#include "structure_models/intellifold2/intellifold2.h"
#include "structure_models/network_core.h"
#include "structure_models/published_weights.h"

namespace groel::structure_models {

struct Alphafold3Features : NetworkFeatures {
  std::vector<TemplateStructure> templates;
  std::vector<std::pair<std::int32_t, std::int32_t>> bonds;  ///< each once, without (0, 0)
};

class Alphafold3 final : public NetworkCore {
 public:
  explicit Alphafold3(const Alphafold3Shape& shape);
  /// Those of NetworkCore, and `confidence`.
  void members(nn::Members to) override;

  const Alphafold3Shape& shape() const { return shape_; }

  Alphafold3Features features(const Alphafold3Input& input, const Watch& watch = {}) const;
  /// All passes of the trunk.
  NetworkEmbeddings embed(const Alphafold3Input& input, const Alphafold3Features& features, const PassRows& rows,
                          const Watch& watch = {}, const Seen& seen = {}) const;
  /// `features` must outlive what it gives.
  DiffusionConditions conditions(const Alphafold3Input& input, const Alphafold3Features& features,
                                 const NetworkEmbeddings& embeddings, KeptLogits kept, const Watch& watch = {}) const;
  /// positions [A, 3] Å of one sample.
  ConfidenceLogits confidence(const Alphafold3Input& input, const Alphafold3Features& features,
                              const NetworkEmbeddings& embeddings, const Tensor& positions,
                              const Watch& watch = {}) const;
  const Alphafold3Confidence& confidence_head() const { return confidence_; }

  /// Brings the tensors into the form in which they are used: the trunk and the confidence head in that precision, what
  /// is about atoms and diffusion in f32, as AlphaFold 3 has it.
  void prepare(ops::Precision precision);

 private:
  Tensor target(const Alphafold3Input& input, const Alphafold3Features& features, const Watch& watch) const;

  Alphafold3Shape shape_;
  Alphafold3Confidence confidence_;
};

/// The draws of a run with a seed, in AlphaFold 3's order: of each of `passes` passes the rows of the alignment, all
/// shuffled, then the first `most`; and the key of the diffusion.
struct Alphafold3Draws {
  Alphafold3::PassRows rows;
  JaxKey diffusion;
};
Alphafold3Draws alphafold3_draws(std::uint32_t seed, std::int64_t passes, std::int64_t rows, std::int64_t most);

/// AlphaFold 3's weights, or another network's in its form of file.
struct Alphafold3Weights : PublishedWeights {
  Alphafold3Shape shape;
  RecordOrigin origin;
};
/// Reads a folder or a file of parameters (records.h). Errors: of the reader; bad_model, listing every
/// record that is missing, unexpected or mis-shaped.
Alphafold3Weights read_alphafold3_weights(const std::filesystem::path& path);

}  // namespace groel::structure_models
