// Nearest sequences: candidates by shared words, each aligned within a band.
#include "analysis/sequence_neighbours.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/kmers.h"
#include "analysis/local_alignment.h"
#include "analysis/word_index.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

constexpr std::size_t kCandidates = 16;
constexpr std::int64_t kHalfBand = 40;
constexpr std::int64_t kQueries = 16;  // that a thread does at a time

// Words: long enough to be rare by chance, short enough for a short query to share some.
constexpr std::size_t kSizes = 3;
std::size_t size_of(const std::string& query) { return query.size() < 30 ? 0 : query.size() < 120 ? 1 : 2; }
constexpr std::array<int, kSizes> kWordSizes{2, 3, 4};

// Where the words of a query are.
class WordPlaces {
 public:
  WordPlaces(const std::string& query, int k) : length_(static_cast<std::int64_t>(query.size())), k_(k) {
    const std::vector<std::int32_t> words = kmers(query, k);
    for (std::size_t i = 0; i < words.size(); ++i)
      if (words[i] != kNoWord) places_.emplace_back(words[i], static_cast<std::int64_t>(i));
    std::sort(places_.begin(), places_.end());
  }

  // The diagonal (place in the query - place in `other`) around which the most words are shared.
  std::int64_t best_diagonal(const std::string& other) const {
    const auto other_length = static_cast<std::int64_t>(other.size());
    std::vector<std::int32_t> sums(static_cast<std::size_t>(length_ + other_length) + 1);  // running, by diagonal
    const std::vector<std::int32_t> words = kmers(other, k_);
    for (std::size_t j = 0; j < words.size(); ++j) {
      auto at = std::lower_bound(places_.begin(), places_.end(), std::pair<std::int32_t, std::int64_t>(words[j], -1));
      for (; at != places_.end() && at->first == words[j]; ++at)
        ++sums[static_cast<std::size_t>(at->second - static_cast<std::int64_t>(j) + other_length)];
    }
    for (std::size_t i = 1; i < sums.size(); ++i) sums[i] += sums[i - 1];
    return fullest(sums) - other_length;
  }

 private:
  static std::int64_t fullest(const std::vector<std::int32_t>& sums) {
    constexpr std::int64_t kAround = 8;
    const auto count = static_cast<std::int64_t>(sums.size());
    std::int64_t best = 0;
    std::int32_t most = -1;
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int32_t upto = sums[static_cast<std::size_t>(std::min(count - 1, i + kAround))];
      const std::int32_t before = i > kAround ? sums[static_cast<std::size_t>(i - kAround - 1)] : 0;
      if (upto - before <= most) continue;
      most = upto - before;
      best = i;
    }
    return best;
  }

  std::int64_t length_;
  int k_;
  std::vector<std::pair<std::int32_t, std::int64_t>> places_;
};

class Search {
 public:
  Search(std::span<const std::string> among, std::span<const std::string> queries, ToldNeighbours told)
      : among_(among), queries_(queries), told_(told) {
    for (std::size_t size = 0; size < kSizes; ++size)
      if (std::any_of(queries.begin(), queries.end(), [&](const auto& query) { return size_of(query) == size; }))
        indices_[size].emplace(among, kWordSizes[size]);
    for (const std::string& sequence : among) {
      letters_.push_back(alignment_letters(sequence));
      residues_ += static_cast<double>(sequence.size());
    }
  }

  std::vector<std::optional<SequenceNeighbour>> run() const {
    std::vector<std::optional<SequenceNeighbour>> out(queries_.size());
    const auto count = static_cast<std::int64_t>(queries_.size());
    parallel_for((count + kQueries - 1) / kQueries, [&](std::int64_t chunk) {
      for (std::int64_t i = chunk * kQueries; i < std::min(count, (chunk + 1) * kQueries); ++i)
        out[static_cast<std::size_t>(i)] = nearest(queries_[static_cast<std::size_t>(i)]);
    });
    return out;
  }

 private:
  std::optional<SequenceNeighbour> nearest(const std::string& query) const {
    const WordIndex& index = *indices_[size_of(query)];
    const WordPlaces places(query, index.k());
    const std::vector<std::uint8_t> letters = alignment_letters(query);
    std::optional<SequenceNeighbour> best;
    for (const std::int64_t candidate : index.candidates(query, kCandidates)) {
      const auto& other = letters_[static_cast<std::size_t>(candidate)];
      const std::int64_t diagonal = places.best_diagonal(among_[static_cast<std::size_t>(candidate)]);
      const LocalAlignment found = align_locally(letters, other, {diagonal, kHalfBand});
      const auto longer = static_cast<double>(std::max(letters.size(), other.size()));
      const double identity = static_cast<double>(found.identical) / longer;
      const bool better = !best || identity > best->identity || (identity == best->identity && candidate < best->index);
      if (!better) continue;
      const bool near = is_near(found, identity, letters.size());
      if (near || told_ == ToldNeighbours::any) best = {candidate, identity, near};
    }
    return best;
  }

  // λ and K of gapped alignments with BLOSUM62 and gaps of 11 + 1: Altschul et al., Nucleic Acids Res. 25:3389 (1997).
  bool is_near(const LocalAlignment& found, double identity, std::size_t length) const {
    constexpr double kLambda = 0.267, kScale = 0.041, kRare = 0.01;
    const double by_chance =
        kScale * static_cast<double>(length) * residues_ * std::exp(-kLambda * static_cast<double>(found.score));
    return identity >= 0.5 || by_chance < kRare;
  }

  std::span<const std::string> among_, queries_;
  ToldNeighbours told_;
  std::array<std::optional<WordIndex>, kSizes> indices_;
  std::vector<std::vector<std::uint8_t>> letters_;
  double residues_ = 0;
};

}  // namespace

std::vector<std::optional<SequenceNeighbour>> nearest_sequences(std::span<const std::string> among,
                                                                std::span<const std::string> queries,
                                                                ToldNeighbours told) {
  return Search(among, queries, told).run();
}

}  // namespace groel::analysis
