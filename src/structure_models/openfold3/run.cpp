// Stages of a run, one after the other.
#include "structure_models/openfold3/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <numeric>

#include "base/words.h"
#include "structure_models/openfold3/scores.h"
#include "structure_models/seeded_noise.h"

namespace groel::structure_models {

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
    : NetworkRun(network, "OpenFold3", settings),
      network_(network),
      input_(openfold3_input(input, &dropped_bonds_)),
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

NetworkEmbeddings Openfold3Run::embedded(const NetworkCore::Seen& seen) const {
  return network_.embed(input_, features_, rows_, {}, seen);
}

DiffusionConditions Openfold3Run::conditions() const {
  return network_.conditions(input_, features_, embeddings(), settings().kept);
}

std::unique_ptr<DiffusionNoise> Openfold3Run::noise(std::span<const std::int64_t> wanted) const {
  return std::make_unique<SeededNoise>(diffusion_, wanted);
}

std::vector<float> Openfold3Run::contacts_of(const Tensor& logits) const {
  return protenix_contacts(logits.values<float>(), logits.size(1));
}

// [A, width] -> [N, 24, width], 0 in empty slots.
std::vector<float> Openfold3Run::by_slot(std::span<const float> of_atoms, std::size_t width) const {
  std::vector<float> out(static_cast<std::size_t>(input_.tokens * kInputSlots) * width);
  for (std::size_t a = 0; a < input_.output_slot.size(); ++a)
    std::copy_n(of_atoms.begin() + static_cast<std::ptrdiff_t>(a * width), width,
                out.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(input_.output_slot[a]) * width));
  return out;
}

void Openfold3Run::judge(const Tensor& positions, std::span<const float> contacts, PredictedSample& to) const {
  to.positions = by_slot(positions.values<float>(), 3);
  const ConfidenceLogits logits = network_.confidence(input_, features_, embeddings(), positions);
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
  to.lddt = by_slot(percent, 1);
  to.errors.pae = scores->pae;
  to.summary = [scores, frames](const folding::AtomLayout& layout, std::span<const float> places) {
    return openfold3_summary(*scores, *frames, layout, places);
  };
}

}  // namespace groel::structure_models
