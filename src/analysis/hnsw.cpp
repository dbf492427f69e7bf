// Searching: down the levels to the best row, then from neighbour to neighbour; or over all rows.
#include "analysis/hnsw.h"

#include <algorithm>
#include <queue>

#include "analysis/inner_product.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

using Row = std::int32_t;

struct Candidate {
  float distance;  // -cos
  Row row;
  bool operator<(const Candidate& other) const {
    return distance != other.distance ? distance < other.distance : row < other.row;
  }
  bool operator>(const Candidate& other) const { return other < *this; }
};

class Walk {
 public:
  Walk(const UnitRows& data, const HnswView& graph, std::span<const float> query)
      : data_(data), graph_(graph), query_(query) {}

  std::vector<Candidate> run(std::size_t effort) {
    Candidate best = look(checked(graph_.entry));
    for (std::size_t level = graph_.levels.size(); --level > 0;) best = descend(best, level);
    return spread(best, effort);
  }

 private:
  Row checked(std::int64_t row) const {
    if (row < 0 || row >= data_.rows) damaged();
    return static_cast<Row>(row);
  }

  [[noreturn]] static void damaged() { throw Error(ErrorKind::bad_input, "the graph of the index is damaged"); }

  Candidate look(Row row) const {
    return {-inner_product(query_.data(), data_.values + row * data_.width, data_.width), row};
  }

  std::span<const Row> neighbours(Row row, std::size_t level) const {
    const HnswView::Level& in = graph_.levels[level];
    const auto degree = static_cast<std::size_t>(level == 0 ? 2 * graph_.degree : graph_.degree);
    auto place = static_cast<std::size_t>(row);
    if (level > 0) {
      const auto found = std::lower_bound(in.rows.begin(), in.rows.end(), row);
      if (found == in.rows.end() || *found != row) damaged();
      place = static_cast<std::size_t>(found - in.rows.begin());
    }
    if ((place + 1) * (1 + degree) > in.links.size()) damaged();
    const auto slot = in.links.subspan(place * (1 + degree), 1 + degree);
    if (slot[0] < 0 || static_cast<std::size_t>(slot[0]) > degree) damaged();
    return slot.subspan(1, static_cast<std::size_t>(slot[0]));
  }

  // The row of this level from which no neighbour is nearer.
  Candidate descend(Candidate best, std::size_t level) const {
    for (;;) {
      Candidate next = best;
      for (const Row row : neighbours(best.row, level)) next = std::min(next, look(checked(row)));
      if (next.row == best.row) return best;
      best = next;
    }
  }

  // The nearest rows that are reached from `start`, nearest first.
  std::vector<Candidate> spread(Candidate start, std::size_t effort) {
    visited_.assign(static_cast<std::size_t>(data_.rows), false);
    visited_[static_cast<std::size_t>(start.row)] = true;
    std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> open;
    std::vector<Candidate> best{start};  // a heap, the farthest first
    open.push(start);
    while (!open.empty() && (best.size() < effort || open.top() < best.front())) {
      const Row from = open.top().row;
      open.pop();
      for (const Row row : unvisited(from)) {
        const Candidate found = look(row);
        if (best.size() >= effort && !(found < best.front())) continue;
        open.push(found);
        best.push_back(found);
        std::push_heap(best.begin(), best.end());
        if (best.size() <= effort) continue;
        std::pop_heap(best.begin(), best.end());
        best.pop_back();
      }
    }
    std::sort_heap(best.begin(), best.end());
    return best;
  }

  // Their vectors are asked of the memory before the first is looked at.
  const std::vector<Row>& unvisited(Row from) {
    fresh_.clear();
    for (const Row neighbour : neighbours(from, 0)) {
      const auto at = static_cast<std::size_t>(checked(neighbour));
      if (visited_[at]) continue;
      visited_[at] = true;
      fresh_.push_back(neighbour);
      __builtin_prefetch(data_.values + neighbour * data_.width);
    }
    return fresh_;
  }

  const UnitRows& data_;
  const HnswView& graph_;
  std::span<const float> query_;
  std::vector<bool> visited_;
  std::vector<Row> fresh_;
};

bool nearer(const Neighbour& a, const Neighbour& b) {
  return a.distance != b.distance ? a.distance < b.distance : a.row < b.row;
}

// Exact distances, sorted by them.
std::vector<Neighbour> finished(const UnitRows& data, std::span<const float> query, const std::vector<Candidate>& found,
                                std::int64_t k) {
  std::vector<Neighbour> out;
  for (const Candidate& one : found) out.push_back({one.row, std::max(0.0, 1 - dot(query, data.row(one.row)))});
  std::sort(out.begin(), out.end(), nearer);
  if (static_cast<std::int64_t>(out.size()) > k) out.resize(static_cast<std::size_t>(k));
  return out;
}

// The nearest `count` of rows [begin, end).
std::vector<Candidate> nearest_of(const UnitRows& data, std::span<const float> query, std::size_t count,
                                  std::int64_t begin, std::int64_t end) {
  std::vector<Candidate> best;
  for (std::int64_t row = begin; row < end; ++row) {
    const Candidate found{-inner_product(query.data(), data.values + row * data.width, data.width),
                          static_cast<Row>(row)};
    if (best.size() == count && !(found < best.front())) continue;
    best.push_back(found);
    std::push_heap(best.begin(), best.end());
    if (best.size() <= count) continue;
    std::pop_heap(best.begin(), best.end());
    best.pop_back();
  }
  return best;
}

}  // namespace

HnswView view(const HnswGraph& graph) {
  HnswView out{graph.degree, graph.entry, {}};
  for (const HnswLevel& level : graph.levels) out.levels.push_back({level.rows, level.links});
  return out;
}

std::vector<Neighbour> search_hnsw(const UnitRows& data, const HnswView& graph, const HnswQuery& query) {
  GROEL_REQUIRE(!graph.levels.empty() && query.k > 0);
  const auto effort = static_cast<std::size_t>(std::max(query.effort, query.k));
  return finished(data, query.query, Walk(data, graph, query.query).run(effort), query.k);
}

std::vector<Neighbour> search_all(const UnitRows& data, std::span<const float> query, std::int64_t k) {
  constexpr std::int64_t kBlock = 8192;
  constexpr std::int64_t kSpare = 8;  // f32 may have put equals in another order
  const std::int64_t blocks = (data.rows + kBlock - 1) / kBlock;
  std::vector<std::vector<Candidate>> parts(static_cast<std::size_t>(blocks));
  parallel_for(blocks, [&](std::int64_t b) {
    check_interrupted();
    parts[static_cast<std::size_t>(b)] = nearest_of(data, query, static_cast<std::size_t>(k + kSpare), b * kBlock,
                                                    std::min(data.rows, (b + 1) * kBlock));
  });
  std::vector<Candidate> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return finished(data, query, all, k);
}

}  // namespace groel::analysis
