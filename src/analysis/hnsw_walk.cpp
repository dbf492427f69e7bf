// Walks through the search graph: down the levels to the best row, then from neighbour to neighbour.
#include "analysis/hnsw_walk.h"

#include <queue>

#include "analysis/inner_product.h"
#include "base/error.h"

namespace groel::analysis {

bool keep_nearest(std::vector<Candidate>& best, const Candidate& found, std::size_t most) {
  if (best.size() >= most && !(found < best.front())) return false;
  best.push_back(found);
  std::push_heap(best.begin(), best.end());
  if (best.size() > most) {
    std::pop_heap(best.begin(), best.end());
    best.pop_back();
  }
  return true;
}

void Walk::damaged() { throw Error(ErrorKind::bad_input, "the graph of the index is damaged"); }

Candidate Walk::look(std::int32_t row) const {
  return {-inner_product(query_.data(), data_.values + row * data_.width, data_.width), row};
}

std::span<const std::int32_t> Walk::neighbours(std::int32_t row, std::size_t level) const {
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

Candidate Walk::descend(Candidate best, std::size_t level) const {
  for (;;) {
    Candidate next = best;
    for (const std::int32_t row : neighbours(best.row, level)) next = std::min(next, look(checked(row)));
    if (next.row == best.row) return best;
    best = next;
  }
}

std::vector<Candidate> Walk::spread(const Candidate& start, std::size_t ef, std::size_t level) {
  visited_.assign(static_cast<std::size_t>(data_.rows), false);
  visited_[static_cast<std::size_t>(start.row)] = true;
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> open;
  std::vector<Candidate> best{start};
  open.push(start);
  while (!open.empty() && (best.size() < ef || open.top() < best.front())) {
    const std::int32_t from = open.top().row;
    open.pop();
    for (const std::int32_t row : unvisited(from, level)) {
      const Candidate found = look(row);
      if (keep_nearest(best, found, ef)) open.push(found);
    }
  }
  std::sort_heap(best.begin(), best.end());
  return best;
}

std::vector<Candidate> Walk::run(std::size_t ef) {
  Candidate best = entry();
  for (std::size_t level = graph_.levels.size(); --level > 0;) best = descend(best, level);
  return spread(best, ef, 0);
}

// Their vectors are asked of the memory before the first is looked at.
const std::vector<std::int32_t>& Walk::unvisited(std::int32_t from, std::size_t level) {
  fresh_.clear();
  for (const std::int32_t neighbour : neighbours(from, level)) {
    const auto at = static_cast<std::size_t>(checked(neighbour));
    if (visited_[at]) continue;
    visited_[at] = true;
    fresh_.push_back(neighbour);
    __builtin_prefetch(data_.values + neighbour * data_.width);
  }
  return fresh_;
}

}  // namespace groel::analysis
