// The nearest of many sequences, by identity of the residues that an alignment puts together.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace groel::analysis {

struct SequenceNeighbour {
  std::int64_t index = 0;  ///< in `among`
  double identity = 0;     ///< identical pairs of the local alignment / residues of the longer sequence
  bool near = true;        ///< nearer than chance would have it
};

/// Which neighbours are told: those that are near, or the best that was found whether it is near or not.
enum class ToldNeighbours { near, any };

/// For each query the sequence of `among` with the highest identity, the first of equals; nothing where none is near.
///
/// Candidates are the 16 that share the most words with the query for their length; words are of 2 residues for queries
/// below 30, of 3 below 120, else of 4, the rarest first up to a fixed number of hits. Each is aligned locally
/// (Smith–Waterman, BLOSUM62, gaps 11 + 1 per residue, within 40 diagonals of the one with the most words). A sequence
/// is near when chance would give its score less than once in 100 searches (Karlin and Altschul), or when half of the
/// longer sequence is identical. The same result for any number of threads.
std::vector<std::optional<SequenceNeighbour>> nearest_sequences(std::span<const std::string> among,
                                                                std::span<const std::string> queries,
                                                                ToldNeighbours told = ToldNeighbours::near);

}  // namespace groel::analysis
