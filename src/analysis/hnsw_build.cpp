// Builds the search graph: each batch of rows searches the graph built so far, all rows at once; then they are linked
// one by one in a fixed order. So the graph does not depend on the number of threads.
#include <cmath>
#include <limits>
#include <new>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "analysis/hnsw.h"
#include "analysis/hnsw_links.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

using Row = std::int32_t;

constexpr std::size_t kBatchPart = 16;  // of the rows that are in the graph: those of a batch do not see one another
constexpr std::size_t kLargest = 1024;

// A row and its level. By the row alone, and sorted so that the highest come first, in an order that has nothing to do
// with that of the file, where relatives are often next to each other.
struct Place {
  double draw;  // (0, 1]
  Row row;
  std::size_t level;
  bool operator<(const Place& other) const { return std::tie(draw, row) < std::tie(other.draw, other.row); }
};

Place place_of(Row row, const HnswOptions& options) {
  const double draw = 1 - unit_double(philox(derive_key(options.seed, 1), static_cast<std::uint64_t>(row))[0]);
  return {draw, row, static_cast<std::size_t>(-std::log(draw) / std::log(static_cast<double>(options.degree)))};
}

// What a row found.
struct Found {
  Row same = -1;                         // a row of the graph that it equals
  std::vector<std::vector<Row>> chosen;  // a level: its links
};

struct BackLink {
  std::size_t level;
  Row from, to;
  bool operator<(const BackLink& o) const { return std::tie(level, from, to) < std::tie(o.level, o.from, o.to); }
  bool of_one(const BackLink& other) const { return level == other.level && from == other.from; }
};

class Builder {
 public:
  Builder(const UnitRows& data, const HnswOptions& options) : data_(data), options_(options) {
    graph_.degree = options.degree;
    order_distinct();
    make_levels();
    graph_.entry = order_.front().row;
    view_ = view(graph_);
  }

  HnswGraph run() {
    std::size_t done = 1;
    while (done < order_.size()) {
      check_interrupted();
      options_.progress(static_cast<std::int64_t>(done));
      const std::size_t size = std::min(std::clamp<std::size_t>(done / kBatchPart, 1, kLargest), order_.size() - done);
      insert(std::span(order_).subspan(done, size));
      done += size;
    }
    options_.progress(data_.rows);
    std::sort(copies_.begin(), copies_.end());
    for (const auto& [copied, copy] : copies_) {
      graph_.copied.push_back(copied);
      graph_.copies.push_back(copy);
    }
    return std::move(graph_);
  }

 private:
  // Equal rows come in once.
  void order_distinct() {
    std::unordered_map<std::string_view, Row> first;
    first.reserve(static_cast<std::size_t>(data_.rows));
    for (Row row = 0; row < static_cast<Row>(data_.rows); ++row) {
      const std::span<const float> values = data_.row(row);
      const auto [at, is_new] =
          first.try_emplace({reinterpret_cast<const char*>(values.data()), values.size_bytes()}, row);
      if (is_new)
        order_.push_back(place_of(row, options_));
      else
        copies_.emplace_back(at->second, row);
    }
    std::sort(order_.begin(), order_.end());
  }

  void make_levels() {
    graph_.levels.resize(order_.front().level + 1);
    for (const Place& place : order_)
      for (std::size_t level = 1; level <= place.level; ++level) graph_.levels[level].rows.push_back(place.row);
    for (std::size_t level = 0; level < graph_.levels.size(); ++level) {
      HnswLevel& in = graph_.levels[level];
      std::sort(in.rows.begin(), in.rows.end());
      const std::size_t slots = level == 0 ? static_cast<std::size_t>(data_.rows) : in.rows.size();
      in.links.resize(slots * static_cast<std::size_t>(1 + most_links(graph_, level)), 0);
    }
  }

  void insert(std::span<const Place> batch) {
    std::vector<Found> found(batch.size());
    parallel_for(static_cast<std::int64_t>(batch.size()), [&](std::int64_t i) {
      const auto at = static_cast<std::size_t>(i);
      found[at] = look_around(batch[at]);
    });
    std::vector<BackLink> back;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const Row row = batch[i].row;
      if (found[i].same >= 0) copies_.emplace_back(found[i].same, row);
      for (std::size_t level = 0; level < found[i].chosen.size(); ++level) {
        add_links(data_, graph_, level, row, found[i].chosen[level]);
        for (const Row other : found[i].chosen[level]) back.push_back({level, other, row});
      }
    }
    link_back(std::move(back));
  }

  Found look_around(const Place& place) const {
    Walk walk(data_, view_, data_.row(place.row));
    Candidate best = walk.entry();
    for (std::size_t level = view_.levels.size(); --level > place.level;) best = walk.descend(best, level);
    Found out;
    out.chosen.resize(place.level + 1);
    for (std::size_t level = place.level + 1; level-- > 0;) {
      const auto near = walk.spread(best, static_cast<std::size_t>(options_.ef), level);
      best = near.front();
      if (best.distance <= kEqualRows - 1) return {best.row, {}};
      out.chosen[level] = choose_links(data_, near, graph_.degree);
    }
    return out;
  }

  void link_back(std::vector<BackLink> links) {
    std::sort(links.begin(), links.end());
    std::vector<std::size_t> begins;
    for (std::size_t i = 0; i < links.size(); ++i)
      if (i == 0 || !links[i].of_one(links[i - 1])) begins.push_back(i);
    begins.push_back(links.size());
    parallel_for(static_cast<std::int64_t>(begins.size()) - 1, [&](std::int64_t i) {
      const std::size_t begin = begins[static_cast<std::size_t>(i)];
      std::vector<Row> to;
      for (std::size_t at = begin; at < begins[static_cast<std::size_t>(i) + 1]; ++at) to.push_back(links[at].to);
      add_links(data_, graph_, links[begin].level, links[begin].from, to);
    });
  }

  const UnitRows& data_;
  const HnswOptions& options_;
  std::vector<Place> order_;
  std::vector<std::pair<Row, Row>> copies_;  // the row in the graph, and its copy
  HnswGraph graph_;
  HnswView view_;  // of graph_, whose arrays stay where they are
};

}  // namespace

HnswGraph build_hnsw(const UnitRows& data, const HnswOptions& options) {
  GROEL_REQUIRE(data.rows > 0 && options.degree >= 2 && options.ef >= 1);
  if (data.rows > std::numeric_limits<Row>::max())
    throw Error(ErrorKind::usage, {fmt::format("{} vectors are more than a graph holds", data.rows),
                                   {},
                                   "split them, or search without a graph (`exact`)"});
  try {
    return Builder(data, options).run();
  } catch (const std::bad_alloc&) {
    throw Error(ErrorKind::memory, "out of memory for the graph");
  }
}

}  // namespace groel::analysis
