// Stages of a run, one after the other.
#include "structure_models/boltz2/run.h"

#include <algorithm>
#include <memory>

#include "structure_models/boltz2/scores.h"
#include "structure_models/seeded_noise.h"

namespace groel::structure_models {
RunSettings boltz2_run_settings() {
  RunSettings out;
  out.passes = 4;
  out.alignment_rows = 16384;
  out.sampler = boltz2_sampler();
  return out;
}

Boltz2Run::Boltz2Run(const Boltz2& network, Boltz2Input input, std::uint32_t seed, const RunSettings& settings)
    : NetworkRun(network, "Boltz-2", settings),
      network_(network),
      input_(std::move(input)),
      diffusion_(JaxKey(seed).child(1)),
      features_(network.features(input_)) {}

NetworkEmbeddings Boltz2Run::embedded(const JobNetwork::Seen& seen) const {
  return network_.embed(input_, features_, {settings().passes, settings().alignment_rows}, {}, seen);
}

DiffusionConditions Boltz2Run::conditions() const {
  return network_.conditions(input_, features_, embeddings(), settings().kept);
}

std::unique_ptr<DiffusionNoise> Boltz2Run::noise(std::span<const std::int64_t> wanted) const {
  return std::make_unique<SeededNoise>(diffusion_, wanted);
}

std::vector<float> Boltz2Run::contacts_of(const Tensor& logits) const {
  return boltz2_contacts(logits.values<float>(), logits.size(1));
}

void Boltz2Run::judge(const Tensor& positions, std::span<const float> contacts, PredictedSample& to) const {
  const auto slots = static_cast<std::size_t>(input_.tokens) * folding::kSlots;
  to.positions.assign(slots * 3, 0);
  to.lddt.assign(slots, 0);
  const Boltz2ConfidenceLogits logits = network_.confidence(input_, features_, embeddings(), positions);
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
    std::copy_n(at + 3 * a, 3, to.positions.begin() + static_cast<std::ptrdiff_t>(3 * slot));
    // Every atom has its token's.
    to.lddt[slot] = 100 * scores->plddt[static_cast<std::size_t>(input_.atom_token[a])];
  }
  to.errors.pae = scores->pae;
  to.summary = [scores](const folding::AtomLayout& layout, std::span<const float> places) {
    return boltz2_summary(*scores, layout, places);
  };
}

}  // namespace groel::structure_models
