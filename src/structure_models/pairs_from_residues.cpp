// Products and differences of residues, a few rows of the grid of pairs at a time.
#include "structure_models/pairs_from_residues.h"

#include "base/threads.h"

namespace groel::structure_models {
namespace {

// projected [N, 2*inner] -> for the pairs of those rows [rows*N, 2*inner]: q_j k_i, then q_j - k_i.
void fill(const Tensor& projected, const nn::folding::GridRows& grid, Tensor& pairs) {
  const std::int64_t width = projected.size(1), inner = width / 2;
  const float* const from = projected.data<float>();
  float* const all = pairs.mutable_data<float>();
  parallel_for(grid.end - grid.begin, [&](std::int64_t row) {
    const float* k = from + (grid.begin + row) * width + inner;
    float* to = all + row * grid.n * width;
    for (std::int64_t j = 0; j < grid.n; ++j, to += width) {
      const float* q = from + j * width;
      for (std::int64_t c = 0; c < inner; ++c) to[c] = q[c] * k[c];
      for (std::int64_t c = 0; c < inner; ++c) to[inner + c] = q[c] - k[c];
    }
  });
}

}  // namespace

PairsFromResidues::PairsFromResidues(std::int64_t width, std::int64_t pair_width)
    : inner_(pair_width / 2), norm_(width, 1e-5F), projection_(width, 2 * inner_), out_(2 * inner_, pair_width) {}

void PairsFromResidues::members(nn::Members to) {
  to.part("norm", norm_);
  to.part("projection", projection_);
  to.part("out", out_);
}

void PairsFromResidues::ready(const nn::Form& form) { input_ = nn::folding::product_input(form); }

Tensor PairsFromResidues::of_rows(const Tensor& projected, const nn::folding::GridRows& grid,
                                  const Tensor& residual) const {
  Tensor pairs = Tensor::empty({grid.last() - grid.first(), 2 * inner_}, DType::f32, projected.device());
  if (projected.device() != Device::shape) fill(projected, grid, pairs);
  return out_(pairs, {.residual = residual, .into = residual});
}

void PairsFromResidues::add_to(const Tensor& s, Tensor& z) const {
  const Tensor all = projected(s);
  nn::folding::for_grid_rows(s.size(0), 2 * inner_,
                             [&](const nn::folding::GridRows& grid) { of_rows(all, grid, grid.of(z)); });
}

}  // namespace groel::structure_models
