// Stages of a run, one after the other.
#include "structure_models/openfold3_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "base/words.h"
#include "structure_models/openfold3_scores.h"
#include "structure_models/seeded_noise.h"

namespace groel::structure_models {
namespace {

constexpr const char* kNetworkName = "OpenFold3's network";

}  // namespace

std::vector<std::int32_t> openfold3_rows(JaxKey key, std::int64_t rows, std::int64_t most) {
  if (rows < most) {
    std::vector<std::int32_t> all(static_cast<std::size_t>(rows));
    std::iota(all.begin(), all.end(), 0);
    return all;
  }
  std::vector<std::int32_t> order = shuffled_rows(key, rows);
  order.resize(static_cast<std::size_t>(most));
  return order;
}

RunSettings openfold3_run_settings() {
  RunSettings out;
  out.passes = 4;
  out.alignment_rows = 1024;
  out.sampler = openfold3_sampler();
  return out;
}

Openfold3Run::Openfold3Run(const Openfold3& network, const Alphafold3Input& input, std::uint32_t seed,
                           const RunSettings& settings)
    : network_(network),
      input_(openfold3_input(input, &dropped_bonds_)),
      settings_(settings),
      diffusion_(JaxKey(seed).child(1)),
      features_(network.features(input_)) {
  for (std::int64_t pass = 0; pass < settings.passes; ++pass)
    rows_.push_back(openfold3_rows(JaxKey(seed).child(0).fold_in(static_cast<std::uint32_t>(pass)), input_.rows,
                                   settings.alignment_rows));
}

std::vector<std::string> Openfold3Run::notes() const {
  if (dropped_bonds_ == 0) return {};
  return {fmt::format("{} of a standard residue: OpenFold3's network does not see {}",
                      counted(static_cast<std::size_t>(dropped_bonds_), "bond"), dropped_bonds_ == 1 ? "it" : "them")};
}

void Openfold3Run::embed(const RunWatcher& watcher) {
  embeddings_ = network_.embed(input_, features_, rows_, {}, [&](const Openfold3::Progress& progress) {
    if (watcher)
      watcher({"trunk", progress.pass * progress.blocks + progress.block, progress.passes * progress.blocks});
  });
  require_numbers(embeddings_.single, "the trunk's embeddings", kNetworkName);
}

std::vector<float> Openfold3Run::contacts() const {
  std::vector<float> out;
  nn::folding::for_grid_rows(
      input_.tokens, 4 * network_.shape().distogram_bins, [&](const nn::folding::GridRows& rows) {
        const Tensor logits = network_.distogram(embeddings_.pair, rows);
        const std::vector<float> some = protenix_contacts(logits.values<float>(), logits.size(1));
        out.insert(out.end(), some.begin(), some.end());
      });
  return out;
}

std::vector<float> Openfold3Run::distogram_row(std::int64_t token) const {
  const Tensor logits = network_.distogram(embeddings_.pair, {input_.tokens, token, token + 1});
  return {logits.values<float>().begin(), logits.values<float>().end()};
}

// [A, width] -> [N, 24, width], 0 in empty slots.
std::vector<float> Openfold3Run::by_slot(std::span<const float> of_atoms, std::size_t width) const {
  std::vector<float> out(static_cast<std::size_t>(input_.tokens * kInputSlots) * width);
  for (std::size_t a = 0; a < input_.output_slot.size(); ++a)
    std::copy_n(of_atoms.begin() + static_cast<std::ptrdiff_t>(a * width), width,
                out.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(input_.output_slot[a]) * width));
  return out;
}

PredictedSample Openfold3Run::judged(std::int64_t sample, const Tensor& positions,
                                     std::span<const float> contacts) const {
  PredictedSample out{sample, by_slot(positions.values<float>(), 3), {}, {}};
  const ConfidenceLogits logits = network_.confidence(input_, features_, embeddings_, positions);
  const std::vector<float> lddt = logits_of_atoms(logits.lddt, features_.atoms);
  const auto frames = std::make_shared<std::vector<std::uint8_t>>(openfold3_frames(input_, positions.values<float>()));
  const auto scores = std::make_shared<ProtenixScores>(protenix_scores(
      {.chains = input_.asym_id,
       .has_frame = *frames,
       .atom_token = input_.atom_token,
       .ligand = input_.ligand,
       .contacts = contacts,
       .lddt_logits = lddt,
       .errors = [&](const nn::folding::GridRows& rows) { return network_.confidence_head().errors(logits, rows); },
       .distance_errors = [&](const nn::folding::GridRows& rows) { return network_.distance_errors(logits, rows); },
       .half = LigandHalf::exact}));
  std::vector<float> percent = scores->atom_plddt;
  for (float& one : percent) one *= 100;
  out.lddt = by_slot(percent, 1);
  out.errors.pae = scores->pae;
  out.summary = [scores, frames](const folding::AtomLayout& layout, std::span<const float> places) {
    return openfold3_summary(*scores, *frames, layout, places);
  };
  return out;
}

void Openfold3Run::sample(std::span<const std::int64_t> wanted, const Take& take, const RunWatcher& watcher) {
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
  require_numbers(positions, "positions", kNetworkName);
  const std::vector<float> likely = contacts();
  for (std::size_t s = 0; s < wanted.size(); ++s) {
    const auto row = static_cast<std::int64_t>(s);
    take(judged(wanted[s], positions.rows(row, row + 1).reshape({input_.atoms(), 3}), likely));
    if (watcher) watcher({"confidence", row + 1, std::ssize(wanted)});
  }
}

}  // namespace groel::structure_models
