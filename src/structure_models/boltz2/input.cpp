// Takes AlphaFold 3's arrays and those that Boltz-2 has beside them to its features.
#include "structure_models/boltz2/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "base/error.h"
#include "structure_models/alphafold3/features.h"

namespace groel::structure_models {
namespace {

// The first `count` numbers of an array of 4 or 1 bytes each.
template <class T>
std::vector<std::int32_t> whole_numbers(const folding::Features& features, const std::string& name, std::size_t count) {
  const auto found = features.find(name);
  if (found == features.end()) throw Error(ErrorKind::bad_input, "the features lack the array " + name);
  if (found->second.bytes.size() < count * sizeof(T))
    throw Error(ErrorKind::bad_input, fmt::format("the array {} has fewer than {} numbers", name, count));
  std::vector<T> values(count);
  if (count > 0) std::memcpy(values.data(), found->second.bytes.data(), count * sizeof(T));
  return {values.begin(), values.end()};
}

std::vector<std::int32_t> of_tokens(const folding::Features& features, const std::string& name, std::size_t count) {
  return whole_numbers<std::int32_t>(features, "boltz2:" + name, count);
}

// [rows, padded] of bytes -> [rows, tokens].
template <class T>
std::vector<T> rows_of(const folding::Features& features, const std::string& name, std::size_t rows,
                       std::size_t tokens) {
  const auto found = features.find("boltz2:" + name);
  const std::size_t padded = found == features.end() || found->second.shape.size() != 2
                                 ? tokens
                                 : static_cast<std::size_t>(found->second.shape[1]);
  const std::vector<std::int32_t> all = whole_numbers<std::int8_t>(features, "boltz2:" + name, rows * padded);
  std::vector<T> out;
  for (std::size_t r = 0; r < rows; ++r)
    for (std::size_t i = 0; i < tokens; ++i) out.push_back(static_cast<T>(all[r * padded + i]));
  return out;
}

void add_atoms(const Alphafold3Input& input, const std::vector<std::int32_t>& representative,
               const std::vector<std::int32_t>& frames, Boltz2Input& to) {
  std::vector<std::int32_t> atom_at(input.atom_mask.size(), 0);
  for (std::size_t slot = 0; slot < input.atom_mask.size(); ++slot) {
    if (input.atom_mask[slot] == 0) continue;
    atom_at[slot] = static_cast<std::int32_t>(to.atom_token.size());
    to.atom_token.push_back(static_cast<std::int32_t>(slot / kInputSlots));
    to.output_slot.push_back(static_cast<std::int32_t>(slot));
    for (std::size_t c = 0; c < 3; ++c) to.ref_pos.push_back(input.ref_pos[3 * slot + c]);
    to.ref_charge.push_back(input.ref_charge[slot]);
    to.ref_element.push_back(input.ref_element[slot]);
    for (std::size_t c = 0; c < 4; ++c) to.ref_name_chars.push_back(input.ref_name_chars[4 * slot + c]);
    to.ref_space_uid.push_back(input.ref_space_uid[slot]);
  }
  const auto atom = [&](std::size_t token, std::int32_t slot) {
    return atom_at[token * kInputSlots + static_cast<std::size_t>(slot)];
  };
  for (std::size_t t = 0; t < representative.size(); ++t) {
    to.representative.push_back(atom(t, representative[t]));
    to.frames.push_back({atom(t, frames[3 * t]), atom(t, frames[3 * t + 1]), atom(t, frames[3 * t + 2])});
  }
}

std::int32_t letter_of_template(std::int32_t letter) {
  constexpr std::int32_t kAminoAcids = 20, kFirst = 2;
  return letter >= 0 && letter < kAminoAcids ? letter + kFirst : static_cast<std::int32_t>(kBoltz2Unknown);
}

// The part of a template that lies in one chain.
Boltz2Template in_chain(const TemplateStructure& whole, const std::vector<std::uint8_t>& there,
                        std::span<const std::int32_t> chains, std::int32_t chain) {
  Boltz2Template out{whole, there};
  for (std::size_t i = 0; i < chains.size(); ++i) {
    if (chains[i] == chain && there[i] != 0) {
      out.letters[i] = letter_of_template(whole.letters[i]);
      continue;
    }
    out.there[i] = out.has_beta[i] = out.has_frame[i] = 0;
    out.letters[i] = 0;
    std::fill_n(out.pseudo_beta.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, 0.0F);
    std::fill_n(out.backbone.begin() + static_cast<std::ptrdiff_t>(9 * i), 9, 0.0F);
  }
  out.empty = false;
  return out;
}

void add_templates(const Alphafold3Input& input, Boltz2Input& to) {
  const auto n = static_cast<std::size_t>(input.tokens);
  for (std::int64_t t = 0; t < kInputTemplates; ++t) {
    std::vector<std::uint8_t> there(n);
    std::set<std::int32_t> chains;
    for (std::size_t i = 0; i < n; ++i) {
      const auto first = input.template_mask.begin() +
                         static_cast<std::ptrdiff_t>((static_cast<std::size_t>(t) * n + i) * kInputSlots);
      if (std::none_of(first, first + kInputSlots, [](std::uint8_t atom) { return atom != 0; })) continue;
      there[i] = 1;
      chains.insert(to.asym_id[i]);
    }
    const TemplateStructure whole = alphafold3_template(input, t);
    for (const std::int32_t chain : chains) to.templates.push_back(in_chain(whole, there, to.asym_id, chain));
  }
}

}  // namespace

Boltz2Input boltz2_input(const folding::Features& features) {
  const Alphafold3Input input = alphafold3_input(features);
  const auto n = static_cast<std::size_t>(input.tokens);
  Boltz2Input out;
  static_cast<TokenNumbers&>(out) = input;
  out.tokens = input.tokens;
  out.restype = of_tokens(features, "restype", n);
  for (const std::int32_t one : of_tokens(features, "molecule", n))
    out.molecule.push_back(static_cast<Boltz2Molecule>(one));
  for (const std::int32_t one : of_tokens(features, "modified", n))
    out.modified.push_back(static_cast<std::uint8_t>(one));
  out.rows = of_tokens(features, "num_alignments", 1).front();
  out.msa = rows_of<std::int8_t>(features, "msa", static_cast<std::size_t>(out.rows), n);
  out.paired = rows_of<std::uint8_t>(features, "paired", static_cast<std::size_t>(out.rows), n);
  out.deletions.assign(out.msa.size(), 0);  // folding::Boltz2Rows says why
  add_atoms(input, of_tokens(features, "representative", n), of_tokens(features, "frame_slots", 3 * n), out);
  add_templates(input, out);
  const auto bonds = features.find("boltz2:bonds");
  const std::size_t count = bonds == features.end() ? 0 : static_cast<std::size_t>(bonds->second.shape.front());
  const std::vector<std::int32_t> ends = of_tokens(features, "bonds", 3 * count);
  for (std::size_t b = 0; b < count; ++b) out.bonds.push_back({ends[3 * b], ends[3 * b + 1], ends[3 * b + 2]});
  return out;
}

}  // namespace groel::structure_models
