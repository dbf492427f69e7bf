// The network of Protenix, put together of parts that it shares with AlphaFold 3.
#include "structure_models/protenix.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "checkpoints/load.h"
#include "ops/elementwise.h"
#include "ops/pair_grid.h"
#include "structure_models/protenix_table.h"
#include "structure_models/protenix_weights.h"

namespace groel::structure_models {
namespace {

// Atoms in the order in which they are given.
AtomWindows windows_of(const ProtenixInput& input, std::int64_t slots) {
  std::vector<std::uint8_t> mask(static_cast<std::size_t>(input.tokens * slots));
  std::int32_t token = 0, own = 0;  // atoms of a token fill its first places
  AtomWindows out;
  for (const std::int32_t next : input.atom_token) {
    own = next == token ? own : 0;
    if (next < token || next >= input.tokens || own >= slots)
      throw Error(ErrorKind::bad_input, fmt::format("atoms are not in the order of their {} tokens, at most {} in each",
                                                    input.tokens, slots));
    token = next;
    mask[static_cast<std::size_t>(token * slots + own++)] = 1;
  }
  out = atom_windows(mask, slots, WindowEdge::cut);
  for (std::size_t a = 0; a < input.atom_slot.size(); ++a)
    out.slot[a] = static_cast<std::int32_t>(out.token[a] * slots) + input.atom_slot[a];
  return out;
}

ReferenceAtoms reference_of(const ProtenixInput& input) {
  ReferenceAtoms out;
  out.positions = input.ref_pos;
  out.charge = input.ref_charge;
  out.known = input.ref_mask;
  out.element = input.ref_element;
  out.name = input.ref_name_chars;
  out.space = input.ref_space_uid;
  out.key_space = input.ref_space_uid;
  out.empty_key_space = -1;  // such keys are not seen
  return out;
}

}  // namespace

Protenix::Protenix(const ProtenixShape& shape)
    : shape_(shape),
      atoms_(shape.atoms),
      trunk_(shape.trunk),
      diffusion_(shape.diffusion),
      confidence_(shape.confidence),
      distogram_(shape.trunk.pair_width, shape.distogram_bins, {.exactness = nn::Exactness::head}) {}

void Protenix::members(nn::Members to) {
  to.part("atoms", atoms_);
  to.part("trunk", trunk_);
  to.part("diffusion", diffusion_);
  to.part("confidence", confidence_);
  to.part("distogram", distogram_);
}

void Protenix::prepare(ops::Precision precision) {
  nn::ready(nn::tree_of(trunk_), precision);
  for (nn::Module* part : {static_cast<nn::Module*>(&atoms_), static_cast<nn::Module*>(&diffusion_),
                           static_cast<nn::Module*>(&confidence_), static_cast<nn::Module*>(&distogram_)})
    nn::ready(nn::tree_of(*part), ops::Precision::f32);
}

ProtenixFeatures Protenix::features(const ProtenixInput& input) const {
  ProtenixFeatures out{windows_of(input, shape_.confidence.slots), reference_of(input), {}};
  const EncodedAtoms encoded = atoms_.encode({}, atoms_.conditions(out.reference, out.atoms, {}), out.atoms);
  const std::int64_t first = shape_.atoms.token_width, width = shape_.trunk.target_width;
  out.target = Tensor::zeros({input.tokens, width});
  out.target.columns(0, first).copy_from(encoded.tokens);
  float* row = out.target.mutable_data<float>() + first;
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.tokens); ++i, row += width) {
    if (input.restype[i] >= 0 && input.restype[i] < kProtenixLetters) row[input.restype[i]] = 1;
    std::copy_n(input.profile.data() + i * kProtenixLetters, kProtenixLetters, row + kProtenixLetters);
    row[2 * kProtenixLetters] = input.deletion_mean[i];
  }
  return out;
}

ProtenixEmbeddings Protenix::embed(const ProtenixInput& input, const ProtenixFeatures& features, const PassRows& rows,
                                   const Watch& watch, const std::function<void(const Progress&)>& seen) const {
  const TokenPlaces places = input.places();
  TrunkState state = trunk_.start(input.tokens);
  Progress progress{0, static_cast<std::int64_t>(rows.size()), 0, trunk_.steps(input.templates.size())};
  for (const std::vector<std::int32_t>& order : rows) {
    const AlignmentRows alignment{input.tokens, input.msa, input.deletions, order};
    progress.block = 0;
    trunk_.pass({places, features.target, input.templates, alignment, input.bonds}, state,
                prefixed(watch, fmt::format("pass{}.", progress.pass)), [&] {
                  ++progress.block;
                  if (seen) seen(progress);
                });
    ++progress.pass;
  }
  return {state.single, state.pair.z};
}

DiffusionConditions Protenix::conditions(const ProtenixInput& input, const ProtenixFeatures& features,
                                         const ProtenixEmbeddings& embeddings, KeptLogits kept,
                                         const Watch& watch) const {
  return diffusion_.conditions({embeddings.single, embeddings.pair, features.target}, input.places(),
                               features.reference, features.atoms, kept, watch);
}

ProtenixConfidenceLogits Protenix::confidence(const ProtenixInput& input, const ProtenixFeatures& features,
                                              const ProtenixEmbeddings& embeddings, const Tensor& positions) const {
  std::vector<float> places;
  const float* from = positions.data<float>();
  for (std::size_t a = 0; a < input.representative.size(); ++a)
    if (input.representative[a] != 0) places.insert(places.end(), from + 3 * a, from + 3 * a + 3);
  if (static_cast<std::int64_t>(places.size()) != 3 * input.tokens)
    throw Error(ErrorKind::bad_input,
                fmt::format("{} tokens, but {} atoms by which they are placed", input.tokens, places.size() / 3));
  return confidence_.logits({embeddings.single, embeddings.pair, features.target}, places);
}

Tensor Protenix::distogram(const Tensor& pair, const nn::folding::GridRows& rows) const {
  return ops::add(distogram_(rows.of(pair)), distogram_(ops::take_columns(pair, {rows.n, rows.begin, rows.end})));
}

SamplerSettings protenix_sampler() {
  SamplerSettings out;
  out.ends_at_zero = true;
  out.turning = Turning::matrix_times_column;
  return out;
}

namespace {

// Networks that are given more than a job holds.
void refuse_variants(const io::ArrayMap& published, const std::filesystem::path& path) {
  const auto has = [&](std::string_view begin) {
    const auto found = published.lower_bound(std::string(begin));
    return found != published.end() && found->first.starts_with(begin);
  };
  const char* more = has("input_embedder.linear_esm.") ? "ESM-2's vectors (the variants called esm and ism)"
                     : has("constraint_embedder.")     ? "constraints (the variant called constraint)"
                                                       : nullptr;
  if (more != nullptr)
    throw Error(ErrorKind::unsupported,
                {fmt::format("this network of Protenix reads {}, which are not made here", more), path.string(),
                 "use a variant called default, or protenix-v2"});
}

}  // namespace

ProtenixWeights read_protenix_weights(const std::filesystem::path& path) {
  io::ArrayMap published = read_protenix_arrays(path);
  if (!is_protenix(published))
    throw Error(ErrorKind::bad_model, {"these are no weights of Protenix", path.string(),
                                       "give the .pt file as Protenix publishes it, or a folder that holds one"});
  refuse_variants(published, path);
  check_records(protenix_table(published), published, {}, path.string());
  ProtenixWeights out;
  out.identifier =
      checkpoints::fingerprint({.config = nullptr, .arrays = published, .tokenizer = {}, .path = path, .layout = {}});
  for (const auto& [name, array] : published) out.parameters += element_count(array.shape);
  out.arrays = protenix_arrays(std::move(published), path);
  out.shape = protenix_shape(out.arrays, path);
  return out;
}

std::unique_ptr<Protenix> protenix_of(ProtenixWeights weights, ops::Precision precision,
                                      const std::filesystem::path& path) {
  auto out = std::make_unique<Protenix>(weights.shape);
  checkpoints::fill_slots(*out, weights.arrays, {}, path);
  weights.arrays.clear();  // each goes as soon as it is packed
  out->prepare(precision);
  return out;
}

std::unique_ptr<Protenix> load_protenix(const std::filesystem::path& path, ops::Precision precision) {
  return protenix_of(read_protenix_weights(path), precision, path);
}

}  // namespace groel::structure_models
