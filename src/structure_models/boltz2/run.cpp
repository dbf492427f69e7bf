// Stages of a run, one after the other.
#include "structure_models/boltz2/run.h"

#include <algorithm>
#include <memory>

#include "structure_models/boltz2/scores.h"
#include "structure_models/seeded_noise.h"

namespace groel::structure_models {
namespace {

constexpr const char* kBoltzNetwork = "Boltz-2's network";

}  // namespace

RunSettings boltz2_run_settings() {
  RunSettings out;
  out.passes = 4;
  out.alignment_rows = 16384;
  out.sampler = boltz2_sampler();
  return out;
}

Boltz2Run::Boltz2Run(const Boltz2& network, Boltz2Input input, std::uint32_t seed, const RunSettings& settings)
    : network_(network),
      input_(std::move(input)),
      settings_(settings),
      diffusion_(JaxKey(seed).child(1)),
      features_(network.features(input_)) {}

void Boltz2Run::embed(const RunWatcher& watcher) {
  embeddings_ = network_.embed(
      input_, features_, {settings_.passes, settings_.alignment_rows}, {}, [&](const Boltz2::Progress& progress) {
        if (watcher)
          watcher({"trunk", progress.pass * progress.blocks + progress.block, progress.passes * progress.blocks});
      });
  require_numbers(embeddings_.single, "the trunk's embeddings", kBoltzNetwork);
}

std::vector<float> Boltz2Run::contacts() const {
  std::vector<float> out;
  nn::folding::for_grid_rows(input_.tokens, 4 * network_.shape().distogram_bins,
                             [&](const nn::folding::GridRows& rows) {
                               const Tensor logits = network_.distogram(embeddings_.pair, rows);
                               const std::vector<float> some = boltz2_contacts(logits.values<float>(), logits.size(1));
                               out.insert(out.end(), some.begin(), some.end());
                             });
  return out;
}

std::vector<float> Boltz2Run::distogram_row(std::int64_t token) const {
  const Tensor logits = network_.distogram(embeddings_.pair, {input_.tokens, token, token + 1});
  return {logits.values<float>().begin(), logits.values<float>().end()};
}

PredictedSample Boltz2Run::judged(std::int64_t sample, const Tensor& positions, std::span<const float> contacts) const {
  const auto slots = static_cast<std::size_t>(input_.tokens) * folding::kSlots;
  PredictedSample out{sample, std::vector<float>(slots * 3), std::vector<float>(slots), {}, {}};
  const Boltz2ConfidenceLogits logits = network_.confidence(input_, features_, embeddings_, positions);
  const Boltz2Confidence& head = network_.confidence_head();
  const auto scores = std::make_shared<Boltz2Scores>(boltz2_scores(
      {.input = input_,
       .positions = positions.values<float>(),
       .contacts = contacts,
       .lddt_logits = logits.lddt.values<float>(),
       .errors = [&](const nn::folding::GridRows& rows) { return head.errors(logits, input_.asym_id, rows); },
       .distance_errors =
           [&](const nn::folding::GridRows& rows) { return head.distance_errors(logits, input_.asym_id, rows); }}));
  const float* at = positions.data<float>();
  for (std::size_t a = 0; a < input_.output_slot.size(); ++a) {
    const auto slot = static_cast<std::size_t>(input_.output_slot[a]);
    std::copy_n(at + 3 * a, 3, out.positions.begin() + static_cast<std::ptrdiff_t>(3 * slot));
    // Every atom has its token's.
    out.lddt[slot] = 100 * scores->plddt[static_cast<std::size_t>(input_.atom_token[a])];
  }
  out.errors.pae = scores->pae;
  out.summary = [scores](const folding::AtomLayout& layout, std::span<const float> places) {
    return boltz2_summary(*scores, layout, places);
  };
  return out;
}

void Boltz2Run::sample(std::span<const std::int64_t> wanted, const Take& take, const RunWatcher& watcher) {
  SamplerSettings sampler = settings_.sampler;
  sampler.samples = std::ssize(wanted);
  SeededNoise noise(diffusion_, wanted);
  Tensor positions;
  {
    const DiffusionConditions conditions = network_.conditions(input_, features_, embeddings_, settings_.kept);
    positions = sample_positions(
        sampler, input_.atoms(), noise,
        [&](const Tensor& noisy, float level) { return network_.diffusion().denoise(noisy, level, conditions); },
        [&](const SamplerStep& step) {
          if (watcher) watcher({"diffusion", step.step + 1, sampler.steps});
        });
  }
  require_numbers(positions, "positions", kBoltzNetwork);
  const std::vector<float> likely = contacts();
  for (std::size_t s = 0; s < wanted.size(); ++s) {
    const auto row = static_cast<std::int64_t>(s);
    take(judged(wanted[s], positions.rows(row, row + 1).reshape({input_.atoms(), 3}), likely));
    if (watcher) watcher({"confidence", row + 1, std::ssize(wanted)});
  }
}

}  // namespace groel::structure_models
