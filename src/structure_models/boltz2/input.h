// What Boltz-2's network is given.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "folding/features.h"
#include "structure_models/atom_encoder.h"
#include "structure_models/relative_encoding.h"
#include "structure_models/template_embedder.h"

namespace groel::structure_models {

/// Tokens by their chain's molecule, as the network numbers them.
enum class Boltz2Molecule : std::int32_t { protein = 0, dna = 1, rna = 2, ligand = 3 };

/// Residue types: none, gap, 20 amino acids, unknown, A G C U and an unknown ribonucleotide, DA DG DC DT and an
/// unknown one.
inline constexpr std::int64_t kBoltz2Letters = 33, kBoltz2Gap = 1, kBoltz2Unknown = 22;
/// None, other, single, double, triple, aromatic, covalent (between residues).
inline constexpr std::int64_t kBoltz2BondTypes = 7;
/// How a structure is said to have been found out, where nothing else is asked for: X-ray diffraction.
inline constexpr std::int64_t kBoltz2Method = 1;

struct Boltz2Bond {
  std::int32_t from = 0, to = 0;  ///< tokens; both may be one, of a modified residue
  std::int32_t type = 0;
};

/// A template of one chain. Letters are 0 and positions zero where nothing of it lies.
struct Boltz2Template : TemplateStructure {
  std::vector<std::uint8_t> there;  ///< [N]
};

/// N tokens, A atoms in the order of their tokens, R rows of the alignment.
struct Boltz2Input : TokenNumbers {
  std::int64_t tokens = 0, rows = 0;
  std::vector<std::int32_t> restype;      ///< [N]
  std::vector<Boltz2Molecule> molecule;   ///< [N]
  std::vector<std::uint8_t> modified;     ///< [N]: residues of polymers that are none of the standard ones
  std::vector<std::int8_t> msa;           ///< [R, N]
  std::vector<float> deletions;           ///< [R, N]: how many
  std::vector<std::uint8_t> paired;       ///< [R, N]: 1 where the row of a chain belongs to those of others
  std::vector<Boltz2Template> templates;  ///< none that is empty
  std::vector<Boltz2Bond> bonds;          ///< each once
  std::vector<std::int32_t> atom_token;   ///< [A]
  std::vector<float> ref_pos;             ///< [A, 3], Å
  std::vector<float> ref_charge;          ///< [A]
  std::vector<std::int32_t> ref_element, ref_name_chars, ref_space_uid;  ///< [A], [A, 4], [A]
  std::vector<std::int32_t> representative;                              ///< [N]: the atom by which a token is placed
  std::vector<std::array<std::int32_t, 3>> frames;                       ///< [N]: atoms; one atom thrice: no frame
  std::vector<std::int32_t> output_slot;  ///< [A]: token * 24 + slot in AlphaFold 3's arrays
  std::int64_t method = kBoltz2Method;

  std::int64_t atoms() const { return static_cast<std::int64_t>(atom_token.size()); }
};

/// Of the arrays of AlphaFold 3's batch and those that folding::add_boltz2_features adds, laid out by Boltz-2's rules
/// (folding::TokenRules). A job's template of one chain is one of the network's. Errors: bad_input, naming an array
/// that is missing.
Boltz2Input boltz2_input(const folding::Features& features);

/// Windows of the atoms, and their reference conformers. Errors: bad_input.
AtomWindows boltz2_windows(const Boltz2Input& input);
ReferenceAtoms boltz2_reference(const Boltz2Input& input);
/// The atoms by which tokens are placed: positions [A, 3] -> [N, 3].
std::vector<float> boltz2_places(const Boltz2Input& input, std::span<const float> positions);

/// How many deletions before a letter are written: pi / 2 times atan(d / 3), up to 2.47.
float boltz2_deletion(float deletions);

}  // namespace groel::structure_models
