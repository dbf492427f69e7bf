// The network of AlphaFold 3, put together of its parts.
#include "structure_models/alphafold3.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "checkpoints/load.h"
#include "ops/elementwise.h"
#include "ops/pair_grid.h"
#include "structure_models/alphafold3_records.h"
#include "structure_models/alphafold3_rules.h"

namespace groel::structure_models {

Alphafold3::Alphafold3(const Alphafold3Shape& shape)
    : shape_(shape),
      atoms_(shape.first_encoder()),
      trunk_(shape.trunk()),
      diffusion_(shape.diffusion()),
      confidence_(shape.confidence()),
      distogram_(shape.pair, shape.confidence().error_bins, {.bias = nn::Bias::no, .exactness = nn::Exactness::head}) {}

void Alphafold3::members(nn::Members to) {
  to.part("atoms", atoms_);
  to.part("trunk", trunk_);
  to.part("diffusion", diffusion_);
  to.part("confidence", confidence_);
  to.part("distogram", distogram_);
}

void Alphafold3::prepare(ops::Precision precision) {
  for (nn::Module* part : {static_cast<nn::Module*>(&trunk_), static_cast<nn::Module*>(&confidence_)})
    nn::ready(nn::tree_of(*part), precision);
  for (nn::Module* part : {static_cast<nn::Module*>(&atoms_), static_cast<nn::Module*>(&diffusion_),
                           static_cast<nn::Module*>(&distogram_)})
    nn::ready(nn::tree_of(*part), ops::Precision::f32);
}

// [N, 63 + out]: residue type, profile, mean of deletions, and what the atoms' encoder makes of the conformer.
Tensor Alphafold3::target(const Alphafold3Input& input, const Alphafold3Features& features, const Watch& watch) const {
  const AtomConditions conditions =
      atoms_.conditions(features.reference, features.atoms, {}, [&](const Tensor& pairs, std::int64_t first) {
        show(watch, fmt::format("atom_enc_trunk.pair_cond{}", first), pairs);
      });
  const EncodedAtoms encoded = atoms_.encode({}, conditions, features.atoms);
  show(watch, "atom_enc_trunk.queries_single_cond", conditions.single);
  show(watch, "atom_enc_trunk.skip_connection", encoded.atoms);
  show(watch, "atom_enc_trunk.token_act", encoded.tokens);
  Tensor out = Tensor::zeros({input.tokens, shape_.target()});
  float* row = out.mutable_data<float>();
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.tokens); ++i, row += shape_.target()) {
    if (input.aatype[i] >= 0 && input.aatype[i] < kInputLetters) row[input.aatype[i]] = 1;
    std::copy_n(input.profile.data() + i * kInputLetters, kInputLetters, row + kInputLetters);
    row[2 * kInputLetters] = input.deletion_mean[i];
  }
  out.columns(2 * kInputLetters + 1, shape_.target()).copy_from(encoded.tokens);
  show(watch, "target_feat", out);
  return out;
}

Alphafold3Embeddings Alphafold3::embed(const Alphafold3Input& input, const Alphafold3Features& features,
                                       const PassRows& rows, const Watch& watch,
                                       const std::function<void(const Progress&)>& seen) const {
  const TokenPlaces places = input.places();
  TrunkState state = trunk_.start(input.tokens);
  Progress progress{0, static_cast<std::int64_t>(rows.size()), 0, trunk_.steps(features.templates.size())};
  for (const std::vector<std::int32_t>& order : rows) {
    const AlignmentRows alignment{input.tokens, input.msa, input.deletions, order};
    const std::string name = fmt::format("pass{}.", progress.pass);
    progress.block = 0;
    trunk_.pass({places, features.target, features.templates, alignment, features.bonds}, state, prefixed(watch, name),
                [&] {
                  ++progress.block;
                  if (seen) seen(progress);
                });
    show(watch, name + "z", state.pair.z);
    show(watch, name + "s", state.single);
    ++progress.pass;
  }
  return {features.target, state.single, state.pair.z};
}

DiffusionConditions Alphafold3::conditions(const Alphafold3Input& input, const Alphafold3Features& features,
                                           const Alphafold3Embeddings& embeddings, KeptLogits kept,
                                           const Watch& watch) const {
  return diffusion_.conditions({embeddings.single, embeddings.pair, embeddings.target}, input.places(),
                               features.reference, features.atoms, kept, watch);
}

ConfidenceLogits Alphafold3::confidence(const Alphafold3Input& input, const Alphafold3Features& features,
                                        const Alphafold3Embeddings& embeddings, const Tensor& positions,
                                        const Watch& watch) const {
  // Slots without an atom lie at the origin.
  std::vector<float> beta(static_cast<std::size_t>(input.tokens) * 3);
  const float* from = positions.data<float>();
  for (std::size_t t = 0; t < static_cast<std::size_t>(input.tokens); ++t) {
    const auto begin = features.atoms.slot.begin() + features.atoms.first_atom[t],
               end = features.atoms.slot.begin() + features.atoms.first_atom[t + 1];
    const auto found = std::find(begin, end, input.pseudo_beta[t]);
    if (found != end)
      std::copy_n(from + 3 * (found - features.atoms.slot.begin()), 3,
                  beta.begin() + static_cast<std::ptrdiff_t>(3 * t));
  }
  return confidence_.logits({embeddings.single, embeddings.pair, embeddings.target}, beta, watch);
}

Tensor Alphafold3::distogram(const Alphafold3Embeddings& embeddings, const nn::folding::GridRows& rows) const {
  const Tensor columns = ops::take_columns(embeddings.pair, {rows.n, rows.begin, rows.end});
  return ops::add(distogram_(rows.of(embeddings.pair)), distogram_(columns));
}

namespace {

// Of the record's bytes, the text that AlphaFold 3 writes into its structures; of what is no text, its bytes.
std::string identifier_of(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    if (byte == std::byte{0}) break;
    text += static_cast<char>(byte);
  }
  if (std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) return text;
  std::string hexadecimal;
  for (const std::byte byte : bytes) hexadecimal += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return hexadecimal;
}

}  // namespace

Alphafold3Weights read_alphafold3_weights(const std::filesystem::path& path) {
  const ParameterFiles files = find_parameter_files(path);
  const std::string label = files.parts.front().string();
  Alphafold3Weights out;
  io::ArrayMap records;
  read_parameter_records(files, [&](ParameterRecord record) {
    if (records.contains(record.name))
      throw Error(ErrorKind::bad_model, {fmt::format("the record {} is there twice", record.name), label, {}});
    if (record.name == kIdentifierRecord) {
      out.identifier = identifier_of(record.array.bytes);
      return;
    }
    out.parameters += element_count(record.array.shape);
    records.emplace(record.name, std::move(record.array));
  });
  out.shape = alphafold3_shape(records);
  out.origin = record_origin(out.shape, files);
  const std::vector<RecordRule> rules = alphafold3_rules(out.shape);
  check_records(rules, records, {}, label);
  if (out.origin.network == RecordNetwork::alphafold3) {
    out.arrays = apply_rules(rules, std::move(records));
    return out;
  }
  // Its converter copies the identifier of AlphaFold 3's weights.
  out.identifier =
      checkpoints::fingerprint({.config = nullptr, .arrays = records, .tokenizer = {}, .path = path, .layout = {}});
  out.shape = as_intellifold2(out.shape);
  out.arrays = apply_rules(rules, std::move(records));
  out.arrays.merge(read_noise_frequencies(out.origin.noise));
  return out;
}

std::unique_ptr<Alphafold3> alphafold3_of(Alphafold3Weights weights, ops::Precision precision,
                                          const std::filesystem::path& path) {
  auto out = std::make_unique<Alphafold3>(weights.shape);
  checkpoints::fill_slots(*out, weights.arrays, {}, path);
  weights.arrays.clear();  // each goes as soon as it is packed
  out->prepare(precision);
  return out;
}

LoadedAlphafold3 load_alphafold3(const std::filesystem::path& path, ops::Precision precision) {
  Alphafold3Weights weights = read_alphafold3_weights(path);
  LoadedAlphafold3 out{nullptr, weights.identifier, weights.parameters};
  out.network = alphafold3_of(std::move(weights), precision, path);
  return out;
}

}  // namespace groel::structure_models
