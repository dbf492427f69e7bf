// Rows of multiple sequence alignments as text: their columns, their insertions, and the choice among them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace groel::bio {

/// An alignment as one text: its rows, the query first, a line each.
inline constexpr char kRowBreak = '\n';
bool is_alignment(std::string_view text) noexcept;
/// Its rows without outer white space; blank lines are none.
std::vector<std::string_view> alignment_rows(std::string_view text);
std::string join_rows(const std::vector<std::string>& rows);
/// The alignment with another query.
std::string with_query(std::string_view alignment, std::string_view query);

/// What was dropped of rows or written otherwise, to be said.
struct RowCounts {
  std::int64_t insertions = 0;  ///< small letters and '.', which are in no column
  std::int64_t stars = 0;       ///< '*'
  std::int64_t spaces = 0;      ///< white space
};
/// A row of A3M or A2M without what is in no column: small letters, '.', '*' and white space. Names in angle brackets
/// (<mask>) are a column each and stay.
std::string without_insertions(std::string_view row, RowCounts& counts);
/// One character for each column, capitals and '-'; of a name in brackets some other one. For comparing rows.
std::string column_letters(std::string_view row);

enum class RowChoice {
  first,    ///< the first ones
  diverse,  ///< one after the other the row that differs most, on average, from those that are chosen
  similar,  ///< likewise the row that differs least
};
struct RowFilter {
  std::int64_t most = 128;  ///< rows, the query among them
  RowChoice choice = RowChoice::diverse;
  double least_identity = 0, most_identity = 1;  ///< with the query
};
struct ChosenRows {
  std::vector<std::size_t> rows;  ///< ascending, the query (0) first
  std::int64_t filtered = 0;      ///< left out by their identity with the query
  std::int64_t left = 0;          ///< left out as there were too many
};
/// Rows of column_letters, all of one length. As fair-esm's greedy selection, but for ties that rounding decides there:
/// differences are counted in whole numbers, and of several rows the first is taken.
ChosenRows choose_rows(const std::vector<std::string>& rows, const RowFilter& filter);
/// The part of equal residues of the columns where both rows have one; 0 where there is none.
double identity(std::string_view a, std::string_view b) noexcept;

}  // namespace groel::bio
