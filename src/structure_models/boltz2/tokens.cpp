// What Boltz-2's tokens begin with.
#include <algorithm>

#include "ops/elementwise.h"
#include "structure_models/boltz2/boltz2.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kSummand{.bias = nn::Bias::no};
constexpr std::int64_t kProfile = kBoltz2Letters + 1;

// How often each letter is in a column, and how much is deleted before it: [N, 34] of all rows.
Tensor profile_of(const Boltz2Input& input) {
  Tensor out = Tensor::zeros({input.tokens, kProfile});
  float* const to = out.mutable_data<float>();
  const auto n = static_cast<std::size_t>(input.tokens);
  std::vector<double> deleted(n);
  for (std::size_t cell = 0; cell < input.msa.size(); ++cell) {
    to[static_cast<std::int64_t>(cell % n) * kProfile + input.msa[cell]] += 1;
    deleted[cell % n] += boltz2_deletion(input.deletions[cell]);
  }
  const auto rows = static_cast<float>(input.rows);
  for (std::size_t i = 0; i < n; ++i) {
    float* row = to + static_cast<std::int64_t>(i) * kProfile;
    for (std::int64_t c = 0; c < kBoltz2Letters; ++c) row[c] /= rows;
    row[kBoltz2Letters] = static_cast<float>(deleted[i] / static_cast<double>(input.rows));
  }
  return out;
}

// x[i] += table[row(i)].
template <class Row>
void add_rows_of(const Tensor& table, const Row& row, Tensor& x) {
  const Tensor all = table.to(DType::f32);
  const std::int64_t width = x.size(1);
  float* const to = x.mutable_data<float>();
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    const float* from = all.data<float>() + row(static_cast<std::size_t>(i)) * width;
    for (std::int64_t c = 0; c < width; ++c) to[i * width + c] += from[c];
  }
}

}  // namespace

Boltz2Tokens::Boltz2Tokens(const Boltz2Shape& shape)
    : width_(shape.trunk.single_width),
      methods_count_(shape.methods),
      molecules_count_(shape.molecules),
      atoms_(shape.atoms),
      residues_(kBoltz2Letters, shape.trunk.single_width, kSummand),
      profile_(kProfile, shape.trunk.single_width, kSummand) {}

void Boltz2Tokens::members(nn::Members to) {
  to.part("atoms", atoms_);
  to.part("residues", residues_);
  to.part("profile", profile_);
  to.tensor("methods", {methods_count_, width_}, nn::Role::embedding, methods_);
  to.tensor("modified", {2, width_}, nn::Role::embedding, modified_);
  to.tensor("molecules", {molecules_count_, width_}, nn::Role::embedding, molecules_);
}

Tensor Boltz2Tokens::operator()(const Boltz2Input& input, const ReferenceAtoms& reference,
                                const AtomWindows& atoms) const {
  const AtomConditions conditions = atoms_.conditions(reference, atoms, {});
  Tensor out = atoms_.encode({}, conditions, atoms).tokens;
  Tensor letters = Tensor::zeros({input.tokens, kBoltz2Letters});
  for (std::size_t i = 0; i < input.restype.size(); ++i)
    letters.mutable_data<float>()[static_cast<std::int64_t>(i) * kBoltz2Letters + input.restype[i]] = 1;
  residues_(letters, {.residual = out, .into = out});
  profile_(profile_of(input), {.residual = out, .into = out});
  add_rows_of(
      methods_, [&](std::size_t) { return input.method; }, out);
  add_rows_of(
      modified_, [&](std::size_t i) { return std::int64_t{input.modified[i]}; }, out);
  add_rows_of(
      molecules_, [&](std::size_t i) { return static_cast<std::int64_t>(input.molecule[i]); }, out);
  return out;
}

}  // namespace groel::structure_models
