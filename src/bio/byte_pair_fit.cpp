// Counts pairs once, then keeps the counts up to date around every merge.
#include "bio/byte_pair_fit.h"

#include <algorithm>
#include <limits>
#include <queue>
#include <vector>

#include "base/error.h"
#include "bio/byte_letters.h"
#include "bio/merge_table.h"
#include "bio/pre_tokens.h"

namespace groel::bio {
namespace {

constexpr const char* kBetweenTexts = "<|endoftext|>";
constexpr std::int32_t kNone = -1;

struct Pair {
  std::int32_t left;
  std::int32_t right;
  auto operator<=>(const Pair&) const = default;
};

struct PairHash {
  std::size_t operator()(const Pair& pair) const noexcept {
    const auto both = static_cast<std::uint64_t>(pair.left) << 32 | static_cast<std::uint32_t>(pair.right);
    return static_cast<std::size_t>((both * 0x9E3779B97F4A7C15U) >> 16);
  }
};

struct Seen {
  std::int64_t count = 0;
  std::vector<std::int32_t> places;  // of the left one; some may hold another pair by now
};

struct Candidate {
  std::int64_t count;
  Pair pair;
  // std::priority_queue gives the largest first: the most frequent, of equal ones the smaller pair.
  bool operator<(const Candidate& other) const {
    return count != other.count ? count < other.count : other.pair < pair;
  }
};

// All pieces as one row of tokens, linked within each piece.
class Merging {
 public:
  explicit Merging(const std::unordered_map<std::string, std::int64_t>& pieces) {
    add_bytes();
    // In an order that does not depend on the hash, so that equal input gives equal work.
    std::vector<const std::pair<const std::string, std::int64_t>*> sorted;
    std::size_t bytes = 0;
    for (const auto& piece : pieces) {
      sorted.push_back(&piece);
      bytes += piece.first.size();
    }
    if (bytes > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
      throw Error(
          ErrorKind::unsupported,
          {"more than 2^31 - 1 bytes of different pieces", {}, "learn from fewer proteins: a few million are enough"});
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->first < b->first; });
    for (const auto* piece : sorted) add_piece(piece->first, piece->second);
    for (const auto& [pair, seen] : pairs_) queue_.push({seen.count, pair});
  }

  FittedPairs run(const BytePairFitOptions& options) {
    while (static_cast<std::int64_t>(tokens_.size()) < options.size && !queue_.empty()) {
      Candidate top = queue_.top();
      queue_.pop();
      const std::int64_t now = count_of(top.pair);
      if (now != top.count) {
        if (now > 0) queue_.push({now, top.pair});
        continue;
      }
      if (now < std::max<std::int64_t>(1, options.least)) break;
      merge(top.pair);
      if (options.progress) options.progress(static_cast<std::int64_t>(tokens_.size()));
    }
    return {files(), bytes_, token_count()};
  }

 private:
  TokenizerFiles files() {
    TokenizerFiles out{.tokens = std::move(tokens_), .label = "the new vocabulary"};
    out.merges = std::move(merges_);
    out.merges_label = out.label;
    out.merges_line = 0;
    out.added.push_back({.id = 0, .text = kBetweenTexts});
    for (const char* const name : {"bos_token", "eos_token", "unk_token"}) out.named[name] = kBetweenTexts;
    return out;
  }

  std::int64_t token_count() const {
    std::int64_t out = 0;
    for (const Symbol& symbol : symbols_)
      if (symbol.token != kNone) out += counts_[place(symbol.piece)];
    return out;
  }

  // In the order of the characters that stand for them.
  void add_bytes() {
    tokens_.emplace_back(kBetweenTexts);
    std::vector<std::pair<std::string, std::size_t>> letters;  // UTF-8 sorts as code points do
    for (std::size_t byte = 0; byte < 256; ++byte)
      letters.emplace_back(letter_of_byte(static_cast<unsigned char>(byte)), byte);
    std::sort(letters.begin(), letters.end());
    byte_ids_.resize(256);
    for (const auto& [letter, byte] : letters) {
      byte_ids_[byte] = static_cast<std::int32_t>(tokens_.size());
      tokens_.push_back(letter);
    }
    for (std::size_t id = 1; id < tokens_.size(); ++id) ids_.emplace(tokens_[id], static_cast<std::int32_t>(id));
  }

  void add_piece(const std::string& bytes, std::int64_t count) {
    const auto first = static_cast<std::int32_t>(symbols_.size());
    const auto piece = static_cast<std::int32_t>(counts_.size());
    counts_.push_back(count);
    bytes_ += count * static_cast<std::int64_t>(bytes.size());
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const auto at = static_cast<std::int32_t>(symbols_.size());
      symbols_.push_back({byte_ids_[static_cast<unsigned char>(bytes[i])], i == 0 ? kNone : at - 1,
                          i + 1 == bytes.size() ? kNone : at + 1, piece});
    }
    for (std::int32_t at = first; symbols_[place(at)].after != kNone; ++at) change(at, count);
  }

  static std::size_t place(std::int32_t at) { return static_cast<std::size_t>(at); }

  std::int64_t count_of(const Pair& pair) const {
    const auto found = pairs_.find(pair);
    return found == pairs_.end() ? 0 : found->second.count;
  }

  // The pair whose left one is at `at` is there (more), or is there no longer (less).
  void change(std::int32_t at, std::int64_t by) {
    const Symbol& left = symbols_[place(at)];
    Seen& seen = pairs_[{left.token, symbols_[place(left.after)].token}];
    seen.count += by;
    if (by > 0) seen.places.push_back(at);
  }

  std::int32_t token_of(const std::string& text) {
    const auto [found, is_new] = ids_.emplace(text, static_cast<std::int32_t>(tokens_.size()));
    if (is_new) tokens_.push_back(text);
    return found->second;
  }

  void merge(const Pair& pair) {
    const std::string left = tokens_[place(pair.left)], right = tokens_[place(pair.right)];
    merges_.emplace_back(left, right);
    const std::int32_t into = token_of(left + right);
    std::vector<std::int32_t> places = std::move(pairs_[pair].places);
    pairs_.erase(pair);
    std::sort(places.begin(), places.end());
    std::vector<std::int32_t> merged;
    for (const std::int32_t at : places)
      if (holds(at, pair)) {
        merge_at(at, into);
        merged.push_back(at);
      }
    pairs_.erase(pair);  // of overlapping ones ("AAA") some were counted down only now
    offer_around(merged, into);
  }

  bool holds(std::int32_t at, const Pair& pair) const {
    const Symbol& left = symbols_[place(at)];
    return left.token == pair.left && left.after != kNone && symbols_[place(left.after)].token == pair.right;
  }

  void merge_at(std::int32_t at, std::int32_t into) {
    Symbol& left = symbols_[place(at)];
    const std::int64_t count = counts_[place(left.piece)];
    if (left.before != kNone) change(left.before, -count);
    Symbol& right = symbols_[place(left.after)];
    if (right.after != kNone) change(left.after, -count);
    left.token = into;
    left.after = right.after;
    right.token = kNone;
    if (left.after != kNone) symbols_[place(left.after)].before = at;
    if (left.before != kNone) change(left.before, count);
    if (left.after != kNone) change(at, count);
  }

  // The pairs that the new token is in, with their new counts.
  void offer_around(const std::vector<std::int32_t>& merged, std::int32_t into) {
    std::vector<Pair> changed;
    for (const std::int32_t at : merged) {
      const Symbol& here = symbols_[place(at)];
      if (here.token != into) continue;
      if (here.before != kNone) changed.push_back({symbols_[place(here.before)].token, into});
      if (here.after != kNone) changed.push_back({into, symbols_[place(here.after)].token});
    }
    std::sort(changed.begin(), changed.end());
    changed.erase(std::unique(changed.begin(), changed.end()), changed.end());
    for (const Pair& pair : changed)
      if (const std::int64_t count = count_of(pair); count > 0) queue_.push({count, pair});
  }

  struct Symbol {
    std::int32_t token;
    std::int32_t before;
    std::int32_t after;
    std::int32_t piece;
  };

  std::vector<std::string> tokens_;
  std::vector<MergedPair> merges_;
  std::unordered_map<std::string, std::int32_t> ids_;  // of bytes and what was merged
  std::vector<std::int32_t> byte_ids_;
  std::vector<Symbol> symbols_;
  std::vector<std::int64_t> counts_;  // of each piece
  std::int64_t bytes_ = 0;            // of all texts
  std::unordered_map<Pair, Seen, PairHash> pairs_;
  std::priority_queue<Candidate> queue_;
};

}  // namespace

void BytePairFit::add(std::string_view text) {
  while (!text.empty()) {
    const std::size_t size = pre_token_size(text);
    ++counts_[std::string(text.substr(0, size))];
    ++pieces_;
    text.remove_prefix(size);
  }
}

FittedPairs BytePairFit::fit(const BytePairFitOptions& options) const {
  constexpr std::int64_t kBytes = 257;
  if (options.size < kBytes || options.size > MergeTable::kMostTokens)
    throw Error(ErrorKind::usage,
                {fmt::format("{} tokens are not possible", options.size), "`size`",
                 fmt::format("from {} (the bytes and one that ends a text) to {}", kBytes, MergeTable::kMostTokens)});
  return Merging(counts_).run(options);
}

}  // namespace groel::bio
