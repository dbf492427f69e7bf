// Reads STRING's links row by row: once, or twice where a sample has to be drawn.
#include "interactions/stream_links.h"

#include "base/error.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "interactions/species_sample.h"

namespace groel::interactions {
namespace {

// Of the two ids in that order.
std::uint64_t hash_of(std::string_view low, std::string_view high) {
  constexpr std::uint64_t kEnd = 0xFF;
  std::uint64_t hash = Hash64().add(low).add(kEnd).add(high).add(kEnd).value();
  hash ^= hash >> 32;
  return hash * 0x9E3779B97F4A7C15ULL;
}

// Gives the rows that count once, and checks that each is there in both orders.
PairCounts pass(const std::string& path, const PairReading& how, const std::function<void(const PairRow& row)>& visit) {
  PairFile file(path, how.columns);
  if (file.form() != PairTableForm::links)
    throw Error(ErrorKind::bad_input, {"these are not STRING's links", path, "protein1 protein2 … combined_score"});
  PairCounts counts;
  PairFilter filter(how, counts);
  std::uint64_t rising = 0, falling = 0;
  std::int64_t ahead = 0;
  PairRow row;
  while (file.next(row)) {
    if (counts.rows % kRowsBetweenInterrupts == 0) check_interrupted();
    if (!filter.takes(file, row)) continue;
    if (row.first < row.second) {
      rising += hash_of(row.first, row.second);
      ++ahead;
      visit(row);
    } else {
      falling += hash_of(row.second, row.first);
      --ahead;
      ++counts.turned;
    }
  }
  if (rising != falling || ahead != 0)
    throw Error(
        ErrorKind::bad_input,
        {fmt::format("it does not list each pair in both orders, as STRING does ({} more one way than the other)",
                     std::abs(ahead)),
         path, "set `in_memory`: pairs are then found in any order, in memory that grows with them"});
  return counts;
}

}  // namespace

PairCounts stream_links(
    const std::string& path, const LinkStreaming& how,
    const std::function<void(std::string_view first, std::string_view second, double score)>& take) {
  if (!how.species_cap)
    return pass(path, how.reading, [&](const PairRow& row) { take(row.first, row.second, row.score); });
  if (path == "-")
    throw Error(ErrorKind::usage, {"a cap for each species reads the file twice", "`species_cap`", "name a file"});
  SpeciesSample sample(*how.species_cap, how.seed);
  pass(path, how.reading, [&](const PairRow& row) { sample.count(species_of(row.first)); });
  PairCounts counts = pass(path, how.reading, [&](const PairRow& row) {
    if (sample.takes(species_of(row.first))) take(row.first, row.second, row.score);
  });
  counts.over_cap = sample.left_out();
  return counts;
}

}  // namespace groel::interactions
