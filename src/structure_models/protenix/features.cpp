// What networks of Protenix's kind make of an input before the first pass: atoms in a row, and what tokens begin with.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "structure_models/protenix/input.h"

namespace groel::structure_models {

AtomWindows protenix_windows(const ProtenixInput& input, std::int64_t slots) {
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

ReferenceAtoms protenix_reference(const ProtenixInput& input) {
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

Tensor protenix_target(const ProtenixInput& input, const Tensor& atoms) {
  const std::int64_t first = atoms.size(1), width = first + 2 * kProtenixLetters + 1;
  Tensor out = Tensor::zeros({input.tokens, width});
  out.columns(0, first).copy_from(atoms);
  float* row = out.mutable_data<float>() + first;
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.tokens); ++i, row += width) {
    if (input.restype[i] >= 0 && input.restype[i] < kProtenixLetters) row[input.restype[i]] = 1;
    std::copy_n(input.profile.data() + i * kProtenixLetters, kProtenixLetters, row + kProtenixLetters);
    row[2 * kProtenixLetters] = input.deletion_mean[i];
  }
  return out;
}

NetworkFeatures protenix_features(const ProtenixInput& input, std::int64_t slots, const AtomEncoder& atoms) {
  NetworkFeatures out{protenix_windows(input, slots), protenix_reference(input), {}};
  const AtomConditions conditions = atoms.conditions(out.reference, out.atoms, {});
  out.target = protenix_target(input, atoms.encode({}, conditions, out.atoms).tokens);
  return out;
}

TrunkFeatures protenix_trunk_features(const ProtenixInput& input) {
  return {input.places(), input.templates, {input.tokens, input.msa, input.deletions, {}}, input.bonds};
}

std::vector<float> protenix_places(const ProtenixInput& input, std::span<const float> positions) {
  std::vector<float> places;
  const float* from = positions.data();
  for (std::size_t a = 0; a < input.representative.size(); ++a)
    if (input.representative[a] != 0) places.insert(places.end(), from + 3 * a, from + 3 * a + 3);
  if (static_cast<std::int64_t>(places.size()) != 3 * input.tokens)
    throw Error(ErrorKind::bad_input,
                fmt::format("{} tokens, but {} atoms by which they are placed", input.tokens, places.size() / 3));
  return places;
}

}  // namespace groel::structure_models
