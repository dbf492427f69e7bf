// Takes what AlphaFold 3's network is given to OpenFold3's features.
#include "structure_models/openfold3/input.h"

#include <algorithm>
#include <map>

namespace groel::structure_models {
namespace {

constexpr std::int32_t kUnknownResidue = 20;
constexpr std::int32_t kUnknownElement = 118;
constexpr std::int32_t kNoLetter = kProtenixLetters;  // of a template's token that says nothing

void number_atoms(Openfold3Input& to) {
  std::vector<std::int32_t> atoms(static_cast<std::size_t>(to.tokens));
  for (std::size_t a = 0; a < to.atom_token.size(); ++a) {
    const auto token = static_cast<std::size_t>(to.atom_token[a]);
    to.output_slot.push_back(to.atom_token[a] * static_cast<std::int32_t>(kInputSlots) + to.atom_slot[a]);
    to.atom_slot[a] = atoms[token]++;
  }
  for (std::size_t t = 0; t < atoms.size(); ++t) {
    to.atomized.push_back(atoms[t] == 1 ? 1 : 0);
    if (to.atomized[t] != 0) to.restype[t] = kUnknownResidue;
  }
  for (std::int32_t& element : to.ref_element) element = element > 0 ? element - 1 : kUnknownElement;
}

// The first row below a chain's last one that says anything; 0 for chains that have no alignment.
std::map<std::int32_t, std::int64_t> rows_of_chains(const Openfold3Input& to, const std::vector<bool>& aligned) {
  std::map<std::int32_t, std::int64_t> out;
  for (std::int64_t row = 0; row < to.rows; ++row)
    for (std::size_t i = 0; i < aligned.size(); ++i)
      if (aligned[i] && to.msa[static_cast<std::size_t>(row * to.tokens) + i] != kProtenixGap)
        out[to.asym_id[i]] = row + 1;
  return out;
}

void mask_alignment(const std::vector<bool>& aligned, Openfold3Input& to) {
  const auto n = static_cast<std::size_t>(to.tokens);
  const std::map<std::int32_t, std::int64_t> rows = rows_of_chains(to, aligned);
  to.msa_mask.resize(to.msa.size());
  for (std::size_t cell = 0; cell < to.msa.size(); ++cell) {
    const std::size_t i = cell % n;
    const auto found = rows.find(to.asym_id[i]);
    const bool there = aligned[i] && found != rows.end() && static_cast<std::int64_t>(cell / n) < found->second;
    to.msa_mask[cell] = there ? 1 : 0;
    if (there) continue;
    to.msa[cell] = static_cast<std::int8_t>(kProtenixGap);
    to.deletions[cell] = 0;
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (aligned[i]) continue;
    std::fill_n(to.profile.begin() + static_cast<std::ptrdiff_t>(i * kProtenixLetters), kProtenixLetters, 0.0F);
    to.deletion_mean[i] = 0;
  }
}

void take_templates(Openfold3Input& to) {
  for (TemplateStructure& one : to.templates)
    for (std::size_t i = 0; i < one.letters.size(); ++i)
      if (one.has_beta[i] == 0) one.letters[i] = kNoLetter;
}

}  // namespace

Openfold3Input openfold3_input(const Alphafold3Input& input, std::int64_t* dropped_bonds) {
  Openfold3Input out{protenix_input(input), {}, {}, {}};
  out.asym_id = input.asym_id;
  number_atoms(out);
  const std::vector<std::uint8_t> dna = tokens_with_dna(input);
  std::vector<bool> aligned;
  for (std::size_t i = 0; i < dna.size(); ++i) aligned.push_back(dna[i] == 0 && input.ligand[i] == 0);
  mask_alignment(aligned, out);
  take_templates(out);
  const std::size_t before = out.bonds.size();
  std::erase_if(out.bonds, [&](const auto& bond) {
    return out.atomized[static_cast<std::size_t>(bond.first)] == 0 ||
           out.atomized[static_cast<std::size_t>(bond.second)] == 0;
  });
  if (dropped_bonds != nullptr) *dropped_bonds = static_cast<std::int64_t>((before - out.bonds.size()) / 2);
  return out;
}

}  // namespace groel::structure_models
