// Searches for the nearest vectors: through the graph (HNSW), or by comparing with all rows.
#include "analysis/hnsw.h"

#include "analysis/hnsw_walk.h"
#include "analysis/inner_product.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

Neighbour neighbour(const UnitRows& data, std::span<const float> query, std::int64_t row) {
  if (row < 0 || row >= data.rows) throw Error(ErrorKind::bad_input, "the graph of the index is damaged");
  return {row, std::max(0.0, 1 - dot(query, data.row(row)))};
}

// The nearest `k`, sorted.
std::vector<Neighbour> nearest(std::vector<Neighbour> found, std::int64_t k) {
  std::sort(found.begin(), found.end(), nearer);
  if (static_cast<std::int64_t>(found.size()) > k) found.resize(static_cast<std::size_t>(k));
  return found;
}

// The nearest `count` of rows [begin, end).
std::vector<Candidate> nearest_of(const UnitRows& data, std::span<const float> query, std::size_t count,
                                  std::int64_t begin, std::int64_t end) {
  std::vector<Candidate> best;
  for (std::int64_t row = begin; row < end; ++row)
    keep_nearest(
        best,
        {-inner_product(query.data(), data.values + row * data.width, data.width), static_cast<std::int32_t>(row)},
        count);
  return best;
}

}  // namespace

HnswView view(const HnswGraph& graph) {
  HnswView out{graph.degree, graph.entry, {}, graph.copied, graph.copies};
  for (const HnswLevel& level : graph.levels) out.levels.push_back({level.rows, level.links});
  return out;
}

std::vector<Neighbour> search_hnsw(const UnitRows& data, const HnswView& graph, const HnswQuery& query) {
  GROEL_REQUIRE(!graph.levels.empty() && query.k > 0 && graph.copied.size() == graph.copies.size());
  std::vector<Neighbour> found;
  for (const Candidate& one :
       Walk(data, graph, query.query).run(static_cast<std::size_t>(std::max(query.ef, query.k)))) {
    found.push_back(neighbour(data, query.query, one.row));
    const auto same = std::equal_range(graph.copied.begin(), graph.copied.end(), one.row);
    for (auto copy = same.first; copy != same.second; ++copy)
      found.push_back(
          neighbour(data, query.query, graph.copies[static_cast<std::size_t>(copy - graph.copied.begin())]));
  }
  return nearest(std::move(found), query.k);
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
  std::vector<Neighbour> all;
  for (const auto& part : parts)
    for (const Candidate& one : part) all.push_back(neighbour(data, query, one.row));
  return nearest(std::move(all), k);
}

}  // namespace groel::analysis
