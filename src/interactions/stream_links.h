// STRING's links of any size, in constant memory: what is kept is given away as it comes.
#pragma once

#include <functional>
#include <optional>

#include "interactions/read_pairs.h"

namespace groel::interactions {

struct LinkStreaming {
  PairReading reading{};
  std::optional<std::int64_t> species_cap{};  ///< pairs of a species at most, drawn by the seed; needs two passes
  std::uint64_t seed = 0;
};

/// STRING lists each pair in both orders, so a pair is given once, where its first id is the smaller one, and the other
/// order is checked by a sum over hashes instead of being remembered. With a cap the file is read twice, and each
/// species keeps a sample that is exactly as large as the cap (Knuth's algorithm S). Memory grows with the number of
/// species alone. Errors: as PairFile; bad_input for a file that is not STRING's links, and for one that does not list
/// each pair in both orders; usage for a cap on stdin.
PairCounts stream_links(const std::string& path, const LinkStreaming& how,
                        const std::function<void(std::string_view first, std::string_view second, double score)>& take);

}  // namespace groel::interactions
