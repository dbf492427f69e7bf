// Draws in AlphaFold 3's order, and its scores of a sample.
#include "structure_models/alphafold3/run.h"

#include <utility>

namespace groel::structure_models {
namespace {

// The draws of all samples of a seed, of which some are wanted.
class SomeNoise final : public DiffusionNoise {
 public:
  SomeNoise(JaxNoise all, std::span<const std::int64_t> wanted) : all_(std::move(all)), wanted_(wanted) {}
  void start(std::int64_t sample, std::span<float> to) override { all_.start(at(sample), to); }
  Pose step(std::int64_t step, std::int64_t sample, std::span<float> to) override {
    return all_.step(step, at(sample), to);
  }

 private:
  std::int64_t at(std::int64_t sample) const { return wanted_[static_cast<std::size_t>(sample)]; }
  JaxNoise all_;
  std::span<const std::int64_t> wanted_;
};

}  // namespace

Alphafold3Run::Alphafold3Run(const Alphafold3& network, Alphafold3Input input, const Of& of,
                             const RunSettings& settings)
    : NetworkRun(network, of.name, settings),
      network_(network),
      input_(std::move(input)),
      padded_(of.padded),
      draws_(alphafold3_draws(of.seed, settings.passes, input_.rows, settings.alignment_rows)),
      features_(network.features(input_)) {}

NetworkEmbeddings Alphafold3Run::embedded(const NetworkCore::Seen& seen) const {
  return network_.embed(input_, features_, draws_.rows, {}, seen);
}

DiffusionConditions Alphafold3Run::conditions() const {
  return network_.conditions(input_, features_, embeddings(), settings().kept);
}

std::unique_ptr<DiffusionNoise> Alphafold3Run::noise(std::span<const std::int64_t> wanted) const {
  return std::make_unique<SomeNoise>(JaxNoise(draws_.diffusion, settings().sampler.samples, padded_, features_.atoms),
                                     wanted);
}

std::vector<float> Alphafold3Run::contacts_of(const Tensor& logits) const {
  return folding::contact_probabilities(logits.values<float>());
}

void Alphafold3Run::judge(const Tensor& positions, std::span<const float> /*contacts*/, PredictedSample& to) const {
  to.positions = positions_by_slot(positions, features_.atoms, input_.tokens);
  const ConfidenceLogits logits = network_.confidence(input_, features_, embeddings(), positions);
  to.lddt = folding::expected_lddt(logits.lddt.values<float>());
  std::vector<std::int32_t> chains;
  for (const std::int32_t id : input_.asym_id) chains.push_back(id - 1);
  nn::folding::for_grid_rows(input_.tokens, 4 * network_.shape().pair, [&](const nn::folding::GridRows& rows) {
    const Tensor errors = network_.confidence_head().errors(logits, rows);
    folding::add_aligned_errors(errors.values<float>(), static_cast<std::size_t>(rows.begin), chains, to.errors);
  });
  to.summary = [this, &errors = to.errors](const folding::AtomLayout& layout, std::span<const float> places) {
    const std::vector<std::int32_t> ids = folding::token_chains(layout);
    return folding::summarise(layout, places,
                              {ids, input_.frames_mask, errors.pae, errors.tm_global, errors.tm_interface});
  };
}

}  // namespace groel::structure_models
