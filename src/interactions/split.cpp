// Splits pairs at random or by walks through the network.
#include "interactions/split.h"

#include <algorithm>
#include <deque>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/random.h"
#include "base/text_file.h"
#include "base/words.h"

namespace groel::interactions {
namespace {

using Indices = std::vector<std::int64_t>;

constexpr std::uint64_t kTestDraws = 0x70616972;   // "pair"
constexpr std::uint64_t kValidDraws = 0x76616c64;  // "vald"
constexpr std::size_t kMostRootPairs = 5;

class Draws {
 public:
  explicit Draws(std::uint64_t key) : key_(key) {}
  std::size_t below(std::size_t count) {
    return index_below(philox(key_, counter_++)[0], static_cast<std::uint32_t>(count));
  }

 private:
  std::uint64_t key_, counter_ = 0;
};

void shuffle(Indices& values, Draws& draws) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[draws.below(i)]);
}

// The pairs of a part of a network, grown from a root.
class Growth {
 public:
  Growth(const PairTable& table, const Indices& among, std::size_t wanted, Draws& draws)
      : table_(table), of_(table.proteins.size()), visited_(of_.size()), taken_(table.pairs.size()), wanted_(wanted) {
    for (const std::int64_t pair : among) {
      const Pair& one = table.pairs[static_cast<std::size_t>(pair)];
      of_[one.first].push_back(pair);
      of_[one.second].push_back(pair);
    }
    order_roots(draws);
  }

  void breadth_first() {
    while (out_.size() < wanted_) {
      std::deque<std::uint32_t> queue{next_root()};
      visited_[queue.front()] = true;
      for (; !queue.empty() && out_.size() < wanted_; queue.pop_front()) {
        const std::uint32_t at = queue.front();
        for (const std::int64_t pair : of_[at]) {
          take(pair);
          const std::uint32_t other = partner(pair, at);
          if (!visited_[other]) queue.push_back(other);
          visited_[other] = true;
        }
      }
    }
  }

  void depth_first() {
    std::vector<std::size_t> looked(of_.size());
    while (out_.size() < wanted_) {
      std::vector<std::uint32_t> stack{next_root()};
      while (!stack.empty() && out_.size() < wanted_) {
        const std::uint32_t at = stack.back();
        if (!visited_[at]) {
          visited_[at] = true;
          for (const std::int64_t pair : of_[at]) take(pair);
          continue;
        }
        std::size_t& next = looked[at];
        while (next < of_[at].size() && visited_[partner(of_[at][next], at)]) ++next;
        if (next < of_[at].size())
          stack.push_back(partner(of_[at][next], at));
        else
          stack.pop_back();
      }
    }
  }

  Indices pairs() { return std::move(out_); }
  std::vector<std::string> roots() { return std::move(roots_); }

 private:
  // Those of few pairs in a drawn order, then all others, those of the fewest first.
  void order_roots(Draws& draws) {
    Indices few, many;
    for (std::size_t protein = 0; protein < of_.size(); ++protein)
      if (!of_[protein].empty())
        (of_[protein].size() <= kMostRootPairs ? few : many).push_back(static_cast<std::int64_t>(protein));
    shuffle(few, draws);
    shuffle(many, draws);
    std::ranges::stable_sort(many, {},
                             [&](std::int64_t protein) { return of_[static_cast<std::size_t>(protein)].size(); });
    order_ = std::move(few);
    order_.insert(order_.end(), many.begin(), many.end());
  }
  std::uint32_t next_root() {
    while (visited_[static_cast<std::size_t>(order_.at(place_))]) ++place_;
    const auto root = static_cast<std::uint32_t>(order_[place_++]);
    roots_.push_back(table_.proteins[root]);
    return root;
  }
  std::uint32_t partner(std::int64_t pair, std::uint32_t of) const {
    const Pair& one = table_.pairs[static_cast<std::size_t>(pair)];
    return one.first == of ? one.second : one.first;
  }
  void take(std::int64_t pair) {
    if (!taken_[static_cast<std::size_t>(pair)]) out_.push_back(pair);
    taken_[static_cast<std::size_t>(pair)] = true;
  }

  const PairTable& table_;
  std::vector<Indices> of_;  // of a protein
  std::vector<bool> visited_, taken_;
  std::size_t wanted_, place_ = 0;
  Indices order_, out_;
  std::vector<std::string> roots_;
};

struct Part {
  Indices taken, left;
  std::vector<std::string> roots;
};

// As many pairs as `part` of all, of those that are still there.
Part taken(const PairTable& table, const Indices& among, const PairSplitOptions& options, double part, Draws draws) {
  const auto wanted = static_cast<std::size_t>(part * static_cast<double>(table.pairs.size()));
  Part out;
  if (wanted >= among.size())
    throw Error(
        ErrorKind::bad_input,
        {fmt::format("no pair of {} would be left to learn from", table.pairs.size()), {}, "hold out a smaller part"});
  if (options.way == SplitWay::random) {
    Indices all = among;
    shuffle(all, draws);
    out.taken.assign(all.end() - static_cast<std::ptrdiff_t>(wanted), all.end());
  } else {
    Growth growth(table, among, wanted, draws);
    options.way == SplitWay::bfs ? growth.breadth_first() : growth.depth_first();
    out.taken = growth.pairs();
    out.roots = growth.roots();
  }
  std::vector<bool> gone(table.pairs.size());
  for (const std::int64_t pair : out.taken) gone[static_cast<std::size_t>(pair)] = true;
  std::ranges::copy_if(among, std::back_inserter(out.left),
                       [&](std::int64_t pair) { return !gone[static_cast<std::size_t>(pair)]; });
  return out;
}

Indices all_of(const PairTable& table) {
  Indices out(table.pairs.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::int64_t>(i);
  return out;
}

void require_parts(const PairSplit& split, const std::string& where) {
  const auto need = [&](const Indices& part, const char* what) {
    if (part.empty())
      throw Error(ErrorKind::bad_input, {fmt::format("no pair is left {}", what), where,
                                         fmt::format("there are {} to learn from, {} to choose the epoch by and {} to "
                                                     "judge by: hold out other parts, or have more pairs",
                                                     split.train.size(), split.valid.size(), split.test.size())});
  };
  need(split.train, "to learn from");
  need(split.valid, "to choose the epoch by");
  need(split.test, "to judge by");
}

void check(const PairSplitOptions& options) {
  const auto fits = [](double part) { return part > 0 && part < 1; };
  if (!fits(options.test))
    throw Error(ErrorKind::usage, {"it is a part of the pairs", "`test_size`", "above 0, below 1"});
  if (!fits(options.valid))
    throw Error(ErrorKind::usage, {"it is a part of the pairs", "`val_size`", "above 0, below 1"});
}

}  // namespace

SplitWay parse_split_way(const std::string& text) {
  for (const SplitWay way : {SplitWay::random, SplitWay::bfs, SplitWay::dfs})
    if (text == name(way)) return way;
  throw Error(ErrorKind::usage, {fmt::format("pairs are not split by '{}'", text), "`how`", "random, bfs or dfs"});
}

std::string_view name(SplitWay way) {
  return way == SplitWay::random ? "random" : way == SplitWay::bfs ? "bfs" : "dfs";
}

PairSplit split_pairs(const PairTable& table, const PairSplitOptions& options) {
  check(options);
  Part test = taken(table, all_of(table), options, options.test, Draws(derive_key(options.seed, kTestDraws)));
  Part valid = taken(table, test.left, options, options.valid, Draws(derive_key(options.seed, kValidDraws)));
  PairSplit out{std::move(valid.left), std::move(valid.taken), std::move(test.taken), std::move(test.roots)};
  require_parts(out, {});
  return out;
}

void write_split(const std::filesystem::path& path, const PairSplit& split, const PairSplitOptions& options) {
  Indices learned = split.train;
  learned.insert(learned.end(), split.valid.begin(), split.valid.end());
  std::ranges::sort(learned);
  const nlohmann::ordered_json out{{"train_index", learned},     {"valid_index", split.test},
                                   {"epoch_index", split.valid}, {"how", name(options.way)},
                                   {"seed", options.seed},       {"roots", split.roots}};
  write_text(path, out.dump() + "\n");
}

PairSplit read_split(const std::filesystem::path& path, const PairTable& table, const PairSplitOptions& options) {
  const nlohmann::json json = read_json(path);
  std::vector<char> part_of(table.pairs.size(), ' ');
  const auto part = [&](const char* key, char before, char after) {
    Indices out;
    if (!json.is_object() || !json.contains(key) || !json[key].is_array())
      throw Error(ErrorKind::bad_input, {fmt::format("there is no list '{}'", key), path.string(),
                                         "a file of indices has train_index and valid_index"});
    for (const nlohmann::json& one : json[key]) {
      const std::int64_t pair = one.is_number_integer() ? one.get<std::int64_t>() : -1;
      if (pair < 0 || pair >= static_cast<std::int64_t>(part_of.size()))
        throw Error(ErrorKind::bad_input,
                    {fmt::format("'{}' of {} is no place of {} pairs", one.dump(), key, part_of.size()), path.string(),
                     "it belongs to other pairs"});
      char& now = part_of[static_cast<std::size_t>(pair)];
      if (now != before)
        throw Error(
            ErrorKind::bad_input,
            {fmt::format("pair {} of {} is listed twice, or in no part that it is of", pair, key), path.string(), {}});
      now = after;
      out.push_back(pair);
    }
    return out;
  };
  PairSplit out;
  const Indices learned = part("train_index", ' ', 'l');
  out.test = part("valid_index", ' ', 't');
  if (const auto left = std::ranges::count(part_of, ' '); left > 0)
    throw Error(ErrorKind::bad_input, {fmt::format("{} in neither part", counted(left, "pair is", "pairs are")),
                                       path.string(), "it belongs to other pairs"});
  if (json.contains("epoch_index")) {
    out.valid = part("epoch_index", 'l', 'v');
    std::ranges::copy_if(learned, std::back_inserter(out.train),
                         [&](std::int64_t pair) { return part_of[static_cast<std::size_t>(pair)] == 'l'; });
  } else {
    check(options);
    Part valid = taken(table, learned, options, options.valid, Draws(derive_key(options.seed, kValidDraws)));
    out.valid = std::move(valid.taken);
    out.train = std::move(valid.left);
  }
  require_parts(out, path.string());
  return out;
}

std::vector<SeenEnds> seen_ends(const PairTable& table, const std::vector<std::int64_t>& train,
                                const std::vector<std::int64_t>& test) {
  std::vector<bool> seen(table.proteins.size());
  for (const std::int64_t pair : train) {
    seen[table.pairs[static_cast<std::size_t>(pair)].first] = true;
    seen[table.pairs[static_cast<std::size_t>(pair)].second] = true;
  }
  std::vector<SeenEnds> out;
  for (const std::int64_t pair : test) {
    const Pair& one = table.pairs[static_cast<std::size_t>(pair)];
    const int ends = (seen[one.first] ? 1 : 0) + (seen[one.second] ? 1 : 0);
    out.push_back(static_cast<SeenEnds>(ends));
  }
  return out;
}

}  // namespace groel::interactions
