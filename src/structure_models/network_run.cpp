// Stages of a run, one after the other.
#include "structure_models/network_run.h"

#include <utility>

namespace groel::structure_models {

NetworkRun::NetworkRun(const JobNetwork& network, std::string name, const RunSettings& settings)
    : network_(network), name_(std::move(name) + "'s network"), settings_(settings) {}

void NetworkRun::embed(const RunWatcher& watcher) {
  embeddings_ = embedded([&](const JobNetwork::Progress& progress) {
    if (watcher)
      watcher({"trunk", progress.pass * progress.blocks + progress.block, progress.passes * progress.blocks});
  });
  require_numbers(embeddings_.single, "the trunk's embeddings", name_.c_str());
}

std::vector<float> NetworkRun::contacts() const {
  std::vector<float> out;
  nn::folding::for_grid_rows(tokens(), 4 * network_.distogram_bins(), [&](const nn::folding::GridRows& rows) {
    const std::vector<float> some = contacts_of(network_.distogram(embeddings_.pair, rows));
    out.insert(out.end(), some.begin(), some.end());
  });
  return out;
}

std::vector<float> NetworkRun::distogram_row(std::int64_t token) const {
  const Tensor logits = network_.distogram(embeddings_.pair, {tokens(), token, token + 1});
  return {logits.values<float>().begin(), logits.values<float>().end()};
}

// Positions [S, A, 3], Å.
Tensor NetworkRun::sampled(std::span<const std::int64_t> wanted, const RunWatcher& watcher) const {
  SamplerSettings sampler = settings_.sampler;
  sampler.samples = std::ssize(wanted);
  const std::unique_ptr<DiffusionNoise> draws = noise(wanted);
  const DiffusionConditions given = conditions();
  return sample_positions(
      sampler, given.atoms->atoms, *draws,
      [&](const Tensor& noisy, float level) { return network_.diffusion().denoise(noisy, level, given); },
      [&](const SamplerStep& step) {
        if (watcher) watcher({"diffusion", step.step + 1, sampler.steps});
      });
}

void NetworkRun::sample(std::span<const std::int64_t> wanted, const Take& take, const RunWatcher& watcher) {
  const Tensor positions = sampled(wanted, watcher);
  require_numbers(positions, "positions", name_.c_str());
  const std::vector<float> likely = likely_contacts();
  for (std::size_t s = 0; s < wanted.size(); ++s) {
    const auto row = static_cast<std::int64_t>(s);
    PredictedSample one;
    one.sample = wanted[s];
    judge(positions.rows(row, row + 1).reshape({positions.size(1), 3}), likely, one);
    take(one);
    if (watcher) watcher({"confidence", row + 1, std::ssize(wanted)});
  }
}

}  // namespace groel::structure_models
