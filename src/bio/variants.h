// Reads variants of a protein as people and programs write them: M1A, A5D:K9R, p.Met1Ala, K2_G3insQSK.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace groel::bio {

/// Residues first..last (1-based, as written) become `to`. An insertion is between `first` and `last`; a
/// duplication repeats them. A substitution has one residue in `to`.
struct Edit {
  std::int64_t first = 0;
  std::int64_t last = 0;
  char from_first = 0;  ///< the residue written for `first`
  char from_last = 0;   ///< the residue written for `last`
  std::string to;
  enum class Kind { substitution, deletion, insertion, replacement, duplication } kind = Kind::substitution;
};

struct Variant {
  std::vector<Edit> edits;  ///< none: the wild type
  char chain = 0;  ///< as FoldX and SKEMPI write it, MA1A; 0: none. Positions are those of the sequence all the same
  bool changes_length() const;
  bool only_substitutions() const;
};

/// Parses one variant. Edits are separated by white space or one of : ; , / + | & _ -, and they may be in HGVS's
/// brackets; accessions, "p." and a DNA change before "(p.…)" are passed over. "WT", "p.=" and an empty text are the
/// wild type, "M1=" is M1M, "K23-" and "ΔK23" are K23del. Letters are those of the 20 residues, and B J O U X Z.
/// Errors: bad_input, quoting what could not be read; unsupported for what is understood and is no one protein, or none
/// that a model can score: stops, frame shifts, extensions, unknown effects, two alleles, changes of DNA.
Variant parse_variant(std::string_view text);

/// Subtracts `offset` from every position.
void shift(Variant& variant, std::int64_t offset);

/// Checks that the residues are where the variant says they are. Errors: bad_input naming the position and both
/// residues, a position outside the sequence, or edits that touch the same residue.
void check_variant(const Variant& variant, std::string_view wild_type);

/// The sequence of a variant that check_variant has passed. Errors: bad_input when nothing is left of it.
std::string apply_variant(const Variant& variant, std::string_view wild_type);

}  // namespace groel::bio
