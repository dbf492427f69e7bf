// Atoms before the transformer of tokens.
#include "structure_models/atom_encoder.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/threads.h"
#include "ops/elementwise.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kPlain{.bias = nn::Bias::no};
constexpr std::int64_t kPairsOfWindow = kWindowQueries * kWindowKeys;
constexpr std::int64_t kPairFeatures = 5;
constexpr std::int64_t kWindowsAtOnce = 16;

// [A, 389].
Tensor atom_features(const ReferenceAtoms& reference, std::int64_t atoms, ChargeScale scale) {
  Tensor out = Tensor::zeros({atoms, kAtomFeatures});
  float* const to = out.mutable_data<float>();
  parallel_for(atoms, [&](std::int64_t a) {
    const auto i = static_cast<std::size_t>(a);
    float* row = to + a * kAtomFeatures;
    std::copy_n(reference.positions.data() + 3 * a, 3, row);
    row[3] = scale == ChargeScale::asinh ? std::asinh(reference.charge[i]) : reference.charge[i];
    row[4] = reference.known[i] != 0 ? 1.0F : 0.0F;
    if (reference.element[i] >= 0 && reference.element[i] < kElements) row[5 + reference.element[i]] = 1;
    for (std::int64_t c = 0; c < 4; ++c) {
      const std::int32_t letter = reference.name[4 * i + static_cast<std::size_t>(c)];
      if (letter >= 0 && letter < kNameLetters) row[5 + kElements + c * kNameLetters + letter] = 1;
    }
  });
  return out;
}

void silence_unknown(Tensor& x, std::span<const std::uint8_t> known) {
  float* rows = x.mutable_data<float>();
  for (std::size_t a = 0; a < known.size(); ++a)
    if (known[a] == 0) std::fill_n(rows + static_cast<std::int64_t>(a) * x.size(1), x.size(1), 0.0F);
}

// The part of c with which pairs are made: relu, and a product.
Tensor of_relu(const nn::Linear& linear, const Tensor& x) { return linear(ops::activate(x, ops::Activation::relu)); }

// x [A, T] -> to [N, T], which is zero: means of relu over the atoms of each token.
void add_means(const Tensor& x, const AtomWindows& atoms, Tensor to) {
  const std::int64_t width = x.size(1);
  const float* from = x.data<float>();
  float* const means = to.mutable_data<float>();
  parallel_for(atoms.tokens(), [&](std::int64_t token) {
    const std::int32_t begin = atoms.first_atom[static_cast<std::size_t>(token)],
                       end = atoms.first_atom[static_cast<std::size_t>(token) + 1];
    float* row = means + token * width;
    for (std::int32_t a = begin; a < end; ++a)
      for (std::int64_t c = 0; c < width; ++c) row[c] += std::max(0.0F, from[a * width + c]);
    for (std::int64_t c = 0; end > begin && c < width; ++c) row[c] /= static_cast<float>(end - begin);
  });
}

}  // namespace

struct AtomEncoder::PairInputs {
  const ReferenceAtoms& reference;
  const AtomWindows& atoms;
  Tensor queries, keys;  // [A, P]
  Tensor trunk;          // [N * N, P], or undefined
};

AtomEncoder::AtomEncoder(const AtomEncoderForm& form)
    : form_(form),
      features_(kAtomFeatures, form.transformer.width, {.bias = form.feature_bias}),
      pair_query_(form.transformer.width, form.transformer.pair_width, kPlain),
      pair_key_(form.transformer.width, form.transformer.pair_width, kPlain),
      pair_features_(kPairFeatures, form.transformer.pair_width, kPlain),
      transformer_(form.transformer),
      tokens_(form.transformer.width, form.token_width, kPlain),
      trunk_single_norm_(form.single_condition, 1e-5F, form.norm_bias),
      trunk_pair_norm_(form.pair_condition, 1e-5F, form.norm_bias),
      trunk_single_(form.single_condition, form.transformer.width, kPlain),
      trunk_pair_(form.pair_condition, form.transformer.pair_width, kPlain),
      positions_(3, form.transformer.width, kPlain) {
  for (nn::Linear& layer : pair_mlp_)
    layer = nn::Linear(form.transformer.pair_width, form.transformer.pair_width, kPlain);
}

void AtomEncoder::members(nn::Members to) {
  to.part("features", features_);
  to.part("pair_query", pair_query_);
  to.part("pair_key", pair_key_);
  to.part("pair_features", pair_features_);
  for (std::size_t i = 0; i < 3; ++i) to.part(fmt::format("pair_mlp.{}", i), pair_mlp_[i]);
  to.part("transformer", transformer_);
  to.part("tokens", tokens_);
  if (!after_trunk()) return;
  to.part("trunk_single_norm", trunk_single_norm_);
  to.part("trunk_single", trunk_single_);
  to.part("trunk_pair_norm", trunk_pair_norm_);
  to.part("trunk_pair", trunk_pair_);
  to.part("positions", positions_);
}

// [A, D].
Tensor AtomEncoder::of_reference(const ReferenceAtoms& reference, std::int64_t atoms) const {
  Tensor out = features_(atom_features(reference, atoms, form_.charge));
  if (form_.unknown == UnknownAtoms::silent) silence_unknown(out, reference.known);
  return out;
}

// [N * N, P].
Tensor AtomEncoder::trunk_pairs(const AtomTrunk& trunk) const {
  if (!after_trunk()) return {};
  Tensor out = Tensor::empty({trunk.pair.size(0), form_.transformer.pair_width});
  constexpr std::int64_t kRows = 1 << 15;
  for (std::int64_t begin = 0; begin < out.size(0); begin += kRows) {
    const std::int64_t end = std::min(out.size(0), begin + kRows);
    trunk_pair_(trunk_pair_norm_(trunk.pair.rows(begin, end)), {.into = out.rows(begin, end)});
  }
  return out;
}

// Of windows [first, last): [windows * 32 * 128, P].
Tensor AtomEncoder::pairs(const PairInputs& in, std::int64_t first, std::int64_t last) const {
  const std::int64_t rows = (last - first) * kPairsOfWindow, width = form_.transformer.pair_width;
  const AtomWindows& atoms = in.atoms;
  Tensor features = Tensor::zeros({rows, kPairFeatures});
  float* const offsets = features.mutable_data<float>();
  const auto each = [&](std::int64_t window, const auto& body) {
    for (std::int64_t q = 0; q < atoms.queries(window); ++q)
      for (std::int64_t k = 0; k < kWindowKeys; ++k)
        body(atoms.first_query(window) + q, atoms.keys[static_cast<std::size_t>(window * kWindowKeys + k)],
             (window - first) * kPairsOfWindow + q * kWindowKeys + k);
  };
  parallel_for(last - first, [&](std::int64_t w) {
    each(first + w, [&](std::int64_t query, std::int32_t key, std::int64_t row) {
      const auto q = static_cast<std::size_t>(query), k = static_cast<std::size_t>(std::max(key, 0));
      const std::int32_t space = key < 0 ? in.reference.empty_key_space : in.reference.key_space[k];
      if (in.reference.space[q] != space) return;
      float* to = offsets + row * kPairFeatures;
      float square = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        const float at = key < 0 ? 0 : in.reference.positions[3 * k + c];
        to[c] = in.reference.positions[3 * q + c] - at;
        square += to[c] * to[c];
      }
      to[3] = 1 / (1 + square);
      to[4] = 1;
    });
  });
  Tensor out = pair_features_(features);
  float* const sums = out.mutable_data<float>();
  const float *queries = in.queries.data<float>(), *keys = in.keys.data<float>();
  const float* trunk = in.trunk.defined() ? in.trunk.data<float>() : nullptr;
  parallel_for(last - first, [&](std::int64_t w) {
    each(first + w, [&](std::int64_t query, std::int32_t key, std::int64_t row) {
      float* to = sums + row * width;
      for (std::int64_t c = 0; c < width; ++c) to[c] += queries[query * width + c];
      if (key < 0) return;  // of what is not there all products are 0
      for (std::int64_t c = 0; c < width; ++c) to[c] += keys[key * width + c];
      if (trunk == nullptr) return;
      const std::int64_t pair =
          atoms.token[static_cast<std::size_t>(query)] * atoms.tokens() + atoms.token[static_cast<std::size_t>(key)];
      for (std::int64_t c = 0; c < width; ++c) to[c] += trunk[pair * width + c];
    });
  });
  const Tensor inner = of_relu(pair_mlp_[1], of_relu(pair_mlp_[0], out));
  return pair_mlp_[2](ops::activate(inner, ops::Activation::relu), {.residual = out, .into = out});
}

AtomConditions AtomEncoder::conditions(const ReferenceAtoms& reference, const AtomWindows& atoms,
                                       const AtomTrunk& trunk, const PairsSeen& each) const {
  AtomConditions out{of_reference(reference, atoms.atoms), transformer_.empty_bias(atoms), {}};
  if (form_.start == QueryStart::atoms) out.start = out.single;
  if (after_trunk())
    out.single = ops::add(out.single, taken_rows(trunk_single_(trunk_single_norm_(trunk.single)), atoms.token));
  const PairInputs in{reference, atoms, of_relu(pair_query_, out.single), of_relu(pair_key_, out.single),
                      trunk_pairs(trunk)};
  for (std::int64_t first = 0; first < atoms.windows; first += kWindowsAtOnce) {
    const Tensor some = pairs(in, first, std::min(atoms.windows, first + kWindowsAtOnce));
    transformer_.fill_bias(some, first, atoms, out.bias);
    if (each) each(some, first);
  }
  return out;
}

EncodedAtoms AtomEncoder::encode(const Tensor& positions, const AtomConditions& conditions, const AtomWindows& atoms,
                                 const Watch& watch) const {
  const Tensor& start = conditions.start.defined() ? conditions.start : conditions.single;
  EncodedAtoms out;
  if (positions.defined()) {
    const std::int64_t samples = positions.size(0);
    out.atoms = Tensor::empty({samples * atoms.atoms, form_.transformer.width});
    const Tensor all = positions.reshape({samples * atoms.atoms, 3});
    for (std::int64_t s = 0; s < samples; ++s) {
      const std::int64_t begin = s * atoms.atoms, end = begin + atoms.atoms;
      positions_(all.rows(begin, end), {.residual = start, .into = out.atoms.rows(begin, end)});
    }
  } else {
    out.atoms = start.clone();
  }
  transformer_.update(out.atoms, conditions.single, atoms, conditions.bias, watch);
  const std::int64_t samples = out.atoms.size(0) / atoms.atoms, tokens = atoms.tokens();
  out.tokens = Tensor::zeros({samples * tokens, form_.token_width});
  for (std::int64_t s = 0; s < samples; ++s)
    add_means(tokens_(out.atoms.rows(s * atoms.atoms, (s + 1) * atoms.atoms)), atoms,
              out.tokens.rows(s * tokens, (s + 1) * tokens));
  return out;
}

}  // namespace groel::structure_models
