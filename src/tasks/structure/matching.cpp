// Aligns chains.
#include "tasks/structure/matching.h"

#include <algorithm>
#include <map>

#include "base/error.h"

namespace groel::tasks {

ResiduePairs matched_by_sequence(const io::AtomChain& a, const io::AtomChain& b) {
  const auto n = static_cast<std::int64_t>(a.residues.size()), m = static_cast<std::int64_t>(b.residues.size());
  constexpr std::int64_t kMostCells = std::int64_t{1} << 28;
  if ((n + 1) * (m + 1) > kMostCells)
    throw Error(ErrorKind::unsupported, {fmt::format("chains of {} and {} residues are too long to be aligned", n, m),
                                         "--by", "match them by number: --by number"});
  const auto letter = [](const io::AtomChain& chain, std::int64_t i) {
    return chain.residues[static_cast<std::size_t>(i)].letter;
  };
  std::vector<std::int32_t> best(static_cast<std::size_t>((n + 1) * (m + 1)));
  const auto at = [&](std::int64_t i, std::int64_t j) -> std::int32_t& {
    return best[static_cast<std::size_t>(i * (m + 1) + j)];
  };
  const auto step = [&](std::int64_t i, std::int64_t j) { return letter(a, i - 1) == letter(b, j - 1) ? 2 : -1; };
  for (std::int64_t i = 1; i <= n; ++i) at(i, 0) = static_cast<std::int32_t>(-2 * i);
  for (std::int64_t j = 1; j <= m; ++j) at(0, j) = static_cast<std::int32_t>(-2 * j);
  for (std::int64_t i = 1; i <= n; ++i)
    for (std::int64_t j = 1; j <= m; ++j)
      at(i, j) = std::max({at(i - 1, j - 1) + step(i, j), at(i - 1, j) - 2, at(i, j - 1) - 2});
  ResiduePairs out;
  for (std::int64_t i = n, j = m; i > 0 && j > 0;) {
    if (at(i, j) == at(i - 1, j) - 2) {
      --i;
    } else if (at(i, j) == at(i, j - 1) - 2) {
      --j;
    } else {
      --i;
      --j;
      if (letter(a, i) == letter(b, j)) out.emplace_back(i, j);
    }
  }
  std::reverse(out.begin(), out.end());
  return out;
}

ResiduePairs matched_by_number(const io::AtomChain& a, const io::AtomChain& b) {
  std::map<std::string, std::int64_t> places;  // by number and insertion code
  for (std::size_t j = 0; j < b.residues.size(); ++j)
    places.emplace(b.residues[j].label(), static_cast<std::int64_t>(j));
  ResiduePairs out;
  for (std::size_t i = 0; i < a.residues.size(); ++i)
    if (const auto found = places.find(a.residues[i].label()); found != places.end()) {
      out.emplace_back(static_cast<std::int64_t>(i), found->second);
      places.erase(found);  // of equal ones the first
    }
  return out;
}

}  // namespace groel::tasks
