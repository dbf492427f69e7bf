// Checks a search graph by searching for its own rows.
#include "analysis/hnsw_check.h"

#include <deque>

#include "analysis/hnsw_links.h"
#include "base/interrupt.h"
#include "base/random.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

using Row = std::int32_t;

constexpr std::int64_t kNearest = 10;
constexpr std::int64_t kFewest = 100;              // rows sampled of the largest sets
constexpr std::int64_t kComparisons = 10'000'000;  // with which samples of smaller sets are measured, or all
constexpr std::size_t kScreening = 16;             // an ef that nearly every row is found with

// The nearest of what is found when a row is searched for.
Candidate nearest_found(const UnitRows& data, const HnswView& graph, Row row, std::size_t ef) {
  return Walk(data, graph, data.row(row)).run(ef).front();
}

bool is_found(const Candidate& nearest) { return nearest.distance <= kEqualRows - 1; }

std::vector<Row> distinct_rows(const UnitRows& data, const HnswGraph& graph) {
  std::vector<bool> copy(static_cast<std::size_t>(data.rows), false);
  for (const Row row : graph.copies) copy[static_cast<std::size_t>(row)] = true;
  std::vector<Row> out;
  for (Row row = 0; row < static_cast<Row>(data.rows); ++row)
    if (!copy[static_cast<std::size_t>(row)]) out.push_back(row);
  return out;
}

std::vector<Row> lost_rows(const UnitRows& data, const HnswView& graph, const std::vector<Row>& rows, std::size_t ef) {
  std::vector<char> lost(rows.size());
  parallel_for(static_cast<std::int64_t>(rows.size()), [&](std::int64_t i) {
    check_interrupted();
    const Row row = rows[static_cast<std::size_t>(i)];
    lost[static_cast<std::size_t>(i)] =
        !is_found(nearest_found(data, graph, row, kScreening)) && !is_found(nearest_found(data, graph, row, ef));
  });
  std::vector<Row> out;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (lost[i] != 0) out.push_back(rows[i]);
  return out;
}

// The part of the nearest of one row that is found; equally near ones are as good.
double part_found(const UnitRows& data, const HnswView& graph, std::int64_t row, std::int64_t ef) {
  const auto expected = search_all(data, data.row(row), kNearest);
  std::size_t found = 0;
  for (const Neighbour& one : search_hnsw(data, graph, {data.row(row), kNearest, ef}))
    found += one.distance <= expected.back().distance ? 1 : 0;
  return static_cast<double>(std::min(found, expected.size())) / static_cast<double>(expected.size());
}

}  // namespace

std::int64_t mend_hnsw(const UnitRows& data, HnswGraph& graph, std::int64_t ef) {
  const HnswView seen = view(graph);
  const std::vector<Row> rows = distinct_rows(data, graph);
  const auto search_ef = static_cast<std::size_t>(ef);
  const std::vector<Row> lost = lost_rows(data, seen, rows, search_ef);
  const std::size_t most = std::max<std::size_t>(2000, rows.size() / 50);  // one after the other, at a search each
  if (lost.empty() || lost.size() > most) return static_cast<std::int64_t>(lost.size());
  std::deque<Row> open(lost.begin(), lost.end());
  for (std::size_t left = 4 * lost.size(); left > 0 && !open.empty(); --left) {
    check_interrupted();
    const Row row = open.front();
    open.pop_front();
    const Candidate nearest = nearest_found(data, seen, row, search_ef);
    if (is_found(nearest)) continue;
    const Row gone = force_link(data, graph, nearest.row, row);
    if (gone >= 0) open.push_back(gone);
  }
  return static_cast<std::int64_t>(lost_rows(data, seen, {open.begin(), open.end()}, search_ef).size());
}

HnswQuality measure_hnsw(const UnitRows& data, const HnswView& graph, std::int64_t ef, std::int64_t lost) {
  const std::int64_t sampled = std::min(data.rows, std::max(kFewest, kComparisons / data.rows));
  std::vector<double> parts(static_cast<std::size_t>(sampled));
  parallel_for(sampled, [&](std::int64_t i) {
    check_interrupted();
    const auto draw = philox(derive_key(0, 2), static_cast<std::uint64_t>(i))[0];
    const std::int64_t row = sampled == data.rows ? i : index_below(draw, static_cast<std::uint32_t>(data.rows));
    parts[static_cast<std::size_t>(i)] = part_found(data, graph, row, ef);
  });
  double sum = 0;
  for (const double part : parts) sum += part;
  return {sum / static_cast<double>(sampled), sampled, lost};
}

}  // namespace groel::analysis
