// What Protenix's network is given.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "structure_models/alphafold3/input.h"
#include "structure_models/network_core.h"

namespace groel::structure_models {

/// Residue types: 20 amino acids, unknown, A G C U and an unknown ribonucleotide, DA DG DC DT and an unknown one, gap.
inline constexpr std::int64_t kProtenixLetters = 32, kProtenixGap = 31;

/// N tokens, A atoms in the order of their tokens, R rows of the alignment.
struct ProtenixInput : TokenNumbers {
  std::int64_t tokens = 0, rows = 0;
  std::vector<std::int32_t> restype;  ///< [N]
  std::vector<std::int8_t> msa;       ///< [R, N]
  std::vector<float> deletions;       ///< [R, N]: how many
  std::vector<float> profile;         ///< [N, 32]
  std::vector<float> deletion_mean;   ///< [N]
  std::vector<TemplateStructure> templates;
  std::vector<std::int32_t> atom_token;      ///< [A]
  std::vector<std::int32_t> atom_slot;       ///< [A]: its number in its token, by which weights are picked
  std::vector<std::uint8_t> representative;  ///< [A]: 1 for the one atom by which a token is placed
  std::vector<float> ref_pos;                ///< [A, 3], Å
  std::vector<std::uint8_t> ref_mask;        ///< [A]
  std::vector<std::int32_t> ref_element;     ///< [A]: as the network numbers them
  std::vector<float> ref_charge;             ///< [A]
  std::vector<std::int32_t> ref_name_chars;  ///< [A, 4]
  std::vector<std::int32_t> ref_space_uid;   ///< [A]
  std::vector<std::pair<std::int32_t, std::int32_t>> bonds;  ///< of tokens, in both directions
  // Read by scores alone.
  std::vector<std::uint8_t> has_frame;  ///< [N]
  std::vector<std::uint8_t> ligand;     ///< [A]: atoms of no polymer

  std::int64_t atoms() const { return static_cast<std::int64_t>(atom_token.size()); }
};

/// The same complex as AlphaFold 3's network is given it: other numbers for residue types, empty templates of gaps,
/// bonds in both directions. AlphaFold 3 has one unknown nucleotide: it becomes DNA's in chains that have DNA, else
/// RNA's.
ProtenixInput protenix_input(const Alphafold3Input& input);

/// Whether each token is of a chain that has DNA: [N].
std::vector<std::uint8_t> tokens_with_dna(const Alphafold3Input& input);

/// Windows of the atoms in the order in which they are given, at most `slots` in a token; `slot` is as the input has
/// it. Errors: bad_input.
AtomWindows protenix_windows(const ProtenixInput& input, std::int64_t slots);
/// Reference conformers; keys of atoms are looked up where they belong.
ReferenceAtoms protenix_reference(const ProtenixInput& input);
/// What is made of an input once: the two above, and what tokens begin with by the encoder of atoms.
NetworkFeatures protenix_features(const ProtenixInput& input, std::int64_t slots, const AtomEncoder& atoms);
/// What the trunk is given; views of the input.
TrunkFeatures protenix_trunk_features(const ProtenixInput& input);
/// What tokens begin with: what atoms give [N, T], residue type, profile, mean of deletions -> [N, T + 65].
Tensor protenix_target(const ProtenixInput& input, const Tensor& atoms);
/// The atoms by which tokens are placed: positions [A, 3] -> [N, 3]. Errors: bad_input, where a token has not one.
std::vector<float> protenix_places(const ProtenixInput& input, std::span<const float> positions);

}  // namespace groel::structure_models
