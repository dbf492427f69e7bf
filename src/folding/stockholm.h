// Alignments in Stockholm format, which HMMER writes, as A3M, and back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace groel::folding {

enum class StockholmColumns {
  of_query,  ///< what the first row has a gap for are insertions
  all        ///< small letters are insertions already
};

/// The first `most` rows (0: all) as A3M, descriptions after the names; "" for an alignment without rows. Errors:
/// bad_input naming `label`, for rows of different lengths.
std::string stockholm_to_a3m(std::string_view stockholm, std::size_t most, StockholmColumns columns,
                             const std::string& label);

/// A3M with the columns of insertions written out, and those of the first row marked as reference, for `hmmbuild
/// --hand`.
std::string a3m_to_stockholm(std::string_view a3m);

}  // namespace groel::folding
