// Stages of a run, one after the other.
#include "structure_models/alphafold3_run.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace groel::structure_models {
namespace {

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

void require_numbers(const Tensor& x, const char* what) {
  for (const float value : x.values<float>())
    if (!std::isfinite(value))
      throw Error(ErrorKind::bad_model, {fmt::format("{} are no numbers any more", what), "AlphaFold 3's network",
                                         "are the weights whole? `dtype=f32` rules out what rounding could do"});
}

}  // namespace

Alphafold3Run::Alphafold3Run(const Alphafold3& network, const Alphafold3Input& input, std::uint32_t seed,
                             std::int64_t padded, const Alphafold3RunSettings& settings)
    : network_(network),
      input_(input),
      settings_(settings),
      padded_(padded),
      draws_(alphafold3_draws(seed, settings.passes, input.rows, settings.alignment_rows)),
      features_(network.features(input)) {}

void Alphafold3Run::embed(const RunWatcher& watcher) {
  embeddings_ = network_.embed(input_, features_, draws_.rows, {}, [&](const Alphafold3::Progress& progress) {
    if (watcher)
      watcher({"trunk", progress.pass * progress.blocks + progress.block, progress.passes * progress.blocks});
  });
  require_numbers(embeddings_.single, "the trunk's embeddings");
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
  PredictedSample out{sample, std::vector<float>(static_cast<std::size_t>(input_.tokens * kInputSlots * 3)), {}, {}};
  const float* from = positions.data<float>();
  for (std::size_t a = 0; a < features_.atoms.slot.size(); ++a)
    std::copy_n(from + 3 * a, 3, out.positions.begin() + 3 * features_.atoms.slot[a]);
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

void Alphafold3Run::sample(std::span<const std::int64_t> wanted,
                           const std::function<void(const PredictedSample&)>& take, const RunWatcher& watcher) {
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
  require_numbers(positions, "positions");
  for (std::size_t s = 0; s < wanted.size(); ++s) {
    const auto row = static_cast<std::int64_t>(s);
    take(judged(wanted[s], positions.rows(row, row + 1).reshape({features_.atoms.atoms, 3})));
    if (watcher) watcher({"confidence", row + 1, std::ssize(wanted)});
  }
}

}  // namespace groel::structure_models
