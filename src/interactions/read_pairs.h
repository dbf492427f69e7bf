// Reads files of pairs whole: each pair once, with all that its rows say.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <set>

#include "interactions/pair_file.h"
#include "interactions/pairs.h"

namespace groel::interactions {

/// How often a long file is left when the user wants so.
inline constexpr std::int64_t kRowsBetweenInterrupts = 1 << 16;

struct PairReading {
  PairColumns columns{};
  double least_score = 0;                            ///< of STRING's links
  std::set<std::string> species{};                   ///< empty: all; else both ends are of one of them
  std::function<bool(std::string_view id)> known{};  ///< none: all ids are
};

struct ReadPairs {
  PairTable table;
  PairCounts counts;
};

/// Several files are one after the other. Labels are in the order of kActionTypes where all are of these, else sorted.
/// Errors: as PairFile; bad_input for more than kMostLabels labels, for files of which some have labels and others
/// none, and when no pair is left.
ReadPairs read_pairs(const std::vector<std::string>& paths, const PairReading& how);

/// Keeps so many pairs of a species at most (that of the first protein), drawn by the seed. Pairs keep their order.
void cap_species(ReadPairs& read, std::int64_t most, std::uint64_t seed);

/// Whether a row counts by its ids, score and species; counts it where it does not.
class PairFilter {
 public:
  PairFilter(const PairReading& how, PairCounts& counts) : how_(how), counts_(counts) {}
  bool takes(const PairFile& file, const PairRow& row);

 private:
  const PairReading& how_;
  PairCounts& counts_;
};

}  // namespace groel::interactions
