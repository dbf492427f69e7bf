// Stages of a run, one after the other.
#include "structure_models/protenix/run.h"

#include <algorithm>

#include "structure_models/seeded_noise.h"

namespace groel::structure_models {
namespace {

// Keys of a seed: one for each pass, one for the diffusion.
JaxKey pass_key(std::uint32_t seed, std::int64_t pass) {
  return JaxKey(seed).child(0).fold_in(static_cast<std::uint32_t>(pass));
}

// Of one pass: a random number of rows, in random order.
std::vector<std::int32_t> drawn_rows(JaxKey key, std::int64_t rows, std::int64_t most) {
  const std::int64_t highest = std::min(rows, most);
  const auto count = std::clamp<std::int64_t>(
      1 + static_cast<std::int64_t>(key.child(0).uniform(0) * static_cast<float>(highest)), 1, highest);
  std::vector<std::int32_t> order = shuffled_rows(key.child(1), rows);
  order.resize(static_cast<std::size_t>(count));
  return order;
}

}  // namespace

RunSettings protenix_run_settings(const ProtenixShape& shape) {
  RunSettings out;
  out.passes = 10;
  out.alignment_rows = 16384;
  out.sampler = protenix_sampler();
  if (shape.trunk.alignment.blocks > 1) return out;
  out.passes = 4;
  out.sampler.steps = 5;
  out.sampler.gamma = 0;
  out.sampler.step_scale = 1;
  return out;
}

ProtenixRun::ProtenixRun(const Protenix& network, ProtenixInput input, std::uint32_t seed, const RunSettings& settings)
    : NetworkRun(network, "Protenix", settings),
      network_(network),
      input_(std::move(input)),
      diffusion_(JaxKey(seed).child(1)),
      features_(network.features(input_)) {
  for (std::int64_t pass = 0; pass < settings.passes; ++pass)
    rows_.push_back(drawn_rows(pass_key(seed, pass), input_.rows, settings.alignment_rows));
}

NetworkEmbeddings ProtenixRun::embedded(const NetworkCore::Seen& seen) const {
  return network_.embed(input_, features_, rows_, {}, seen);
}

DiffusionConditions ProtenixRun::conditions() const {
  return network_.conditions(input_, features_, embeddings(), settings().kept);
}

std::unique_ptr<DiffusionNoise> ProtenixRun::noise(std::span<const std::int64_t> wanted) const {
  return std::make_unique<SeededNoise>(diffusion_, wanted);
}

std::vector<float> ProtenixRun::contacts_of(const Tensor& logits) const {
  return protenix_contacts(logits.values<float>(), logits.size(1));
}

void ProtenixRun::judge(const Tensor& positions, std::span<const float> contacts, PredictedSample& to) const {
  to.positions = positions_by_slot(positions, features_.atoms, input_.tokens);
  const ProtenixConfidenceLogits logits = network_.confidence(input_, features_, embeddings(), positions);
  const ProtenixConfidence& head = network_.confidence_head();
  const std::vector<float> lddt = logits_of_atoms(logits.lddt, features_.atoms);
  const auto scores = std::make_shared<ProtenixScores>(protenix_scores(
      {.chains = input_.asym_id,
       .has_frame = input_.has_frame,
       .atom_token = input_.atom_token,
       .ligand = input_.ligand,
       .contacts = contacts,
       .lddt_logits = lddt,
       .errors = [&](const nn::folding::GridRows& rows) { return head.errors(logits, rows); },
       .distance_errors = [&](const nn::folding::GridRows& rows) { return head.distance_errors(logits, rows); }}));
  to.lddt.resize(static_cast<std::size_t>(input_.tokens * features_.atoms.slots));
  for (std::size_t a = 0; a < scores->atom_plddt.size(); ++a)
    to.lddt[static_cast<std::size_t>(features_.atoms.slot[a])] = 100 * scores->atom_plddt[a];
  to.errors.pae = scores->pae;
  to.summary = [this, scores](const folding::AtomLayout& layout, std::span<const float> places) {
    return protenix_summary(*scores, input_.has_frame, layout, places);
  };
}

}  // namespace groel::structure_models
