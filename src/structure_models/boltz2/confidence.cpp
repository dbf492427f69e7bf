// Pairs of a sample's distances through a small Pairformer, and Boltz-2's heads after it.
#include "structure_models/boltz2/confidence.h"

#include <algorithm>
#include <cmath>

#include "base/interrupt.h"
#include "base/threads.h"
#include "ops/elementwise.h"
#include "ops/pair_grid.h"
#include "structure_models/token_sums.h"

namespace groel::structure_models {
namespace {

using nn::folding::GridRows;

constexpr nn::LinearForm kOfPairs{.bias = nn::Bias::no};
constexpr nn::LinearForm kOfHeads{.bias = nn::Bias::no, .exactness = nn::Exactness::head};

// Of each pair of some rows the logits for its own chain, or for two; both [rows * N, bins].
Tensor by_chains(const Tensor& within, const Tensor& between, std::span<const std::int32_t> chains,
                 const GridRows& rows) {
  Tensor out = between.clone();
  const std::int64_t bins = out.size(1);
  float* to = out.mutable_data<float>();
  const float* from = within.data<float>();
  for (std::int64_t i = rows.begin; i < rows.end; ++i)
    for (std::int64_t j = 0; j < rows.n; ++j, to += bins, from += bins)
      if (chains[static_cast<std::size_t>(i)] == chains[static_cast<std::size_t>(j)]) std::copy_n(from, bins, to);
  return out;
}

}  // namespace

Boltz2Confidence::Boltz2Confidence(const Boltz2ConfidenceForm& form)
    : form_(form),
      target_norm_(form.single_width, 1e-5F),
      single_norm_(form.single_width, 1e-5F),
      pair_norm_(form.pair_width, 1e-5F),
      target_to_single_(form.single_width, form.single_width, kOfPairs),
      row_(form.single_width, form.pair_width, kOfPairs),
      column_(form.single_width, form.pair_width, kOfPairs),
      product_row_(form.single_width, form.pair_width, kOfPairs),
      product_column_(form.single_width, form.pair_width, kOfPairs),
      product_out_(form.pair_width, form.pair_width, kOfPairs),
      pairs_(form.pair_width),
      pairformer_(form.blocks, form.pairformer),
      error_within_(form.pair_width, form.error_bins, kOfHeads),
      error_between_(form.pair_width, form.error_bins, kOfHeads),
      distance_error_within_(form.pair_width, form.distance_error_bins, kOfHeads),
      distance_error_between_(form.pair_width, form.distance_error_bins, kOfHeads),
      lddt_(form.single_width, form.lddt_bins, kOfHeads) {}

void Boltz2Confidence::members(nn::Members to) {
  to.part("target_norm", target_norm_);
  to.part("single_norm", single_norm_);
  to.part("pair_norm", pair_norm_);
  to.part("target_to_single", target_to_single_);
  to.part("pairs", pairs_);
  to.part("row", row_);
  to.part("column", column_);
  to.part("product_row", product_row_);
  to.part("product_column", product_column_);
  to.part("product_out", product_out_);
  to.tensor("distances", {form_.distance_bins, form_.pair_width}, nn::Role::embedding, distances_);
  to.tensor("boundaries", {form_.distance_bins - 1}, nn::Role::buffer, boundaries_);
  to.part("pairformer", pairformer_);
  to.part("error_within", error_within_);
  to.part("error_between", error_between_);
  to.part("distance_error_within", distance_error_within_);
  to.part("distance_error_between", distance_error_between_);
  to.part("lddt", lddt_);
}

// out(a[i] * b[j]) of each pair.
void Boltz2Confidence::add_products(const Tensor& target, Tensor& z) const {
  const Tensor first = product_row_(target), second = product_column_(target);
  const std::int64_t n = target.size(0), width = form_.pair_width;
  const float *a = first.data<float>(), *b = second.data<float>();
  nn::folding::for_grid_rows(n, 2 * width, [&](const GridRows& grid) {
    Tensor products = Tensor::empty({(grid.end - grid.begin) * n, width});
    float* const to = products.mutable_data<float>();
    parallel_for(grid.end - grid.begin, [&](std::int64_t row) {
      for (std::int64_t j = 0; j < n; ++j)
        for (std::int64_t c = 0; c < width; ++c)
          to[(row * n + j) * width + c] = a[(grid.begin + row) * width + c] * b[j * width + c];
    });
    const Tensor own = grid.of(z);
    product_out_(products, {.residual = own, .into = own});
  });
}

// The row of the bin of each pair's distance.
void Boltz2Confidence::add_distances(std::span<const float> places, Tensor& z) const {
  const Tensor table = distances_.to(DType::f32), bounds = boundaries_.to(DType::f32);
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
      const auto all = bounds.values<float>();
      const std::int64_t bin = std::ranges::count_if(all, [&](float bound) { return std::sqrt(square) > bound; });
      for (std::int64_t c = 0; c < width; ++c) to[(i * n + j) * width + c] += table.data<float>()[bin * width + c];
    }
  });
}

Boltz2ConfidenceLogits Boltz2Confidence::logits(const Given& given, std::span<const float> places) const {
  const Tensor target = target_norm_(given.target);
  Tensor single = ops::add(single_norm_(given.single), target_to_single_(target));
  nn::folding::Pairs pairs{Tensor::empty(given.pair.shape())};
  nn::folding::for_grid_rows(given.input.tokens, form_.pair_width, [&](const GridRows& grid) {
    Tensor own = grid.of(pairs.z);
    own.copy_from(pair_norm_(grid.of(given.pair)));
  });
  pairs_.add(given.input.places(), given.input.bonds, pairs.z);
  add_token_sums(row_(target), column_(target), pairs.z);
  add_products(target, pairs.z);
  add_distances(places, pairs.z);
  pairformer_.update(pairs, single, [](std::size_t) { check_interrupted(); });
  return {lddt_(single), pairs.z};
}

Tensor Boltz2Confidence::errors(const Boltz2ConfidenceLogits& of, std::span<const std::int32_t> chains,
                                const GridRows& rows) const {
  const Tensor pairs = rows.of(of.pair);
  return by_chains(error_within_(pairs), error_between_(pairs), chains, rows);
}

Tensor Boltz2Confidence::distance_errors(const Boltz2ConfidenceLogits& of, std::span<const std::int32_t> chains,
                                         const GridRows& rows) const {
  const Tensor both = ops::add(rows.of(of.pair), ops::take_columns(of.pair, {rows.n, rows.begin, rows.end}));
  return by_chains(distance_error_within_(both), distance_error_between_(both), chains, rows);
}

}  // namespace groel::structure_models
