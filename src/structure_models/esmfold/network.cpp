// ESMFold as a network that sequences are folded by.
#include "structure_models/esmfold/checkpoint.h"
#include "structure_models/sequence_network.h"

namespace groel::structure_models {
namespace {

namespace fs = std::filesystem;

SequenceNetworkFacts facts_of(const LoadedEsmfold& loaded) {
  const EsmfoldShape& shape = loaded.model->shape();
  return {.family = "esmfold",
          .title = "ESMFold v1",
          .licence = "MIT, where the weights are those published",
          .citation = "Lin et al. 2023, Science 379:1123",
          .path = loaded.path,
          .layout = loaded.layout,
          .ignored = loaded.ignored,
          .fingerprint = loaded.fingerprint,
          .language_layers = shape.language_layers,
          .language_width = shape.language_width,
          .blocks = shape.trunk.blocks,
          .width = shape.trunk.width,
          .pair_width = shape.trunk.pair_width};
}

class EsmfoldNetwork final : public SequenceNetwork {
 public:
  explicit EsmfoldNetwork(LoadedEsmfold loaded) : SequenceNetwork(facts_of(loaded)), model_(std::move(loaded.model)) {}

  std::int64_t parameters() const override { return model_->parameters(); }
  std::size_t weight_bytes() const override { return model_->weight_bytes(); }
  std::size_t fold_bytes(std::int64_t residues) const override { return model_->fold_bytes(residues); }
  std::int64_t passes(std::int64_t recycles) const override { return model_->passes({.recycles = recycles}); }
  std::int64_t tokens(std::int64_t residues) const override {
    return model_->language_model().tokenizer().token_count(residues);
  }
  std::vector<SequenceDescription> describe(std::span<const std::vector<std::int32_t>* const> proteins) const override {
    std::vector<SequenceDescription> out;
    for (Tensor& one : model_->describe(proteins)) out.push_back({std::move(one), {}});
    return out;
  }
  SequenceStructure fold(const EsmfoldInput& input, const SequenceDescription& described,
                         const SequenceFoldOptions& options) const override {
    EsmfoldOptions own;
    own.recycles = options.recycles;
    own.progress = options.progress;
    return model_->fold(input, described.s, own).structure();
  }

 private:
  std::unique_ptr<Esmfold> model_;
};

std::unique_ptr<SequenceNetwork> load(const fs::path& path, ops::Precision precision) {
  return std::make_unique<EsmfoldNetwork>(load_esmfold(path, precision));
}

}  // namespace

SequenceNetworkFamily esmfold_family() { return {is_esmfold_at, load}; }

}  // namespace groel::structure_models
