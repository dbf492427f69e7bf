// What is made of an input before the first pass: atoms and their windows, templates, bonds.
#include <algorithm>
#include <array>
#include <set>

#include "structure_models/alphafold3/features.h"

namespace groel::structure_models {
namespace {

// Slots of atoms in a token, by residue type: 20 amino acids, unknown, gap, A G C U, DA DG DC DT, unknown.
struct Slots {
  std::int32_t beta;                     // CB, CA of glycine, C4 or C2 of nucleotides
  std::array<std::int32_t, 3> backbone;  // N, CA, C; of nucleotides C4', C3', C1'
};

Slots slots_of(std::int32_t letter) {
  constexpr std::int32_t kAminoAcids = 20, kGlycine = 7, kFirstNucleotide = 22;
  constexpr std::array<std::int32_t, 8> kBases{22, 23, 14, 14, 21, 22, 13, 13};
  if (letter >= 0 && letter < kAminoAcids) return {letter == kGlycine ? 1 : 4, {0, 1, 2}};
  const auto base = static_cast<std::size_t>(letter - kFirstNucleotide);
  if (letter >= kFirstNucleotide && base < kBases.size()) return {kBases[base], {6, 8, 12}};
  return {0, {0, 0, 0}};
}

}  // namespace

TemplateStructure alphafold3_template(const Alphafold3Input& input, std::int64_t which) {
  TemplateStructure out;
  const auto n = static_cast<std::size_t>(input.tokens), first = static_cast<std::size_t>(which) * n;
  out.empty = true;
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t token = first + i;
    const std::int32_t letter = input.template_aatype[token];
    const auto there = [&](std::int32_t slot) {
      return input.template_mask[token * kInputSlots + static_cast<std::size_t>(slot)] != 0;
    };
    // Where nothing is, positions are zero.
    const auto add = [&](std::int32_t slot, std::vector<float>& to) {
      const std::size_t at = (token * kInputSlots + static_cast<std::size_t>(slot)) * 3;
      for (std::size_t c = 0; c < 3; ++c) to.push_back(there(slot) ? input.template_positions[at + c] : 0);
    };
    const Slots slots = slots_of(letter);
    out.letters.push_back(letter);
    out.has_beta.push_back(there(slots.beta) ? 1 : 0);
    add(slots.beta, out.pseudo_beta);
    out.has_frame.push_back(std::ranges::all_of(slots.backbone, there) ? 1 : 0);
    for (const std::int32_t slot : slots.backbone) add(slot, out.backbone);
    out.empty = out.empty && letter == 0 && out.has_beta.back() == 0 && out.has_frame.back() == 0;
  }
  return out;
}

ReferenceAtoms alphafold3_reference(const Alphafold3Input& input, const AtomWindows& atoms, KeySpaces spaces) {
  ReferenceAtoms out;
  for (std::size_t a = 0; a < atoms.slot.size(); ++a) {
    const auto slot = static_cast<std::size_t>(atoms.slot[a]);
    for (std::size_t c = 0; c < 3; ++c) out.positions.push_back(input.ref_pos[3 * slot + c]);
    out.charge.push_back(input.ref_charge[slot]);
    out.known.push_back(input.ref_mask[slot]);
    out.element.push_back(input.ref_element[slot]);
    for (std::size_t c = 0; c < 4; ++c) out.name.push_back(input.ref_name_chars[4 * slot + c]);
    out.space.push_back(input.ref_space_uid[slot]);
    out.key_space.push_back(input.ref_space_uid[spaces == KeySpaces::of_atom ? slot : a]);
  }
  out.empty_key_space = 0;
  return out;
}

Alphafold3Features Alphafold3::features(const Alphafold3Input& input, const Watch& watch) const {
  Alphafold3Features out;
  out.atoms = atom_windows(input.atom_mask, kInputSlots, shape_.windows);
  out.reference = alphafold3_reference(input, out.atoms, shape_.key_spaces);
  for (std::int64_t t = 0; t < kInputTemplates; ++t) out.templates.push_back(alphafold3_template(input, t));
  std::set<std::pair<std::int32_t, std::int32_t>> bonds(input.bonds.begin(), input.bonds.end());
  if (shape_.bonds == BondSides::both)
    for (const auto& [row, column] : input.bonds) bonds.emplace(column, row);
  bonds.erase({0, 0});
  out.bonds.assign(bonds.begin(), bonds.end());
  out.target = target(input, out, watch);
  return out;
}

}  // namespace groel::structure_models
