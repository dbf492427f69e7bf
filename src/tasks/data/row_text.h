// Rows of a table that is put together anew: cells quoted as its delimiter needs them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tasks/data/options.h"
#include "tasks/data/raw_table.h"

namespace groel::tasks {

/// A tab for an output that is called .tsv, else a comma.
char delimiter_for(const DataOptions& options);
/// The cells between delimiters, with a line end.
std::string row_text(const std::vector<std::string>& cells, char delimiter);
/// Every place of a table's columns: for read_raw_table.
std::vector<std::size_t> all_columns(const io::Columns& columns);
/// The cells of a row whose columns were all read.
std::vector<std::string> cells_of(const RawTable& table, std::size_t row);

/// `old=new` of --rename. Errors: usage for a text that is none.
std::vector<std::pair<std::string, std::string>> renamings_of(const DataOptions& options);
/// Gives columns their new names. Errors: bad_input where a column is not there, or two would have one name.
void rename_columns(io::Columns& columns, const DataOptions& options);

}  // namespace groel::tasks
