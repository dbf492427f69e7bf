// Smith–Waterman with affine gaps. A cell is score · 2^32 + identical pairs, so that one comparison orders by both and
// no way back through the cells is needed.
#include "analysis/local_alignment.h"

#include <algorithm>
#include <array>

#include "bio/blosum62.h"
#include "bio/residues.h"

namespace groel::analysis {
namespace {

using Cell = std::int64_t;
constexpr Cell kPoint = Cell{1} << 32;
constexpr Cell kExtend = kPoint;
constexpr Cell kOpen = 12 * kPoint;  // with the first residue
constexpr Cell kNever = -(Cell{1} << 60);
constexpr std::size_t kLetters = bio::kBlosumLetters.size();

constexpr std::array<std::array<Cell, kLetters>, kLetters> pair_cells() {
  std::array<std::array<Cell, kLetters>, kLetters> out{};
  for (std::size_t a = 0; a < kLetters; ++a)
    for (std::size_t b = 0; b < kLetters; ++b)
      out[a][b] = bio::kBlosum62[a][b] * kPoint + (a == b && a < bio::kResidues.size() ? 1 : 0);
  return out;
}

constexpr auto kPairs = pair_cells();

constexpr std::array<std::uint8_t, 256> letter_places() {
  std::array<std::uint8_t, 256> out{};
  for (auto& place : out) place = kLetters - 1;
  for (std::size_t i = 0; i < kLetters; ++i) {
    const auto letter = static_cast<unsigned char>(bio::kBlosumLetters[i]);
    out[letter] = out[letter - 'A' + 'a'] = static_cast<std::uint8_t>(i);
  }
  return out;
}

constexpr auto kPlaces = letter_places();

}  // namespace

std::vector<std::uint8_t> alignment_letters(std::string_view sequence) {
  std::vector<std::uint8_t> out;
  out.reserve(sequence.size());
  for (const char letter : sequence) out.push_back(kPlaces[static_cast<unsigned char>(letter)]);
  return out;
}

LocalAlignment align_locally(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, const Band& band) {
  const auto rows = static_cast<std::int64_t>(a.size()), columns = static_cast<std::int64_t>(b.size());
  std::vector<Cell> above(b.size() + 1, 0), down(b.size() + 1, kNever);  // at j + 1: the row before, gaps in b
  Cell best = 0;
  for (std::int64_t i = 0; i < rows; ++i) {
    const std::int64_t first = std::max<std::int64_t>(0, i - band.diagonal - band.half_width);
    const std::int64_t last = std::min(columns - 1, i - band.diagonal + band.half_width);
    if (first > last) continue;
    const auto& pairs = kPairs[a[static_cast<std::size_t>(i)]];
    Cell diagonal = above[static_cast<std::size_t>(first)], left = 0, across = kNever;
    for (auto j = static_cast<std::size_t>(first); j <= static_cast<std::size_t>(last); ++j) {
      down[j + 1] = std::max(down[j + 1] - kExtend, above[j + 1] - kOpen);
      across = std::max(across - kExtend, left - kOpen);
      left = std::max({Cell{0}, diagonal + pairs[b[j]], down[j + 1], across});
      diagonal = above[j + 1];
      above[j + 1] = left;
      best = std::max(best, left);
    }
  }
  return {best / kPoint, best % kPoint};
}

}  // namespace groel::analysis
