// Pairs of a sample's distances through a small Pairformer, and the heads after it.
#include "structure_models/protenix/confidence.h"
#include "structure_models/token_sums.h"

#include <algorithm>
#include <cmath>

#include "base/interrupt.h"
#include "base/threads.h"
#include "ops/elementwise.h"
#include "ops/pair_grid.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kPlain{.bias = nn::Bias::no};
constexpr nn::LinearForm kHead{.bias = nn::Bias::no, .exactness = nn::Exactness::head};
constexpr float kMostSingle = 512;  // single tokens are cut to this, and to minus this

// What a layer gives of each of its inputs alone, being 1: [in, out].
Tensor table_of(const nn::Linear& layer, std::int64_t in) {
  Tensor unit = Tensor::zeros({in, in});
  for (std::int64_t i = 0; i < in; ++i) unit.mutable_data<float>()[i * (in + 1)] = 1;
  return layer(unit);
}

}  // namespace

ProtenixConfidence::ProtenixConfidence(const ProtenixConfidenceForm& form)
    : form_(form),
      single_norm_(form.single_width, 1e-5F),
      error_norm_(form.pair_width, 1e-5F),
      distance_error_norm_(form.pair_width, 1e-5F),
      lddt_norm_(form.single_width, 1e-5F),
      resolved_norm_(form.single_width, 1e-5F),
      row_(form.target_width, form.pair_width, kPlain),
      column_(form.target_width, form.pair_width, kPlain),
      distances_(form.distance_bins, form.pair_width, kPlain),
      distance_(1, form.pair_width, kPlain),
      error_(form.pair_width, form.error_bins, kHead),
      distance_error_(form.pair_width, form.error_bins, kHead),
      lddt_(form.single_width, form.slots * form.lddt_bins, kHead),
      resolved_(form.single_width, form.slots * 2, kHead),
      pairformer_(form.blocks, form.pairformer) {}

void ProtenixConfidence::members(nn::Members to) {
  to.part("single_norm", single_norm_);
  to.part("row", row_);
  to.part("column", column_);
  to.tensor("lower_bins", {form_.distance_bins}, nn::Role::buffer, lower_bins_);
  to.tensor("upper_bins", {form_.distance_bins}, nn::Role::buffer, upper_bins_);
  to.part("distances", distances_);
  to.part("distance", distance_);
  to.part("pairformer", pairformer_);
  to.part("error_norm", error_norm_);
  to.part("error", error_);
  to.part("distance_error_norm", distance_error_norm_);
  to.part("distance_error", distance_error_);
  to.part("lddt_norm", lddt_norm_);
  to.part("lddt", lddt_);
  to.part("resolved_norm", resolved_norm_);
  to.part("resolved", resolved_);
}

// The bin of each pair's distance (open at both ends), and the distance itself.
void ProtenixConfidence::add_distances(std::span<const float> places, Tensor& z) const {
  const Tensor table = table_of(distances_, form_.distance_bins), far = table_of(distance_, 1);
  const Tensor lower_bins = lower_bins_.to(DType::f32), upper_bins = upper_bins_.to(DType::f32);
  const auto lower = lower_bins.values<float>(), upper = upper_bins.values<float>();
  const float *rows = table.data<float>(), *slope = far.data<float>();
  const auto n = static_cast<std::int64_t>(places.size() / 3);
  const std::int64_t width = form_.pair_width;
  float* const to = z.mutable_data<float>();
  parallel_for(n, [&](std::int64_t i) {
    for (std::int64_t j = 0; j < n; ++j) {
      float square = 0;
      for (std::int64_t c = 0; c < 3; ++c) {
        const float apart = places[static_cast<std::size_t>(3 * i + c)] - places[static_cast<std::size_t>(3 * j + c)];
        square += apart * apart;
      }
      const float distance = std::sqrt(square);
      float* pair = to + (i * n + j) * width;
      for (std::int64_t c = 0; c < width; ++c) pair[c] += distance * slope[c];
      for (std::size_t bin = 0; bin < lower.size(); ++bin)
        if (distance > lower[bin] && distance < upper[bin])
          for (std::int64_t c = 0; c < width; ++c) pair[c] += rows[static_cast<std::int64_t>(bin) * width + c];
    }
  });
}

ProtenixConfidenceLogits ProtenixConfidence::logits(const Trunk& trunk, std::span<const float> places) const {
  nn::folding::Pairs pairs{trunk.pair.clone()};
  add_token_sums(row_(trunk.target), column_(trunk.target), pairs.z);
  add_distances(places, pairs.z);
  Tensor cut = trunk.single.clone();
  for (float& x : std::span(cut.mutable_data<float>(), static_cast<std::size_t>(cut.count())))
    x = std::clamp(x, -kMostSingle, kMostSingle);
  Tensor single = single_norm_(cut);
  pairformer_.update(pairs, single, [](std::size_t) { check_interrupted(); });
  return {lddt_(lddt_norm_(single)), resolved_(resolved_norm_(single)), pairs.z};
}

Tensor ProtenixConfidence::errors(const ProtenixConfidenceLogits& of, const nn::folding::GridRows& rows) const {
  return error_(error_norm_(rows.of(of.pair)));
}

Tensor ProtenixConfidence::distance_errors(const ProtenixConfidenceLogits& of,
                                           const nn::folding::GridRows& rows) const {
  const Tensor columns = ops::take_columns(of.pair, {rows.n, rows.begin, rows.end});
  return distance_error_(distance_error_norm_(ops::add(rows.of(of.pair), columns)));
}

}  // namespace groel::structure_models
