// Takes what AlphaFold 3's network is given to Protenix's numbers.
#include "structure_models/protenix/input.h"

#include <algorithm>
#include <set>

#include "structure_models/alphafold3/features.h"

namespace groel::structure_models {
namespace {

// Of AlphaFold 3's numbers.
constexpr std::int32_t kGap = 21, kFirstRna = 22, kFirstDna = 26, kUnknownNucleotide = 30;
// Of Protenix's.
constexpr std::int32_t kOwnFirstRna = 21, kOwnUnknownRna = 25, kOwnUnknownDna = 30;

enum class Nucleotides { rna, dna };

std::int32_t own_letter(std::int32_t letter, Nucleotides kind) {
  if (letter < kGap || (letter >= kFirstDna && letter < kUnknownNucleotide)) return letter;
  if (letter == kGap) return static_cast<std::int32_t>(kProtenixGap);
  if (letter < kFirstDna) return letter - kFirstRna + kOwnFirstRna;
  return kind == Nucleotides::dna ? kOwnUnknownDna : kOwnUnknownRna;
}

// Of each token, by its chain.
std::vector<Nucleotides> nucleotides(const Alphafold3Input& input) {
  std::vector<Nucleotides> out;
  for (const std::uint8_t dna : tokens_with_dna(input)) out.push_back(dna != 0 ? Nucleotides::dna : Nucleotides::rna);
  return out;
}

std::vector<std::int32_t> from_zero(std::vector<std::int32_t> numbers) {
  for (std::int32_t& number : numbers) --number;
  return numbers;
}

void add_letters(const Alphafold3Input& input, const std::vector<Nucleotides>& kinds, ProtenixInput& to) {
  const auto n = static_cast<std::size_t>(input.tokens);
  for (std::size_t i = 0; i < n; ++i) to.restype.push_back(own_letter(input.aatype[i], kinds[i]));
  for (std::size_t i = 0; i < input.msa.size(); ++i)
    to.msa.push_back(static_cast<std::int8_t>(own_letter(input.msa[i], kinds[i % n])));
  to.profile.resize(n * kProtenixLetters);
  for (std::size_t i = 0; i < n; ++i)
    for (std::int32_t letter = 0; letter < kInputLetters; ++letter)
      to.profile[i * kProtenixLetters + static_cast<std::size_t>(own_letter(letter, kinds[i]))] +=
          input.profile[i * kInputLetters + static_cast<std::size_t>(letter)];
}

void add_templates(const Alphafold3Input& input, const std::vector<Nucleotides>& kinds, ProtenixInput& to) {
  for (std::int64_t t = 0; t < kInputTemplates; ++t) {
    TemplateStructure one = alphafold3_template(input, t);
    for (std::size_t i = 0; i < one.letters.size(); ++i)
      one.letters[i] = one.empty ? static_cast<std::int32_t>(kProtenixGap) : own_letter(one.letters[i], kinds[i]);
    to.templates.push_back(std::move(one));
  }
}

void add_atoms(const Alphafold3Input& input, ProtenixInput& to) {
  for (std::size_t slot = 0; slot < input.atom_mask.size(); ++slot) {
    if (input.atom_mask[slot] == 0) continue;
    const auto token = static_cast<std::int32_t>(slot / kInputSlots);
    to.atom_token.push_back(token);
    to.atom_slot.push_back(static_cast<std::int32_t>(slot % kInputSlots));
    to.representative.push_back(input.pseudo_beta[static_cast<std::size_t>(token)] == static_cast<std::int32_t>(slot));
    for (std::size_t c = 0; c < 3; ++c) to.ref_pos.push_back(input.ref_pos[3 * slot + c]);
    to.ref_mask.push_back(input.ref_mask[slot]);
    to.ref_element.push_back(input.ref_element[slot]);
    to.ref_charge.push_back(input.ref_charge[slot]);
    for (std::size_t c = 0; c < 4; ++c) to.ref_name_chars.push_back(input.ref_name_chars[4 * slot + c]);
    to.ref_space_uid.push_back(input.ref_space_uid[slot]);
    to.ligand.push_back(input.ligand[static_cast<std::size_t>(token)]);
  }
}

}  // namespace

std::vector<std::uint8_t> tokens_with_dna(const Alphafold3Input& input) {
  std::set<std::int32_t> dna;
  for (std::size_t i = 0; i < input.aatype.size(); ++i)
    if (input.aatype[i] >= kFirstDna && input.aatype[i] < kUnknownNucleotide) dna.insert(input.asym_id[i]);
  std::vector<std::uint8_t> out;
  for (const std::int32_t chain : input.asym_id) out.push_back(dna.contains(chain) ? 1 : 0);
  return out;
}

ProtenixInput protenix_input(const Alphafold3Input& input) {
  ProtenixInput out;
  out.tokens = input.tokens;
  out.rows = input.rows;
  out.residue_index = input.residue_index;
  out.token_index = from_zero(input.token_index);
  out.asym_id = from_zero(input.asym_id);
  out.entity_id = from_zero(input.entity_id);
  out.sym_id = from_zero(input.sym_id);
  out.deletions = input.deletions;
  out.deletion_mean = input.deletion_mean;
  out.has_frame = input.frames_mask;
  const std::vector<Nucleotides> kinds = nucleotides(input);
  add_letters(input, kinds, out);
  add_templates(input, kinds, out);
  add_atoms(input, out);
  std::set<std::pair<std::int32_t, std::int32_t>> bonds;
  for (const auto& [row, column] : input.bonds) bonds.insert({{row, column}, {column, row}});
  out.bonds.assign(bonds.begin(), bonds.end());
  return out;
}

}  // namespace groel::structure_models
