// Stages of a run, one after the other.
#include "structure_models/alphafold3_run.h"

#include <utility>

namespace groel::structure_models {
namespace {

constexpr const char* kNetwork = "AlphaFold 3's network";

// The draws of all samples of a seed, of which some are wanted.
class SomeNoise final : public DiffusionNoise {
 public:
  SomeNoise(JaxNoise& all, std::span<const std::int64_t> wanted) : all_(all), wanted_(wanted) {}
  void start(std::int64_t sample, std::span<float> to) override { all_.start(at(sample), to); }
  Pose step(std::int64_t step, std::int64_t sample, std::span<float> to) override {
    return all_.step(step, at(sample), to);
  }

 private:
  std::int64_t at(std::int64_t sample) const { return wanted_[static_cast<std::size_t>(sample)]; }
  JaxNoise& all_;
  std::span<const std::int64_t> wanted_;
};

}  // namespace

Alphafold3Run::Alphafold3Run(const Alphafold3& network, Alphafold3Input input, std::uint32_t seed, std::int64_t padded,
                             const RunSettings& settings)
    : network_(network),
      input_(std::move(input)),
      settings_(settings),
      padded_(padded),
      draws_(alphafold3_draws(seed, settings.passes, input_.rows, settings.alignment_rows)),
      features_(network.features(input_)) {}

void Alphafold3Run::embed(const RunWatcher& watcher) {
  embeddings_ = network_.embed(input_, features_, draws_.rows, {}, [&](const Alphafold3::Progress& progress) {
    if (watcher)
      watcher({"trunk", progress.pass * progress.blocks + progress.block, progress.passes * progress.blocks});
  });
  require_numbers(embeddings_.single, "the trunk's embeddings", kNetwork);
}

std::vector<float> Alphafold3Run::contacts() const {
  std::vector<float> out;
  nn::folding::for_grid_rows(input_.tokens, 4 * network_.shape().pair, [&](const nn::folding::GridRows& rows) {
    const std::vector<float> some =
        folding::contact_probabilities(network_.distogram(embeddings_, rows).values<float>());
    out.insert(out.end(), some.begin(), some.end());
  });
  return out;
}

std::vector<float> Alphafold3Run::distogram_row(std::int64_t token) const {
  const auto values = network_.distogram(embeddings_, {input_.tokens, token, token + 1});
  return {values.values<float>().begin(), values.values<float>().end()};
}

PredictedSample Alphafold3Run::judged(std::int64_t sample, const Tensor& positions) const {
  PredictedSample out{sample, positions_by_slot(positions, features_.atoms, input_.tokens), {}, {}};
  const ConfidenceLogits logits = network_.confidence(input_, features_, embeddings_, positions);
  out.lddt = folding::expected_lddt(logits.lddt.values<float>());
  std::vector<std::int32_t> chains;
  for (const std::int32_t id : input_.asym_id) chains.push_back(id - 1);
  nn::folding::for_grid_rows(input_.tokens, 4 * network_.shape().pair, [&](const nn::folding::GridRows& rows) {
    const Tensor errors = network_.confidence_head().errors(logits, rows);
    folding::add_aligned_errors(errors.values<float>(), static_cast<std::size_t>(rows.begin), chains, out.errors);
  });
  return out;
}

void Alphafold3Run::sample(std::span<const std::int64_t> wanted, const Take& take, const RunWatcher& watcher) {
  SamplerSettings sampler = settings_.sampler;
  JaxNoise all(draws_.diffusion, sampler.samples, padded_, features_.atoms);
  SomeNoise noise(all, wanted);
  sampler.samples = std::ssize(wanted);
  Tensor positions;
  {
    const DiffusionConditions conditions = network_.conditions(input_, features_, embeddings_, settings_.kept);
    positions = sample_positions(
        sampler, features_.atoms.atoms, noise,
        [&](const Tensor& noisy, float level) { return network_.diffusion().denoise(noisy, level, conditions); },
        [&](const SamplerStep& step) {
          if (watcher) watcher({"diffusion", step.step + 1, sampler.steps});
        });
  }
  require_numbers(positions, "positions", kNetwork);
  for (std::size_t s = 0; s < wanted.size(); ++s) {
    const auto row = static_cast<std::int64_t>(s);
    PredictedSample one = judged(wanted[s], positions.rows(row, row + 1).reshape({features_.atoms.atoms, 3}));
    one.summary = [&](const folding::AtomLayout& layout, std::span<const float> places) {
      const std::vector<std::int32_t> chains = folding::token_chains(layout);
      return folding::summarise(
          layout, places, {chains, input_.frames_mask, one.errors.pae, one.errors.tm_global, one.errors.tm_interface});
    };
    take(one);
    if (watcher) watcher({"confidence", row + 1, std::ssize(wanted)});
  }
}

}  // namespace groel::structure_models
