// Ten numbers that say what a protein or peptide is like as a whole: the classical features of peptide predictors.
#pragma once

#include <array>
#include <string_view>

namespace groel::bio {

inline constexpr std::size_t kDescriptors = 10;

/// What they are called, in the order in which `descriptors` gives them. They are modlAMP's (Müller et al. 2017,
/// doi:10.1093/bioinformatics/btx285; GlobalDescriptor, and the moment of PeptideDescriptor on Eisenberg's scale) and
/// equal to its values:
/// - length: residues.
/// - molecular_weight: g/mol, average isotopes.
/// - charge: at pH 7, by Henderson and Hasselbalch, with the pK values of the CRC Handbook.
/// - isoelectric_point: the pH at which that charge is 0.
/// - instability_index: Guruprasad et al. 1990.
/// - aromaticity: the share of F, W and Y (Lobry and Gautier 1994).
/// - aliphatic_index: Ikai 1980.
/// - boman_index: mean energy of transfer from cyclohexane to water, kcal/mol (Radzicka and Wolfenden 1988; Boman
/// 2003).
/// - hydrophobic_ratio: the share of A, C, F, I, L, M and V.
/// - hydrophobic_moment: of an α-helix, 100 degrees per residue, per residue (Eisenberg et al. 1982); of proteins of
/// more
///   than 1000 residues the highest of a stretch of 1000.
inline constexpr std::array<std::string_view, kDescriptors> kDescriptorNames{
    "length",      "molecular_weight", "charge",      "isoelectric_point", "instability_index",
    "aromaticity", "aliphatic_index",  "boman_index", "hydrophobic_ratio", "hydrophobic_moment"};

/// Letters in either case; other characters (gaps, `*`) are no residues. Residues beyond the twenty (X, B, Z, U, O, J)
/// count in the length and keep their place in the helix; everything else is that of the known residues alone, shares
/// and means being over them. Without any known residue every number but the length is 0.
std::array<double, kDescriptors> descriptors(std::string_view sequence);

}  // namespace groel::bio
