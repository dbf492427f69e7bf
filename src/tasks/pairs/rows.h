// Rows of tables of pairs.
#pragma once

#include <string>

#include "interactions/pairs.h"

namespace groel::tasks {

/// "id1,id2,labels" of kinds, "id1,id2,label" of yes and no, "id1,id2" where nothing is said; with a line end. Errors:
/// bad_input for a kind whose name holds ";".
std::string pair_header(const interactions::PairTable& table, char delimiter);
/// Kinds are joined by ";", yes and no are 1 and 0.
std::string pair_row(const interactions::PairTable& table, std::size_t pair, char delimiter);

}  // namespace groel::tasks
