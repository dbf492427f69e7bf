// Places the residues of a chain on a sequence.
#include "bio/structure.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/words.h"

namespace groel::bio {
namespace {

constexpr float kMismatch = 4, kBreak = 1, kKnownBreak = 0.1F;  // costs of an alignment
constexpr float kImpossible = std::numeric_limits<float>::infinity();

bool agrees(const SeenResidue& residue, char letter) {
  return residue.modified || residue.letter == 'X' || letter == 'X' || residue.letter == letter;
}

// Places that one shift of the residues' numbers gives, if all of them agree; of several shifts the smallest.
std::optional<std::vector<std::int64_t>> by_numbers(const Chain& chain, const std::string& sequence) {
  const auto& residues = chain.residues;
  const auto length = static_cast<std::int64_t>(sequence.size());
  for (std::size_t i = 0; i < residues.size(); ++i)
    if (residues[i].inserted || (i > 0 && residues[i].number <= residues[i - 1].number)) return std::nullopt;
  const auto fits = [&](std::int64_t shift) {
    return std::all_of(residues.begin(), residues.end(), [&](const SeenResidue& residue) {
      return agrees(residue, sequence[static_cast<std::size_t>(residue.number + shift - 1)]);
    });
  };
  std::optional<std::int64_t> best;
  for (std::int64_t shift = 1 - residues.front().number; shift <= length - residues.back().number; ++shift)
    if ((!best || std::abs(shift) < std::abs(*best)) && fits(shift)) best = shift;
  if (!best) return std::nullopt;
  std::vector<std::int64_t> places;
  for (const SeenResidue& residue : residues) places.push_back(residue.number + *best);
  return places;
}

// The cheapest way to lay all residues onto the sequence in order; where residues of the sequence are passed over, the
// numbers should have a gap, too.
std::vector<std::int64_t> by_alignment(const Chain& chain, const std::string& sequence) {
  const std::size_t m = chain.residues.size(), n = sequence.size();
  constexpr std::size_t kMost = std::size_t{1} << 26;
  if (m * n > kMost)
    throw Error(ErrorKind::unsupported,
                {fmt::format("a chain of {} residues is too long to align", m), chain.name, {}});
  std::vector<float> before(n), now(n);
  std::vector<std::uint32_t> from(m * n);  // place of the residue before, from 0
  for (std::size_t i = 0; i < m; ++i) {
    const SeenResidue& residue = chain.residues[i];
    const bool known = i > 0 && residue.number != chain.residues[i - 1].number + 1;
    const float gap = known ? kKnownBreak : kBreak;
    float cheapest = kImpossible;  // of before[0 .. j-2]
    std::uint32_t cheapest_at = 0;
    for (std::size_t j = 0; j < n; ++j) {
      if (j >= 2 && before[j - 2] < cheapest) {
        cheapest = before[j - 2];
        cheapest_at = static_cast<std::uint32_t>(j - 2);
      }
      float cost = i == 0 ? 0 : cheapest + gap;
      from[i * n + j] = cheapest_at;
      if (i > 0 && j >= 1 && before[j - 1] + (known ? kBreak : 0) <= cost) {
        cost = before[j - 1] + (known ? kBreak : 0);
        from[i * n + j] = static_cast<std::uint32_t>(j - 1);
      }
      now[j] = cost + (agrees(residue, sequence[j]) ? 0 : kMismatch);
    }
    std::swap(before, now);
  }
  auto at = static_cast<std::size_t>(std::min_element(before.begin(), before.end()) - before.begin());
  std::vector<std::int64_t> places(m);
  for (std::size_t i = m; i-- > 0; at = from[i * n + at]) places[i] = static_cast<std::int64_t>(at) + 1;
  return places;
}

void require_agreement(const Chain& chain, const std::string& sequence, const std::vector<std::int64_t>& places) {
  std::size_t different = 0, first = 0;
  for (std::size_t i = places.size(); i-- > 0;)
    if (!agrees(chain.residues[i], sequence[static_cast<std::size_t>(places[i] - 1)])) {
      ++different;
      first = i;
    }
  if (different == 0) return;
  const auto position = places[first];
  throw Error(ErrorKind::bad_input,
              {fmt::format("the structure is not of this sequence: residue {} is where the sequence has {} at "
                           "position {} ({} of {} residues differ)",
                           chain.residues[first].name, sequence[static_cast<std::size_t>(position - 1)], position,
                           different, places.size()),
               fmt::format("chain {}", chain.name), "leave the sequence out to use the structure's own"});
}

std::vector<std::int64_t> places_on(const Chain& chain, const std::string& sequence) {
  if (chain.residues.empty()) return {};
  if (chain.residues.size() > sequence.size())
    throw Error(ErrorKind::bad_input,
                {fmt::format("the structure has {} residues, more than the sequence's {}", chain.residues.size(),
                             sequence.size()),
                 fmt::format("chain {}", chain.name), "leave the sequence out to use the structure's own"});
  if (const auto places = by_numbers(chain, sequence)) return *places;
  auto places = by_alignment(chain, sequence);
  require_agreement(chain, sequence, places);
  return places;
}

// The sequence of the residues seen.
std::string seen_sequence(Chain& chain) {
  constexpr std::int64_t kLongestGap = 1000;
  std::string out;
  for (std::size_t i = 0; i < chain.residues.size(); ++i) {
    SeenResidue& residue = chain.residues[i];
    const std::int64_t skipped = i == 0 || residue.bonded ? 0 : residue.number - chain.residues[i - 1].number - 1;
    if (skipped > 0 && skipped <= kLongestGap) out.append(static_cast<std::size_t>(skipped), 'X');
    out += residue.letter;
    residue.place = static_cast<std::int64_t>(out.size());
  }
  return out;
}

bool is_placed(const Chain& chain) {
  std::int64_t last = 0;
  for (const SeenResidue& residue : chain.residues) {
    if (residue.place <= last || residue.place > static_cast<std::int64_t>(chain.sequence.size())) return false;
    last = residue.place;
  }
  return true;
}

// Those of places_on, known already for the chain's own sequence.
std::vector<std::int64_t> settled_places(const Chain& chain, const std::string& sequence) {
  if (sequence != chain.sequence) return places_on(chain, sequence);
  std::vector<std::int64_t> out;
  for (const SeenResidue& residue : chain.residues) out.push_back(residue.place);
  return out;
}

}  // namespace

const Chain& Structure::chain(const std::string& name) const {
  for (const Chain& one : chains)
    if (name.empty() || one.name == name) return one;
  const std::string names = listed_as(chains, [](const Chain& one) { return one.name; });
  throw Error(ErrorKind::not_found, {fmt::format("there is no protein chain '{}'", name), source,
                                     fmt::format("its protein chains: {}", names.empty() ? "none" : names)});
}

Sites place(const Chain& chain, const std::string& sequence) {
  Sites out(sequence.size());
  const auto places = settled_places(chain, sequence);
  for (std::size_t i = 0; i < places.size(); ++i) out[static_cast<std::size_t>(places[i] - 1)] = chain.residues[i].site;
  return out;
}

std::vector<std::string> labels(const Chain& chain, const std::string& sequence) {
  std::vector<std::string> out(sequence.size());
  const auto places = settled_places(chain, sequence);
  for (std::size_t i = 0; i < places.size(); ++i)
    out[static_cast<std::size_t>(places[i] - 1)] = chain.residues[i].label;
  return out;
}

void settle_sequence(Chain& chain) {
  if (!chain.sequence.empty() && is_placed(chain)) return;
  if (!chain.sequence.empty()) {
    try {
      const auto places = places_on(chain, chain.sequence);
      for (std::size_t i = 0; i < places.size(); ++i) chain.residues[i].place = places[i];
      return;
    } catch (const Error&) {  // a stated sequence that is not the chain's is of no use
      chain.disagrees = true;
    }
  }
  chain.sequence = seen_sequence(chain);
}

Sites sites(const Chain& chain) { return place(chain, chain.sequence); }

}  // namespace groel::bio
