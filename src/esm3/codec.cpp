// Encodes proteins as tokens of all tracks, and decodes them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "esm3/client.h"
#include "esm3/published_tables.h"
#include "nn/frames.h"

namespace groel::esm3 {
namespace {

constexpr float kNowhere = std::numeric_limits<float>::infinity();
constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();

// With a row of nothing at both ends.
std::vector<float> with_ends(std::span<const float> atoms) {
  std::vector<float> out(kAtoms * 3, kNowhere);
  out.insert(out.end(), atoms.begin(), atoms.end());
  out.insert(out.end(), kAtoms * 3, kNowhere);
  return out;
}

void require_length(std::string_view what, std::int64_t count, std::int64_t& length, std::string_view& first) {
  if (length >= 0 && count != length)
    throw Error(ErrorKind::bad_input, {fmt::format("{} has {} residues, {} {}", first, length, what, count),
                                       {},
                                       "all that is said of a protein is of the same residues"});
  if (length < 0) first = what;
  length = count;
}

bool all_inner(const ESMProteinTensor::Tokens& tokens, Track track, std::int32_t id) {
  const auto depth = models::track_depth(track);
  return std::all_of(tokens->begin() + depth, tokens->end() - depth, [&](std::int32_t token) { return token == id; });
}

}  // namespace

Tensor backbone_of(std::span<const float> atoms) {
  const std::int64_t count = residues_of(atoms);
  Tensor out = Tensor::empty({count, 3, 3});
  for (std::int64_t i = 0; i < count; ++i)
    std::copy_n(atoms.data() + i * kAtoms * 3, 9, out.mutable_data<float>() + 9 * i);
  return out;
}

std::vector<float> atoms_of_backbone(const Tensor& backbone) {
  // Where the next residue's N is in the plane of x and y, and x goes from CA to C.
  constexpr float kOxygenAt[3] = {0.6240F, -1.0613F, 0.0103F};
  const std::int64_t count = backbone.size(0);
  std::vector<float> out(static_cast<std::size_t>(count * kAtoms * 3), kNowhere);
  for (std::int64_t i = 0; i < count; ++i) {
    const float* from = backbone.data<float>() + 9 * i;
    float* to = out.data() + i * kAtoms * 3;
    std::copy_n(from, 9, to);
    float* oxygen = to + 3 * kOxygen;
    std::fill_n(oxygen, 3, kNotANumber);
    if (i + 1 == count) break;
    float x_axis[3], in_plane[3], rotation[9];
    for (int c = 0; c < 3; ++c) {
      x_axis[c] = from[6 + c] - from[3 + c];
      in_plane[c] = from[9 + c] - from[6 + c];
    }
    nn::axes_of(x_axis, in_plane, 1e-10F, rotation);
    for (int c = 0; c < 3; ++c)
      oxygen[c] = from[6 + c] + rotation[3 * c] * kOxygenAt[0] + rotation[3 * c + 1] * kOxygenAt[1] +
                  rotation[3 * c + 2] * kOxygenAt[2];
  }
  return out;
}

ESMProteinTensor Client::encode(const ESMProtein& protein) const {
  ESMProteinTensor out;
  std::int64_t length = -1;
  std::string_view first;
  if (protein.sequence) {
    out.sequence = encode_sequence(*protein.sequence, tokenizer());
    require_length("the sequence", static_cast<std::int64_t>(out.sequence->size()) - 2, length, first);
  }
  if (protein.secondary_structure) {
    out.secondary_structure = encode_secondary_structure(*protein.secondary_structure);
    require_length("secondary structure", static_cast<std::int64_t>(out.secondary_structure->size()) - 2, length,
                   first);
  }
  if (protein.sasa) {
    out.sasa = encode_sasa(*protein.sasa);
    require_length("accessible surface", static_cast<std::int64_t>(out.sasa->size()) - 2, length, first);
  }
  if (!protein.coordinates.empty()) {
    require_length("the structure", residues_of(protein.coordinates), length, first);
    const EncodedStructure structure = structure_encoder().encode(backbone_of(protein.coordinates));
    out.structure = masked_track(Track::structure, length);
    std::copy(structure.tokens.begin(), structure.tokens.end(), out.structure->begin() + 1);
    out.coordinates = with_ends(protein.coordinates);
  }
  if (length < 0)
    throw Error(ErrorKind::bad_input,
                {"nothing says how long the protein is", {}, "give a sequence, `_` for each residue, or coordinates"});
  if (protein.function_annotations && !protein.function_annotations->empty())
    encode_annotations(*protein.function_annotations, length, out);
  return out;
}

// Labels of residues become that track, entries and keywords that of function, what is both, both; a label that is
// neither is said by the vocabulary of function.
void Client::encode_annotations(std::span<const FunctionAnnotation> annotations, std::int64_t residues,
                                ESMProteinTensor& to) const {
  std::vector<FunctionAnnotation> of_residues, of_function;
  for (const FunctionAnnotation& one : annotations) {
    const bool here = residue_vocabulary() != nullptr && residue_vocabulary()->has(one.label);
    if (here) of_residues.push_back(one);
    if (!here || (find_table(folder_, "keyword_vocabulary", ".txt") && function_vocabulary().has(one.label)))
      of_function.push_back(one);
  }
  if (!of_residues.empty()) to.residue_annotations = residue_vocabulary()->encode(of_residues, residues);
  if (!of_function.empty()) to.function = function_vocabulary().encode(of_function, residues);
}

void Client::decode_structure(const ESMProteinTensor& tensor, ESMProtein& to) const {
  const DecodedStructure decoded = structure_decoder().decode(*tensor.structure);
  const std::int64_t residues = tensor.residues();
  to.coordinates = atoms_of_backbone(decoded.backbone.rows(1, residues + 1));
  const auto plddt = decoded.plddt.rows(1, residues + 1).values<float>();
  to.plddt.assign(plddt.begin(), plddt.end());
  to.ptm = decoded.ptm;
  const auto pae = decoded.predicted_aligned_error.values<float>();
  to.pae.assign(pae.begin(), pae.end());
}

ESMProtein Client::decode(const ESMProteinTensor& tensor) const {
  tensor.length();  // says what does not fit
  const auto there = [&](Track track) {
    const auto& tokens = tensor.track(track);
    return tokens && !all_inner(tokens, track, tokens_of(track).pad);
  };
  ESMProtein out;
  if (there(Track::sequence)) out.sequence = decode_sequence(*tensor.sequence, tokenizer());
  const bool masked = tensor.structure && std::find(tensor.structure->begin(), tensor.structure->end(),
                                                    models::kStructureMask) != tensor.structure->end();
  if (there(Track::structure) && !masked)
    decode_structure(tensor, out);
  else if (!tensor.coordinates.empty())
    out.coordinates.assign(tensor.coordinates.begin() + kAtoms * 3, tensor.coordinates.end() - kAtoms * 3);
  if (there(Track::secondary_structure))
    out.secondary_structure = decode_secondary_structure(*tensor.secondary_structure);
  if (there(Track::sasa)) out.sasa = decode_sasa(*tensor.sasa);
  return out;
}

}  // namespace groel::esm3
