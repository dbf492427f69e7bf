// Conditioning, the encoder of atoms, the transformer of tokens, the decoder of atoms.
#include "structure_models/alphafold3/diffusion.h"

#include <fmt/format.h>

#include <cmath>

#include "base/threads.h"
#include "structure_models/noise_fourier.h"

namespace groel::structure_models {
namespace {

constexpr nn::LinearForm kPlain{.bias = nn::Bias::no};

// Columns of a, then those of b.
Tensor beside(const Tensor& a, const Tensor& b) {
  Tensor out = Tensor::empty({a.size(0), a.size(1) + b.size(1)});
  out.columns(0, a.size(1)).copy_from(a);
  out.columns(a.size(1), out.size(1)).copy_from(b);
  return out;
}

// Columns of relative positions.
std::int64_t relative_columns(const Alphafold3DiffusionForm& form) {
  return form.relative_width > 0 ? form.relative_width : kRelativeFeatures;
}

// x [S * N, D] += row [N, D] of each sample.
void add_to_samples(const Tensor& rows, Tensor& x) {
  const std::int64_t count = rows.count(), samples = x.count() / count;
  const float* from = rows.data<float>();
  float* const to = x.mutable_data<float>();
  parallel_for(samples, [&](std::int64_t s) {
    for (std::int64_t i = 0; i < count; ++i) to[s * count + i] += from[i];
  });
}

}  // namespace

Alphafold3Diffusion::Alphafold3Diffusion(const Alphafold3DiffusionForm& form)
    : form_(form),
      pair_norm_(form.pair_width + relative_columns(form), 1e-5F, form.norm_bias),
      single_norm_(form.single_width + form.target_width, 1e-5F, form.norm_bias),
      noise_norm_(kNoiseFeatures, 1e-5F, form.norm_bias),
      tokens_norm_(form.condition_width, 1e-5F, form.norm_bias),
      out_norm_(form.tokens.width, 1e-5F, form.norm_bias),
      relative_(kRelativeFeatures, form.relative_width, kPlain),
      pair_(form.pair_width + relative_columns(form), form.pair_condition, kPlain),
      single_(form.single_width + form.target_width, form.condition_width, {.bias = form.single_bias}),
      noise_(kNoiseFeatures, form.condition_width, kPlain),
      tokens_(form.condition_width, form.tokens.width, kPlain),
      encoder_(form.encoder),
      transformer_(form.tokens),
      decoder_(form.decoder) {
  for (auto& one : pair_transitions_)
    one = nn::folding::Transition({.width = form.pair_condition, .inner = form.pair_transition});
  for (auto& one : single_transitions_)
    one = nn::folding::Transition({.width = form.condition_width, .inner = form.single_transition});
}

void Alphafold3Diffusion::members(nn::Members to) {
  if (form_.relative_width > 0) to.part("relative", relative_);
  if (form_.noise == NoiseFrequencies::in_file) {
    to.tensor("noise_frequencies", {kNoiseFeatures}, nn::Role::buffer, frequencies_);
    to.tensor("noise_phases", {kNoiseFeatures}, nn::Role::buffer, phases_);
  }
  to.part("pair_norm", pair_norm_);
  to.part("pair", pair_);
  for (std::size_t i = 0; i < 2; ++i) to.part(fmt::format("pair_transitions.{}", i), pair_transitions_[i]);
  to.part("single_norm", single_norm_);
  to.part("single", single_);
  to.part("noise_norm", noise_norm_);
  to.part("noise", noise_);
  for (std::size_t i = 0; i < 2; ++i) to.part(fmt::format("single_transitions.{}", i), single_transitions_[i]);
  to.part("encoder", encoder_);
  to.part("tokens_norm", tokens_norm_);
  to.part("tokens", tokens_);
  to.part("transformer", transformer_);
  to.part("out_norm", out_norm_);
  to.part("decoder", decoder_);
}

// [N * N, Z].
Tensor Alphafold3Diffusion::pair_condition(const Trunk& trunk, const TokenPlaces& places) const {
  Tensor out = Tensor::empty({trunk.pair.size(0), form_.pair_condition});
  nn::folding::for_grid_rows(places.tokens(), 2 * pair_.width() + 2 * kRelativeFeatures,
                             [&](const nn::folding::GridRows& grid) {
                               Tensor relative = relative_encoding(places, grid.begin, grid.end);
                               if (form_.relative_width > 0) relative = relative_(relative);
                               const Tensor all = beside(grid.of(trunk.pair), relative);
                               pair_(pair_norm_(all), {.into = grid.of(out)});
                             });
  for (const auto& transition : pair_transitions_) transition.add(out, out);
  return out;
}

DiffusionConditions Alphafold3Diffusion::conditions(const Trunk& trunk, const TokenPlaces& places,
                                                    const ReferenceAtoms& reference, const AtomWindows& atoms,
                                                    KeptLogits kept, const Watch& watch) const {
  DiffusionConditions out;
  out.atoms = &atoms;
  out.single = single_(single_norm_(beside(trunk.single, trunk.target)));
  out.pair = pair_condition(trunk, places);
  show(watch, "cond_pair", out.pair);
  out.decoder = decoder_.transformer().empty_bias(atoms);
  out.encoder =
      encoder_.conditions(reference, atoms, {trunk.single, out.pair}, [&](const Tensor& pairs, std::int64_t first) {
        decoder_.transformer().fill_bias(pairs, first, atoms, out.decoder);
        show(watch, fmt::format("pair_cond{}", first), pairs);
      });
  show(watch, "queries_single_cond", out.encoder.single);
  transformer_.normalise(out.pair);
  for (std::size_t g = 0; kept == KeptLogits::all && g < transformer_.groups(); ++g)
    out.logits.push_back(transformer_.logits(out.pair, g));
  if (kept == KeptLogits::all) out.pair = {};
  return out;
}

// [N, C]. level: over that of the data.
Tensor Alphafold3Diffusion::single_condition(const Tensor& single, float level) const {
  const bool own = form_.noise == NoiseFrequencies::in_file;
  const Tensor frequencies = own ? frequencies_.to(DType::f32) : Tensor(),
               phases = own ? phases_.to(DType::f32) : Tensor();
  const Tensor noise =
      noise_(noise_norm_(own ? noise_features(level, frequencies.values<float>(), phases.values<float>())
                             : noise_features(level, noise_frequencies(), noise_phases())));
  Tensor out = single.clone();
  add_to_samples(noise.reshape({1, form_.condition_width}), out);
  for (const auto& transition : single_transitions_) transition.add(out, out);
  return out;
}

Tensor Alphafold3Diffusion::denoise(const Tensor& noisy, float level, const DiffusionConditions& conditions,
                                    const Watch& watch) const {
  const float data = form_.sigma_data, both = level * level + data * data;
  const Tensor single = single_condition(conditions.single, level / data);
  show(watch, "cond_single", single);
  Tensor scaled = noisy.clone();
  float* to = scaled.mutable_data<float>();
  const float root = std::sqrt(both);
  for (std::int64_t i = 0; i < scaled.count(); ++i) to[i] /= root;
  EncodedAtoms encoded = encoder_.encode(scaled, conditions.encoder, *conditions.atoms, prefixed(watch, "enc."));
  show(watch, "enc.token_act", encoded.tokens);
  show(watch, "enc.skip_connection", encoded.atoms);
  Tensor& x = encoded.tokens;
  add_to_samples(tokens_(tokens_norm_(single)), x);
  transformer_.update(
      x, single,
      [&](std::size_t group) {
        return conditions.logits.empty() ? transformer_.logits(conditions.pair, group) : conditions.logits[group];
      },
      watch);
  const Tensor normed = out_norm_(x);
  show(watch, "token_out_norm", normed);
  const Tensor update = decoder_.decode(normed, encoded, conditions.encoder.single, *conditions.atoms,
                                        conditions.decoder, prefixed(watch, "dec."));
  show(watch, "dec.position_update", update);
  const float skip = data * data / both, gain = level * data / root;
  const float *kept = noisy.data<float>(), *moved = update.data<float>();
  for (std::int64_t i = 0; i < scaled.count(); ++i) to[i] = skip * kept[i] + gain * moved[i];
  show(watch, "out", scaled);
  return scaled;
}

}  // namespace groel::structure_models
