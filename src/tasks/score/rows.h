// The variant in one row: read, renumbered to the sequence, and checked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tasks/score/table.h"

namespace groel::tasks {

/// Whether a letter is one of the 20 residues. Others (X B Z J U O, gaps) stand for no one residue that a model can
/// weigh, or were so rare in training that a score would tell the letter's rarity.
bool is_scored_residue(char letter);
/// Positions of a sequence, from 1, that hold other letters.
std::vector<std::int64_t> unscored_positions(const std::string& sequence);
/// "2 positions hold none of the 20 residues, and ...: X 3, B 4"; empty where all do.
std::string unscored_note(const std::string& sequence, std::int64_t offset);

/// Reads row.name. Errors: as bio::parse_variant and bio::check_variant; bad_input for letters that are not scored.
void read_variant(VariantRow& row, const std::string& wild_type, std::int64_t offset);

/// The whole sequence of a row as substitutions, where it is as long as the wild type. Errors: bad_input when it
/// differs in letters that are not scored.
bio::Variant differences(const std::string& sequence, const std::string& wild_type);

/// Every substitution of every residue that is scored.
VariantTable every_substitution(const std::string& wild_type, std::int64_t offset);

/// What is to be said of the rows: chains that are named, variants that occur more than once.
std::vector<std::string> row_notes(const std::vector<VariantRow>& rows);

/// The one offset with which all residues that the rows name would agree with the wild type, or most of many where less
/// than half do now.
struct FittingOffset {
  std::int64_t offset = 0;  ///< to add to the one that was used
  std::int64_t agreeing = 0, residues = 0;
};
std::optional<FittingOffset> fitting_offset(const std::vector<VariantRow>& rows, const std::string& wild_type);

}  // namespace groel::tasks
