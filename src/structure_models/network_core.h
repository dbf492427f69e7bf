// What all networks of AlphaFold 3's kind have alike: the encoder of atoms, the trunk and its passes, diffusion, and
// the distogram. What a network does otherwise is in the forms of these parts; its heads are its own.
#pragma once

#include <functional>
#include <vector>

#include "structure_models/alphafold3/diffusion.h"
#include "structure_models/alphafold3/trunk.h"

namespace groel::structure_models {

/// Sizes of the parts, and what differs from AlphaFold 3.
struct NetworkCoreForm {
  AtomEncoderForm atoms{};
  Alphafold3TrunkForm trunk{};
  Alphafold3DiffusionForm diffusion{};
  std::int64_t distogram_bins = 64;
};

/// What is made of an input once, before the first pass.
struct NetworkFeatures {
  AtomWindows atoms;
  ReferenceAtoms reference;
  Tensor target;  ///< [N, T]: what atoms give, residue type, profile, mean of deletions
};

/// What the trunk gives.
struct NetworkEmbeddings {
  Tensor single;  ///< [N, S]
  Tensor pair;    ///< [N * N, Z]
};

/// What a run needs of a network of AlphaFold 3's kind, whatever its trunk is (network_run.h).
class JobNetwork : public nn::Module {
 public:
  /// `blocks` are those that the trunk counts as steps of a pass.
  struct Progress {
    std::int64_t pass = 0, passes = 0, block = 0, blocks = 0;
  };
  using Seen = std::function<void(const Progress&)>;

  virtual const Alphafold3Diffusion& diffusion() const = 0;
  /// Logits of the distogram of some rows of the grid, [rows * N, bins].
  virtual Tensor distogram(const Tensor& pair, const nn::folding::GridRows& rows) const = 0;
  virtual std::int64_t distogram_bins() const = 0;
};

/// What the trunk takes of an input beside the target.
struct TrunkFeatures {
  TokenPlaces places;
  const std::vector<TemplateStructure>& templates;
  AlignmentRows alignment;  ///< `order` is that of each pass
  std::span<const std::pair<std::int32_t, std::int32_t>> bonds;
};

class NetworkCore : public JobNetwork {
 public:
  /// The rows of the alignment that each pass takes, in order; as many passes as there are lists.
  using PassRows = std::vector<std::vector<std::int32_t>>;

  const Alphafold3Diffusion& diffusion() const override { return diffusion_; }
  Tensor distogram(const Tensor& pair, const nn::folding::GridRows& rows) const override;
  std::int64_t distogram_bins() const override { return distogram_.width(); }

 protected:
  /// `bias`: whether the layer of the distogram, half of symmetric logits, has one.
  NetworkCore(const NetworkCoreForm& form, nn::Bias bias);
  /// `atoms`, `trunk`, `diffusion`, `distogram`.
  void core_members(nn::Members to);
  /// The trunk in that precision; what is about atoms, diffusion and distances in f32.
  void prepare_core(ops::Precision precision);

  const AtomEncoder& atoms() const { return atoms_; }
  /// All passes of the trunk. `watch`: "pass0.z_init", …, "pass0.z", "pass0.s", as Alphafold3Trunk::pass has them.
  NetworkEmbeddings embed(const TrunkFeatures& in, const Tensor& target, const PassRows& rows, const Watch& watch,
                          const Seen& seen) const;
  /// `features` must outlive what it gives.
  DiffusionConditions conditions(const TokenPlaces& places, const NetworkFeatures& features,
                                 const NetworkEmbeddings& embeddings, KeptLogits kept, const Watch& watch) const;

 private:
  AtomEncoder atoms_;
  Alphafold3Trunk trunk_;
  Alphafold3Diffusion diffusion_;
  nn::Linear distogram_;  // (bins, Z)
};

}  // namespace groel::structure_models
