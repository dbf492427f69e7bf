// How long a job will take on this machine, and how much memory.
#include <algorithm>
#include <chrono>

#include "engine/precision.h"
#include "folding/alignment.h"
#include "ops/linear.h"
#include "tasks/fold/network.h"

namespace groel::tasks {

using namespace structure_models;

namespace {

// At most so many rows as the alignment of all chains will have: the longest paired one, and below it the longest
// other. What is still to be searched may fill it.
std::int64_t most_rows(const folding::TokenLayout& layout) {
  constexpr std::size_t kMost = 16384;
  std::size_t paired = 1, unpaired = 1;
  for (const folding::JobChain& chain : layout.chains) {
    if (chain.molecule != folding::Molecule::protein && chain.molecule != folding::Molecule::rna) continue;
    if (!chain.unpaired_msa) return kMost;
    unpaired = std::max(unpaired, folding::alignment_rows(*chain.unpaired_msa).size());
    if (chain.paired_msa) paired = std::max(paired, folding::alignment_rows(*chain.paired_msa).size());
  }
  return static_cast<std::int64_t>(std::min(kMost, paired + unpaired));
}

}  // namespace

NetworkCost fold_cost(const folding::TokenLayout& layout, const NetworkFacts& facts, const RunSettings& settings) {
  RunJob job{static_cast<std::int64_t>(layout.tokens.size()), static_cast<std::int64_t>(layout.atom_count()),
             most_rows(layout), false};
  for (const folding::JobChain& chain : layout.chains) job.templates |= chain.templates && !chain.templates->empty();
  return run_cost(facts.forms, job, settings, facts.parameters);
}

double product_speed() {
  constexpr std::int64_t kSize = 768;
  const Tensor x = Tensor::zeros({kSize, kSize});
  const ops::PackedWeight weight(x, ops::Precision::f32);
  double best = 0;
  for (int i = 0; i < 4; ++i) {
    const auto before = std::chrono::steady_clock::now();
    ops::linear(x, weight);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
    best = std::max(best, 2.0 * kSize * kSize * kSize / took.count());
  }
  return best;
}

std::string time_text(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", std::max(1.0, seconds));
  if (seconds < 90 * 60) return fmt::format("{:.0f} min", seconds / 60);
  return seconds < 48 * 3600 ? fmt::format("{:.1f} h", seconds / 3600) : fmt::format("{:.1f} days", seconds / 86400);
}

}  // namespace groel::tasks
