// What Boltz-2's network makes of an input before the first pass: atoms in a row, and where tokens are.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "structure_models/boltz2/input.h"

namespace groel::structure_models {

AtomWindows boltz2_windows(const Boltz2Input& input) {
  std::vector<std::int32_t> count(static_cast<std::size_t>(input.tokens));
  std::int32_t token = 0, most = 1;
  for (const std::int32_t next : input.atom_token) {
    if (next < token || next >= input.tokens)
      throw Error(ErrorKind::bad_input, fmt::format("atoms are not in the order of their {} tokens", input.tokens));
    token = next;
    most = std::max(most, ++count[static_cast<std::size_t>(token)]);
  }
  // Atoms of a token fill its first places.
  std::vector<std::uint8_t> mask(count.size() * static_cast<std::size_t>(most));
  for (std::size_t t = 0; t < count.size(); ++t)
    std::fill_n(mask.begin() + static_cast<std::ptrdiff_t>(t * static_cast<std::size_t>(most)), count[t],
                std::uint8_t{1});
  return atom_windows(mask, most, WindowEdge::cut);
}

ReferenceAtoms boltz2_reference(const Boltz2Input& input) {
  ReferenceAtoms out;
  out.positions = input.ref_pos;
  out.charge = input.ref_charge;
  out.known.assign(input.atom_token.size(), 0);  // which it is not told
  out.element = input.ref_element;
  out.name = input.ref_name_chars;
  out.space = input.ref_space_uid;
  out.key_space = input.ref_space_uid;
  out.empty_key_space = -1;  // such keys are not seen
  return out;
}

std::vector<float> boltz2_places(const Boltz2Input& input, std::span<const float> positions) {
  std::vector<float> places;
  for (const std::int32_t atom : input.representative) {
    const std::span<const float> at = positions.subspan(3 * static_cast<std::size_t>(atom), 3);
    places.insert(places.end(), at.begin(), at.end());
  }
  return places;
}

float boltz2_deletion(float deletions) { return std::numbers::pi_v<float> / 2 * std::atan(deletions / 3); }

}  // namespace groel::structure_models
