// The network of AlphaFold 3, put together of its parts.
#include "structure_models/alphafold3/alphafold3.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "structure_models/alphafold3/records.h"
#include "structure_models/alphafold3/rules.h"

namespace groel::structure_models {

Alphafold3::Alphafold3(const Alphafold3Shape& shape)
    : NetworkCore(shape.core(), nn::Bias::no), shape_(shape), confidence_(shape.confidence()) {}

void Alphafold3::members(nn::Members to) {
  core_members(to);
  to.part("confidence", confidence_);
}

void Alphafold3::prepare(ops::Precision precision) {
  prepare_core(precision);
  nn::ready(nn::tree_of(confidence_), precision);
}

// [N, 63 + out]: residue type, profile, mean of deletions, and what the atoms' encoder makes of the conformer.
Tensor Alphafold3::target(const Alphafold3Input& input, const Alphafold3Features& features, const Watch& watch) const {
  const AtomConditions conditions =
      atoms().conditions(features.reference, features.atoms, {}, [&](const Tensor& pairs, std::int64_t first) {
        show(watch, fmt::format("atom_enc_trunk.pair_cond{}", first), pairs);
      });
  const EncodedAtoms encoded = atoms().encode({}, conditions, features.atoms);
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

NetworkEmbeddings Alphafold3::embed(const Alphafold3Input& input, const Alphafold3Features& features,
                                    const PassRows& rows, const Watch& watch, const Seen& seen) const {
  return NetworkCore::embed(
      {input.places(), features.templates, {input.tokens, input.msa, input.deletions, {}}, features.bonds},
      features.target, rows, watch, seen);
}

DiffusionConditions Alphafold3::conditions(const Alphafold3Input& input, const Alphafold3Features& features,
                                           const NetworkEmbeddings& embeddings, KeptLogits kept,
                                           const Watch& watch) const {
  return NetworkCore::conditions(input.places(), features, embeddings, kept, watch);
}

ConfidenceLogits Alphafold3::confidence(const Alphafold3Input& input, const Alphafold3Features& features,
                                        const NetworkEmbeddings& embeddings, const Tensor& positions,
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
  return confidence_.logits({embeddings.single, embeddings.pair, features.target}, beta, watch);
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
  out.identifier = digest_of(records, path);
  out.shape = as_intellifold2(out.shape);
  out.arrays = apply_rules(rules, std::move(records));
  out.arrays.merge(read_noise_frequencies(out.origin.noise));
  return out;
}

}  // namespace groel::structure_models
