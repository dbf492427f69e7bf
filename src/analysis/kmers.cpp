// Words of k residues, and rows of their frequencies.
#include "analysis/kmers.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "base/threads.h"
#include "bio/residues.h"

namespace groel::analysis {
namespace {

constexpr int kUnknown = -1;

// The place of each letter in kResidues.
std::array<int, 256> places() {
  std::array<int, 256> out{};
  out.fill(kUnknown);
  for (std::size_t i = 0; i < bio::kResidues.size(); ++i) {
    const auto letter = static_cast<unsigned char>(bio::kResidues[i]);
    out[letter] = out[letter - 'A' + 'a'] = static_cast<int>(i);
  }
  return out;
}

}  // namespace

std::int64_t kmer_count(int k) {
  GROEL_REQUIRE(k >= 1 && k <= 6);
  std::int64_t out = 1;
  for (int i = 0; i < k; ++i) out *= static_cast<std::int64_t>(bio::kResidues.size());
  return out;
}

std::vector<std::int32_t> kmers(std::string_view sequence, int k) {
  static const std::array<int, 256> kPlaces = places();
  const std::int64_t count = kmer_count(k);
  std::vector<std::int32_t> out;
  std::int64_t word = 0;
  std::int64_t read = 0, known = 0;  // residues, and those without a break up to here
  for (const char letter : sequence) {
    const int place = kPlaces[static_cast<unsigned char>(letter)];
    known = place == kUnknown ? 0 : known + 1;
    word = (word * static_cast<std::int64_t>(bio::kResidues.size()) + std::max(place, 0)) % count;
    if (++read >= k) out.push_back(known >= k ? static_cast<std::int32_t>(word) : kNoWord);
  }
  return out;
}

SparseRows kmer_composition(std::span<const std::string> sequences, int k) {
  SparseRows out{kmer_count(k), {0}, {}, {}};
  std::vector<std::vector<std::int32_t>> words(sequences.size());
  parallel_for(static_cast<std::int64_t>(sequences.size()), [&](std::int64_t row) {
    auto& found = words[static_cast<std::size_t>(row)];
    found = kmers(sequences[static_cast<std::size_t>(row)], k);
    std::erase(found, kNoWord);
    std::sort(found.begin(), found.end());
  });
  for (const auto& found : words) {
    const auto first = out.values.size();
    double squares = 0;
    for (std::size_t i = 0; i < found.size();) {
      const std::size_t begin = i;
      while (i < found.size() && found[i] == found[begin]) ++i;
      out.columns.push_back(found[begin]);
      out.values.push_back(static_cast<double>(i - begin));
      squares += out.values.back() * out.values.back();
    }
    for (std::size_t i = first; i < out.values.size(); ++i) out.values[i] /= std::sqrt(squares);
    out.starts.push_back(out.entries());
  }
  return out;
}

}  // namespace groel::analysis
