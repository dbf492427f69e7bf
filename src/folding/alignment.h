// Alignments of a chain as AlphaFold 3 reads them: A3M text, its letters as numbers, and species.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "folding/components.h"
#include "folding/job.h"

namespace groel::folding {

/// Letters as numbers: 20 amino acids, unknown, gap, A G C U, DA DG DC DT, unknown nucleotide.
inline constexpr int kLetters = 31;
inline constexpr std::int32_t kUnknownAminoAcid = 20, kGap = 21, kUnknownNucleotide = 30;

struct AlignmentRow {
  std::string description;  ///< without ">"
  std::string letters;      ///< as written: capitals and "-" are columns, small letters insertions
};

/// FASTA text. What comes before the first ">" and empty lines count for nothing.
std::vector<AlignmentRow> alignment_rows(std::string_view a3m);
/// The first line of an A3M text that belongs to no row: one before the first ">", or any where there is no ">". Empty
/// lines do not count, nor do lines of "#" before a row (HH-suite's and ColabFold's). "" where there is none.
std::string line_of_no_row(std::string_view a3m);
/// A3M text of rows, one line each.
std::string a3m_text(const std::vector<AlignmentRow>& rows);

/// An alignment in numbers, [rows x columns].
struct Alignment {
  std::size_t rows = 0, columns = 0;
  std::vector<std::int32_t> letters, deletions;  ///< deletions: insertions of the row before each column
  std::vector<std::string> species;              ///< per row; "" where the description does not tell

  const std::int32_t* row(std::size_t i) const { return letters.data() + i * columns; }
};

/// The alignment of a chain. No rows: the query alone. Errors: bad_input naming `label` and the row, for letters that
/// are none, rows of different lengths, and a first row that is not the query.
Alignment read_alignment(const std::string& a3m, const std::string& query, Molecule molecule, const std::string& label);
/// StockholmColumns of gaps: what a ligand has.
Alignment gap_alignment(std::size_t columns);

/// The number of a letter; -1 for what is none.
int letter_number(char letter, Molecule molecule) noexcept;
/// The species in a description of UniProt ("sp|P0C2L1|A3X1_LOXLA": LOXLA); "" where there is none.
std::string species_of(std::string_view description);

/// Rows that are equal in their columns come once; the first counts.
std::vector<AlignmentRow> without_duplicates(const std::vector<AlignmentRow>& rows);

/// What AlphaFold 3 puts in place of an alignment that is "": the query.
std::string query_alone(const std::string& query);
/// Checks the alignments, fills those that are "", and writes sequences as alignments have them, as AlphaFold 3's data
/// pipeline does. Errors: bad_input.
void complete_alignments(Job& job, const ComponentTable& components);

}  // namespace groel::folding
