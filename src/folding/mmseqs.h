// MMseqs2 in the place of jackhmmer: many times as fast, and with other rows.
#pragma once

#include <filesystem>
#include <string>

#include "folding/hmmer.h"

namespace groel::folding {

/// Rows of a database that resemble a protein, as A3M with whole descriptions, the query first. Its own form of the
/// database is made in `kept` the first time ("": for this search alone); it takes about as much room as the database.
/// `memory`: bytes that its table of words may take (0: as MMseqs2 chooses, nearly all that the machine has).
/// Errors: not_found when MMseqs2 is not installed; usage for a database in several files; bad_input with what the
/// program said; io; interrupted.
std::string search_protein_fast(const std::string& sequence, const SearchedDatabase& database,
                                const std::filesystem::path& kept, int threads, std::size_t memory = 0);

/// Where the program is. Errors: not_found, saying how to get it.
std::string mmseqs_program();

}  // namespace groel::folding
