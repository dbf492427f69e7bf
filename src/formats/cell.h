// Cells of tables: the one place that knows how text is written in CSV and TSV.
#pragma once

#include <string>
#include <string_view>

namespace groel::formats {

/// Whether cells that a spreadsheet would execute are defused.
enum class CellGuard { off, on };
/// For the whole process, as the number of threads is: --csv-guard. At first off.
void set_cell_guard(CellGuard guard) noexcept;

/// `text` as a cell: quoted by RFC 4180 where it would be misread. With the guard on a cell that begins like a formula
/// (=, +, -, @, their full-width forms, tab, CR, LF) and is not a number gets an apostrophe before it.
std::string cell_text(std::string_view text, char separator = ',');

/// A table of commas as one of tabs. Rows and cells stay what they are.
std::string tabs_for_commas(std::string_view csv);

}  // namespace groel::formats
