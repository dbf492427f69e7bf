// Ideal residues: the atoms of each in their rigid groups, and how these hang together by torsion angles.
//
// Idealised geometry of AlphaFold 2 (Jumper et al. 2021, supplement 1.8.4 and table 2; published under Apache-2.0).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "structure_models/rigid.h"

namespace groel::structure_models {

/// Residues in AlphaFold's order: type 0 is A, 20 is X, which has no atoms.
inline constexpr std::string_view kResidueTypes = "ARNDCQEGHILKMFPSTWYVX";
inline constexpr std::int32_t kUnknownResidue = 20;
/// Of a letter of either case; X for whatever is none of the twenty.
std::int32_t residue_type(char letter);

/// Heavy atoms of a residue: at most 14, in an order of its own (N, CA, C, O, CB, …).
inline constexpr std::int64_t kMostAtoms = 14;
/// Of the order that all residues share (io::kAtomNames).
inline constexpr std::int64_t kAtomKinds = 37;
/// Rigid groups: backbone, two without heavy atoms (omega, phi), psi, and up to four of the side chain (chi).
inline constexpr std::int64_t kRigidGroups = 8;
/// Torsion angles: omega, phi, psi, chi 1 to 4.
inline constexpr std::int64_t kTorsions = 7;

struct IdealAtom {
  std::string_view name;
  std::int64_t group;
  Vector at;  ///< Å, in the frame of its group
};

struct IdealResidue {
  std::span<const IdealAtom> atoms;
  std::int64_t chi_angles;  ///< 0 to 4
};

/// Of a type 0..20.
const IdealResidue& ideal_residue(std::int32_t type);

/// Where each group is seen from the group that it hangs on, at an angle of 0: omega, phi, psi and chi 1 on the
/// backbone, the other chi on the one before. All zeros where a residue has no such group; of X everything.
const std::array<Frame, kRigidGroups>& default_frames(std::int32_t type);

/// Of each of a residue's 14 atoms its place in the order of 37; 0 where there is none.
const std::array<std::int32_t, kMostAtoms>& atom_kinds(std::int32_t type);

/// Atoms of a residue: `angles` [7][2] are sine and cosine of the torsions, `backbone` its frame in Å; `to` [14][3]
/// gets zeros where a residue has no such atom. (Algorithm 24.)
void place_atoms(std::int32_t type, const Frame& backbone, const float* angles, float* to);

}  // namespace groel::structure_models
