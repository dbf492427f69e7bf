// MiniFold as a network that sequences are folded by.
#include <algorithm>

#include "base/error.h"
#include "base/words.h"
#include "structure_models/ideal_residues.h"
#include "structure_models/minifold/checkpoint.h"
#include "structure_models/sequence_network.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

SequenceNetworkFacts facts_of(const LoadedMinifold& loaded) {
  const MinifoldShape& shape = loaded.model->shape();
  return {.family = "minifold",
          .title = "MiniFold",
          .licence = "MIT, where the weights are those published",
          .citation = "Wohlwend et al. 2025, Transactions on Machine Learning Research, 1p9hQTbjgo",
          .path = loaded.path,
          .layout = loaded.layout,
          .ignored = loaded.ignored,
          .fingerprint = loaded.fingerprint,
          .language_layers = shape.language_layers,
          .language_width = shape.language_width,
          .blocks = shape.blocks,
          .width = shape.width,
          .pair_width = shape.pair_width};
}

// The number of a residue for each of its atoms.
Tensor of_all_atoms(const Tensor& plddt) {
  return Tensor::computed({plddt.size(0), kAtomKinds}, plddt.device(), [&](std::span<float> to) {
    auto next = to.begin();
    for (const float sure : plddt.values<float>()) next = std::fill_n(next, kAtomKinds, sure);
  });
}

class MinifoldNetwork final : public SequenceNetwork {
 public:
  explicit MinifoldNetwork(LoadedMinifold loaded)
      : SequenceNetwork(facts_of(loaded)), model_(std::move(loaded.model)) {}

  std::int64_t parameters() const override { return model_->parameters(); }
  std::size_t weight_bytes() const override { return model_->weight_bytes(); }
  std::size_t fold_bytes(std::int64_t residues) const override { return model_->fold_bytes(residues); }
  std::int64_t passes(std::int64_t recycles) const override { return model_->passes({.recycles = recycles}); }
  std::int64_t tokens(std::int64_t residues) const override { return residues; }
  void require(const EsmfoldSequence& sequence) const override {
    if (sequence.chains > 1)
      throw Error(ErrorKind::unsupported,
                  {fmt::format("{}: MiniFold folds single chains", counted(sequence.chains, "chain")),
                   {},
                   "give each chain a record of its own, or fold them together by ESMFold"});
  }
  std::vector<SequenceDescription> describe(std::span<const std::vector<std::int32_t>* const> proteins) const override {
    std::vector<SequenceDescription> out;
    for (MinifoldDescription& one : model_->describe(proteins)) out.push_back({std::move(one.s), std::move(one.z)});
    return out;
  }
  SequenceStructure fold(const EsmfoldInput& input, const SequenceDescription& described,
                         const SequenceFoldOptions& options) const override {
    MinifoldOutput out = model_->fold(input.types, {described.s, described.z}, {options.recycles, options.progress});
    return {std::move(out.structure.atoms), of_all_atoms(out.plddt)};
  }

 private:
  std::unique_ptr<Minifold> model_;
};

std::unique_ptr<SequenceNetwork> load(const fs::path& path, ops::Precision precision) {
  return std::make_unique<MinifoldNetwork>(load_minifold(path, precision));
}

}  // namespace

SequenceNetworkFamily minifold_family() { return {is_minifold_at, load}; }

}  // namespace groel::structure_models
