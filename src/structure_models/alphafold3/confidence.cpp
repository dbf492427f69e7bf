// Pairs of a sample's distances through a small Pairformer, and the heads after it.
#include "structure_models/alphafold3/confidence.h"

#include <fmt/format.h>

#include "base/interrupt.h"
#include "base/threads.h"
#include "ops/pair_grid.h"
#include "structure_models/distance_bins.h"
#include "structure_models/token_sums.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kPlain{.bias = nn::Bias::no};
constexpr nn::LinearForm kHead{.bias = nn::Bias::no, .exactness = nn::Exactness::head};

}  // namespace

Alphafold3Confidence::Alphafold3Confidence(const Alphafold3ConfidenceForm& form)
    : form_(form),
      row_(form.target_width, form.pair_width, kPlain),
      column_(form.target_width, form.pair_width, kPlain),
      distances_(kDistanceBinCount, form.pair_width, kPlain),
      pairformer_(form.blocks, form.pairformer),
      distance_norm_(form.pair_width, 1e-5F),
      error_norm_(form.pair_width, 1e-5F),
      lddt_norm_(form.single_width, 1e-5F),
      resolved_norm_(form.single_width, 1e-5F),
      distance_(form.pair_width, form.error_bins, kHead),
      error_(form.pair_width, form.error_bins, kHead),
      lddt_(form.single_width, form.slots * form.lddt_bins, kHead),
      resolved_(form.single_width, form.slots * 2, kHead) {}

void Alphafold3Confidence::members(nn::Members to) {
  to.part("row", row_);
  to.part("column", column_);
  to.part("distances", distances_);
  to.part("pairformer", pairformer_);
  to.part("distance_norm", distance_norm_);
  to.part("distance", distance_);
  to.part("error_norm", error_norm_);
  to.part("error", error_);
  to.part("lddt_norm", lddt_norm_);
  to.part("lddt", lddt_);
  to.part("resolved_norm", resolved_norm_);
  to.part("resolved", resolved_);
}

// What a linear layer gives of the bin of each pair's distance.
void Alphafold3Confidence::add_distances(std::span<const float> beta, Tensor& z) const {
  Tensor unit = Tensor::zeros({kDistanceBinCount, kDistanceBinCount});
  for (std::int64_t i = 0; i < kDistanceBinCount; ++i) unit.mutable_data<float>()[i * (kDistanceBinCount + 1)] = 1;
  const Tensor table = distances_(unit);  // [39, Z]
  const float* rows = table.data<float>();
  const auto n = static_cast<std::int64_t>(beta.size() / 3);
  const std::int64_t width = form_.pair_width;
  float* const to = z.mutable_data<float>();
  parallel_for(n, [&](std::int64_t i) {
    for (std::int64_t j = 0; j < n; ++j) {
      float square = 0;
      for (std::int64_t c = 0; c < 3; ++c) {
        const float apart = beta[static_cast<std::size_t>(3 * i + c)] - beta[static_cast<std::size_t>(3 * j + c)];
        square += apart * apart;
      }
      const std::int32_t bin = distance_bin(square);
      for (std::int64_t c = 0; bin >= 0 && c < width; ++c) to[(i * n + j) * width + c] += rows[bin * width + c];
    }
  });
}

ConfidenceLogits Alphafold3Confidence::logits(const Trunk& trunk, std::span<const float> beta,
                                              const Watch& watch) const {
  nn::folding::Pairs pairs{trunk.pair.clone()};
  add_token_sums(row_(trunk.target), column_(trunk.target), pairs.z);
  add_distances(beta, pairs.z);
  Tensor single = trunk.single.clone();
  pairformer_.update(pairs, single, [&](std::size_t block) {
    show(watch, fmt::format("pairformer{}.z", block), pairs.z);
    show(watch, fmt::format("pairformer{}.s", block), single);
    check_interrupted();
  });
  return {lddt_(lddt_norm_(single)), resolved_(resolved_norm_(single)), pairs.z};
}

Tensor Alphafold3Confidence::errors(const ConfidenceLogits& of, const nn::folding::GridRows& rows) const {
  return error_(error_norm_(rows.of(of.pair)));
}

Tensor Alphafold3Confidence::half_distances(const ConfidenceLogits& of, const nn::folding::GridRows& rows,
                                            Half half) const {
  const Tensor pairs =
      half == Half::rows ? rows.of(of.pair) : ops::take_columns(of.pair, {rows.n, rows.begin, rows.end});
  return distance_(distance_norm_(pairs));
}

}  // namespace groel::structure_models
