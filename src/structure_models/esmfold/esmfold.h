// ESMFold v1: a protein's structure from its sequence alone, by ESM-2 and a folding trunk (Lin et al. 2023, Science
// 379:1123). The published weights are under the MIT licence.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "models/model.h"
#include "structure_models/esmfold/trunk.h"
#include "structure_models/sequence_structure.h"

namespace groel::structure_models {

struct EsmfoldOptions {
  std::int64_t recycles = -1;  ///< passes through the trunk after the first; below 0: as the model says (3)
  StructureModule::Keep keep = StructureModule::Keep::last;
  std::function<void(const EsmfoldProgress&)> progress = {};
};

/// All f32.
struct EsmfoldOutput {
  std::vector<StructureRound> rounds;  ///< of the last pass; the structure is the last one's
  Tensor s;                            ///< [N, Cs] states of residues
  Tensor z;                            ///< [N*N, Cz] of pairs
  Tensor plddt;   ///< [N, 37] of each atom (io::kAtomNames), in 0..1, also of atoms that a residue lacks
  Tensor pae;     ///< [N, N]: the error expected of j, in Å, where residue i is superposed
  float ptm = 0;  ///< 0..1

  SequenceStructure structure() const { return {rounds.back().atoms, plddt, pae, ptm}; }
};

class Esmfold final : public nn::Module {
 public:
  /// `language_model`: ESM-2, loaded and prepared later by `prepare`. Errors: bad_model.
  Esmfold(EsmfoldShape shape, std::unique_ptr<models::Model> language_model);
  ~Esmfold() override;
  /// The language model's tensors under its own names, all others under those of `adapt_esmfold_names`.
  void members(nn::Members to) override;
  /// Once tensors are in place. The structure module and the heads stay f32.
  void prepare(ops::Precision precision);

  const EsmfoldShape& shape() const { return shape_; }
  const models::Model& language_model() const { return *language_model_; }
  /// The language model's token of each type.
  std::span<const std::int32_t> tokens() const { return tokens_; }
  /// Passes through the trunk with these options.
  std::int64_t passes(const EsmfoldOptions& options) const;
  /// Bytes of weights in the form in which they are used; numbers in them, without heads that a file may lack.
  std::size_t weight_bytes() const;
  std::int64_t parameters() const;
  /// Bytes that describing and folding a protein of N residues takes beside the weights, found by doing so on tensors
  /// without data.
  std::size_t fold_bytes(std::int64_t residues) const;

  /// [N, Cs] of each protein: what the language model says of its residues, all in one packed pass. The same whatever
  /// else is in the batch.
  std::vector<Tensor> describe(std::span<const std::vector<std::int32_t>* const> proteins) const;
  /// `described`: of input.types. ModuleTaps see the first pass.
  EsmfoldOutput fold(const EsmfoldInput& input, const Tensor& described, const EsmfoldOptions& options = {},
                     const ModuleTaps& taps = {}) const;
  /// Both.
  EsmfoldOutput fold(const EsmfoldInput& input, const EsmfoldOptions& options = {}, const ModuleTaps& taps = {}) const;

  /// [N*N, 64]: of the distance between Cβ, 2.3125 to 21.6875 Å; symmetric.
  Tensor distogram_logits(const Tensor& z) const;
  /// [N*N, 64]: of aligned errors, 0 to 32 Å.
  Tensor error_logits(const Tensor& z) const { return error_head_(z); }
  /// [N, 23]: of residues: padding, the twenty, X, a mask.
  Tensor residue_logits(const Tensor& s) const { return residue_head_(s); }

 private:
  std::unique_ptr<Esmfold> without_data() const;
  Tensor described(const Tensor& mixed, std::span<const std::int32_t> types) const;
  Tensor judge_atoms(const Tensor& states) const;
  void judge_pairs(EsmfoldOutput& out) const;

  EsmfoldShape shape_;
  std::unique_ptr<models::Model> language_model_;
  std::array<std::int32_t, 21> tokens_{};  // of each type
  ops::Precision precision_ = ops::Precision::f32;
  Tensor layer_weights_;  // (layers + 1), softmax taken
  nn::LayerNorm language_norm_;
  nn::Linear language_in_, language_out_;
  nn::EmbeddingTable residues_;  // (23, Cs): of types 0..20
  EsmfoldTrunk trunk_;
  nn::Linear distance_head_, error_head_, residue_head_;
  nn::LayerNorm confidence_norm_;
  nn::Linear confidence_1_, confidence_2_, confidence_3_;
};

}  // namespace groel::structure_models
