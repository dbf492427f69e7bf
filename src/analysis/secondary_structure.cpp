// Helices, sheets, turns and bends, of hydrogen bonds.
#include "analysis/secondary_structure.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/backbone_bonds.h"

namespace groel::analysis {
namespace {

// A run of bridges between two strands: residues of the one from its first to its last, and of the other.
struct Ladder {
  bool parallel;
  std::deque<std::int64_t> i, j;
};

class Assignment {
 public:
  explicit Assignment(std::span<const BackboneResidue> residues)
      : residues_(residues), bonds_(residues), count_(bonds_.size()), out_(residues.size(), 'C') {}

  std::string run() {
    sheets();
    helices();
    turns_and_bends();
    return out_;
  }

 private:
  char& at(std::int64_t i) { return out_[static_cast<std::size_t>(i)]; }

  // The kind of bridge between i and j: p, a, or none (0).
  char bridge(std::int64_t i, std::int64_t j) const {
    if (!bonds_.connected(i - 1, i + 1) || !bonds_.connected(j - 1, j + 1)) return 0;
    const auto bonded = [&](std::int64_t a, std::int64_t b) { return bonds_.bonded(a, b); };
    if ((bonded(i + 1, j) && bonded(j, i - 1)) || (bonded(j + 1, i) && bonded(i, j - 1))) return 'p';
    if ((bonded(i + 1, j - 1) && bonded(j + 1, i - 1)) || (bonded(j, i) && bonded(i, j))) return 'a';
    return 0;
  }

  // Adds a bridge to the ladder that it continues, or begins one.
  void extend(std::vector<Ladder>& ladders, std::int64_t i, std::int64_t j, bool parallel) const {
    for (Ladder& ladder : ladders) {
      if (ladder.parallel != parallel || ladder.i.back() + 1 != i) continue;
      if (parallel && ladder.j.back() + 1 == j) {
        ladder.i.push_back(i);
        ladder.j.push_back(j);
        return;
      }
      if (!parallel && ladder.j.front() - 1 == j) {
        ladder.i.push_back(i);
        ladder.j.push_front(j);
        return;
      }
    }
    ladders.push_back({parallel, {i}, {j}});
  }

  // Whether a bulge joins two ladders: at most one residue more on the one strand, and four on the other.
  bool bulge(const Ladder& a, const Ladder& b) const {
    const auto connected = [&](const auto& x, const auto& y) {
      return bonds_.connected(std::min(x.front(), y.front()), std::max(x.back(), y.back()));
    };
    if (a.parallel != b.parallel || !connected(a.i, b.i) || !connected(a.j, b.j)) return false;
    const std::int64_t first = b.i.front() - a.i.back();
    if (first < 0 || first >= 6) return false;
    const std::int64_t second = a.parallel ? b.j.front() - a.j.back() : a.j.front() - b.j.back();
    return second >= 0 && ((second < 6 && first < 3) || second < 3);
  }

  void join(std::vector<Ladder>& ladders) const {
    std::stable_sort(ladders.begin(), ladders.end(),
                     [](const Ladder& x, const Ladder& y) { return x.i.front() < y.i.front(); });
    for (std::size_t a = 0; a < ladders.size(); ++a)
      for (std::size_t b = a + 1; b < ladders.size();) {
        if (!bulge(ladders[a], ladders[b])) {
          ++b;
          continue;
        }
        Ladder& to = ladders[a];
        const Ladder& from = ladders[b];
        to.i.insert(to.i.end(), from.i.begin(), from.i.end());
        to.j.insert(to.parallel ? to.j.end() : to.j.begin(), from.j.begin(), from.j.end());
        ladders.erase(ladders.begin() + static_cast<std::ptrdiff_t>(b));
      }
  }

  void sheets() {
    std::vector<Ladder> ladders;
    for (const auto& [i, j] : candidates())
      if (const char kind = bridge(i, j)) extend(ladders, i, j, kind == 'p');
    join(ladders);
    for (const Ladder& ladder : ladders)
      for (const auto* strand : {&ladder.i, &ladder.j})
        for (std::int64_t k = strand->front(); k <= strand->back(); ++k)
          if (at(k) != 'E') at(k) = ladder.i.size() > 1 ? 'E' : 'B';
  }

  // Pairs that may have a bridge, in order: a bond is between them or their neighbours.
  std::set<std::pair<std::int64_t, std::int64_t>> candidates() const {
    std::set<std::pair<std::int64_t, std::int64_t>> out;
    for (const auto& [donor, acceptor] : bonds_.all())
      for (std::int64_t a = donor - 1; a <= donor + 1; ++a)
        for (std::int64_t b = acceptor - 1; b <= acceptor + 1; ++b) {
          const auto [i, j] = std::minmax(a, b);
          if (i >= 1 && i + 4 < count_ && j >= i + 3 && j + 1 < count_) out.emplace(i, j);
        }
    return out;
  }

  bool turn(std::int64_t i, std::int64_t stride) const {
    return i >= 0 && i + stride < count_ && bonds_.connected(i, i + stride) && bonds_.bonded(i + stride, i);
  }

  // Two turns in a row are a helix; `over`: what it may take the place of.
  void helix(std::int64_t stride, char letter, std::string_view over) {
    for (std::int64_t i = 1; i + stride < count_; ++i) {
      if (!turn(i, stride) || !turn(i - 1, stride)) continue;
      const auto from = out_.begin() + i, to = from + stride;
      if (std::all_of(from, to, [&](char c) { return over.find(c) != std::string_view::npos; }))
        std::fill(from, to, letter);
    }
  }

  void helices() {
    helix(4, 'H', "CBEH");
    helix(3, 'G', "CG");
    helix(5, 'I', "CIH");
  }

  bool inside_turn(std::int64_t i) const {
    for (std::int64_t stride = 3; stride <= 5; ++stride)
      for (std::int64_t k = 1; k < stride; ++k)
        if (turn(i - k, stride)) return true;
    return false;
  }

  // The Cα two before and two after make an angle of over 70°.
  bool bend(std::int64_t i) const {
    if (i < 2 || i + 2 >= count_ || !bonds_.connected(i - 2, i + 2)) return false;
    const auto ca = [&](std::int64_t k) { return residues_[static_cast<std::size_t>(k)].ca; };
    const Coordinates before = ca(i - 2), middle = ca(i), after = ca(i + 2);
    double dot = 0, one = 0, other = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      dot += (middle[k] - before[k]) * (after[k] - middle[k]);
      one += (middle[k] - before[k]) * (middle[k] - before[k]);
      other += (after[k] - middle[k]) * (after[k] - middle[k]);
    }
    return std::acos(std::clamp(dot / std::sqrt(one * other), -1.0, 1.0)) * 180 / std::numbers::pi > 70;
  }

  void turns_and_bends() {
    for (std::int64_t i = 1; i + 1 < count_; ++i)
      if (at(i) == 'C') at(i) = inside_turn(i) ? 'T' : bend(i) ? 'S' : 'C';
  }

  std::span<const BackboneResidue> residues_;
  BackboneBonds bonds_;
  std::int64_t count_;
  std::string out_;
};

}  // namespace

std::string secondary_structure(std::span<const BackboneResidue> residues) { return Assignment(residues).run(); }

char three_states(char letter) noexcept {
  switch (letter) {
    case 'H':
    case 'G':
    case 'I': return 'H';
    case 'E':
    case 'B': return 'E';
    default: return 'C';
  }
}

}  // namespace groel::analysis
