// Builds the lists of sequences that hold each word, and counts the words that two sequences share.
#include "analysis/word_index.h"

#include <algorithm>
#include <cmath>

#include "analysis/kmers.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

constexpr std::int64_t kMostPlaces = 300'000;

std::vector<std::int32_t> distinct_words(const std::string& sequence, int k) {
  std::vector<std::int32_t> out = kmers(sequence, k);
  std::erase(out, kNoWord);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace

WordIndex::WordIndex(std::span<const std::string> sequences, int k)
    : k_(k), starts_(static_cast<std::size_t>(kmer_count(k)) + 1) {
  std::vector<std::vector<std::int32_t>> words(sequences.size());
  parallel_for(static_cast<std::int64_t>(sequences.size()), [&](std::int64_t i) {
    words[static_cast<std::size_t>(i)] = distinct_words(sequences[static_cast<std::size_t>(i)], k);
  });
  for (const auto& held : words) {
    distinct_.push_back(static_cast<std::int32_t>(held.size()));
    for (const std::int32_t word : held) ++starts_[static_cast<std::size_t>(word) + 1];
  }
  for (std::size_t word = 1; word < starts_.size(); ++word) starts_[word] += starts_[word - 1];
  holders_.resize(static_cast<std::size_t>(starts_.back()));
  std::vector<std::int64_t> next = starts_;
  for (std::size_t i = 0; i < words.size(); ++i)
    for (const std::int32_t word : words[i])
      holders_[static_cast<std::size_t>(next[static_cast<std::size_t>(word)]++)] = static_cast<std::int32_t>(i);
}

std::vector<std::int64_t> WordIndex::candidates(const std::string& query, std::size_t most) const {
  std::vector<std::int32_t> words = distinct_words(query, k_);
  std::erase_if(words, [&](std::int32_t word) { return holders(word) == 0; });
  std::stable_sort(words.begin(), words.end(), [&](auto a, auto b) { return holders(a) < holders(b); });
  std::vector<std::int32_t> shared(distinct_.size());
  std::int64_t places = 0;
  for (const std::int32_t word : words) {
    if (places > 0 && places + holders(word) > kMostPlaces) break;
    places += holders(word);
    for (std::int64_t at = starts_[static_cast<std::size_t>(word)]; at < starts_[static_cast<std::size_t>(word) + 1];
         ++at)
      ++shared[static_cast<std::size_t>(holders_[static_cast<std::size_t>(at)])];
  }
  std::vector<std::pair<double, std::int64_t>> scored;  // (-score, sequence)
  const double share = static_cast<double>(places) / static_cast<double>(holders_.size());
  for (std::size_t i = 0; i < shared.size(); ++i) {
    if (shared[i] == 0) continue;
    const double expected = share * distinct_[i];
    scored.emplace_back((expected - shared[i]) / std::sqrt(expected + 1), static_cast<std::int64_t>(i));
  }
  const std::size_t kept = std::min(most, scored.size());
  std::partial_sort(scored.begin(), scored.begin() + static_cast<std::ptrdiff_t>(kept), scored.end());
  std::vector<std::int64_t> out;
  for (std::size_t i = 0; i < kept; ++i) out.push_back(scored[i].second);
  return out;
}

}  // namespace groel::analysis
