// Draws ends of pairs until they make new ones.
#include "interactions/negatives.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "base/error.h"
#include "base/random.h"

namespace groel::interactions {
namespace {

constexpr std::uint64_t kDraws = 0x6e6567;  // "neg"
constexpr std::uint64_t kTries = 100;       // for each that is wanted

std::uint64_t key_of(std::uint32_t a, std::uint32_t b) {
  const auto [low, high] = std::minmax(a, b);
  return std::uint64_t{low} << 32U | high;
}

void check(const PairTable& table, const NegativeOptions& options) {
  if (!(options.ratio > 0) || !std::isfinite(options.ratio))
    throw Error(ErrorKind::usage, {"it is a number of pairs for each that interacts", "`negatives`", "1, or 10"});
  if (!table.binary())
    throw Error(ErrorKind::bad_input,
                {"pairs that do not interact are drawn beside pairs that do, and these have kinds", "`negatives`",
                 "leave it away"});
  for (std::size_t pair = 0; pair < table.pairs.size(); ++pair)
    if (!table.has(pair, 0))
      throw Error(ErrorKind::bad_input,
                  {"the table has pairs that do not interact already", "`negatives`", "leave it away"});
}

}  // namespace

std::int64_t add_negatives(PairTable& table, const NegativeOptions& options) {
  check(table, options);
  std::vector<std::uint32_t> ends;
  std::unordered_set<std::uint64_t> known;
  for (const Pair& pair : table.pairs) {
    ends.insert(ends.end(), {pair.first, pair.second});
    known.insert(key_of(pair.first, pair.second));
  }
  if (ends.empty()) return 0;
  const auto wanted = static_cast<std::uint64_t>(std::llround(options.ratio * static_cast<double>(table.pairs.size())));
  const std::uint64_t key = derive_key(options.seed, kDraws);
  const auto end_of = [&](std::uint32_t draw) {
    return ends[static_cast<std::size_t>(unit_double(draw) * static_cast<double>(ends.size()))];
  };
  std::uint64_t added = 0;
  for (std::uint64_t i = 0; added < wanted && i < wanted * kTries; ++i) {
    const auto draws = philox(key, i);
    const std::uint32_t a = end_of(draws[0]), b = end_of(draws[1]);
    if (a == b || species_of(table.proteins[a]) != species_of(table.proteins[b]) || !known.insert(key_of(a, b)).second)
      continue;
    table.pairs.push_back({a, b, 0});
    ++added;
  }
  return static_cast<std::int64_t>(added);
}

}  // namespace groel::interactions
