// The search graph finds what a search over all rows finds; damaged graphs do no harm.
#include "analysis/hnsw.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/hnsw_check.h"
#include "base/error.h"
#include "base/random.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

// About normal: the sum of four uniform numbers.
float noise(std::uint64_t key, std::uint64_t i) {
  const auto bits = philox(key, i);
  return unit_float(bits[0]) + unit_float(bits[1]) + unit_float(bits[2]) + unit_float(bits[3]) - 2;
}

// Families of 20 around centres of their own.
Vectors clustered(std::int64_t rows, std::int64_t width, std::uint64_t seed = 0) {
  Vectors out{rows, width, {}};
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t c = 0; c < width; ++c) {
      const float centre = noise(7, static_cast<std::uint64_t>((r % (rows / 20)) * width + c));
      out.values.push_back(centre + 0.7F * noise(8 + seed, static_cast<std::uint64_t>(r * width + c)));
    }
  return normalised(std::move(out));
}

UnitRows rows_of(const Vectors& x) { return {x.rows, x.width, x.values.data()}; }

std::set<std::int64_t> rows_in(const std::vector<Neighbour>& found) {
  std::set<std::int64_t> out;
  for (const Neighbour& one : found) out.insert(one.row);
  return out;
}

TEST(Hnsw, AllAreSearchedExactly) {
  for (const std::int64_t width : {3, 16, 37, 640}) {
    const Vectors data = clustered(20000 / width + 40, width);
    const Vectors queries = clustered(40, width, 1);
    for (std::int64_t q = 0; q < queries.rows; ++q) {
      const auto expected = nearest_rows(data, queries.row(q), 10, Metric::cosine);
      const auto found = search_all(rows_of(data), queries.row(q), 10);
      ASSERT_EQ(found.size(), 10U);
      for (std::size_t i = 0; i < 10; ++i) {
        EXPECT_EQ(found[i].row, expected[i].row) << width;
        EXPECT_NEAR(found[i].distance, expected[i].distance, 1e-12);
      }
    }
  }
}

TEST(Hnsw, FindsTheNearest) {
  const Vectors data = clustered(4000, 64);
  const HnswGraph graph = build_hnsw(rows_of(data), {});
  EXPECT_GT(graph.levels.size(), 1U);
  const Vectors queries = clustered(200, 64, 3);
  std::size_t hits = 0;
  for (std::int64_t q = 0; q < queries.rows; ++q) {
    const auto expected = rows_in(search_all(rows_of(data), queries.row(q), 10));
    const auto found = search_hnsw(rows_of(data), view(graph), {.query = queries.row(q)});
    EXPECT_EQ(found.size(), 10U);
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end(),
                               [](const Neighbour& a, const Neighbour& b) { return a.distance < b.distance; }));
    for (const std::int64_t row : rows_in(found)) hits += expected.count(row);
  }
  EXPECT_GE(static_cast<double>(hits) / (200 * 10), 0.95);
}

TEST(Hnsw, EveryRowFindsItself) {
  const Vectors data = clustered(1000, 32);
  const HnswGraph graph = build_hnsw(rows_of(data), {});
  int missed = 0;
  for (std::int64_t r = 0; r < data.rows; ++r) {
    const auto found = search_hnsw(rows_of(data), view(graph), {.query = data.row(r), .k = 1});
    missed += found.at(0).row != r;
    EXPECT_NEAR(found[0].distance, 0, found[0].row == r ? 1e-6 : 1);
  }
  EXPECT_LE(missed, 2);
}

void expect_same(const HnswGraph& a, const HnswGraph& b) {
  EXPECT_EQ(a.entry, b.entry);
  EXPECT_EQ(a.copied, b.copied);
  EXPECT_EQ(a.copies, b.copies);
  ASSERT_EQ(a.levels.size(), b.levels.size());
  for (std::size_t level = 0; level < a.levels.size(); ++level) {
    EXPECT_EQ(a.levels[level].rows, b.levels[level].rows);
    EXPECT_EQ(a.levels[level].links, b.levels[level].links);
  }
}

TEST(Hnsw, AnyNumberOfThreadsBuildsTheSame) {
  const Vectors data = clustered(1500, 16);
  const int threads = num_threads();
  set_num_threads(1);
  const HnswGraph one = build_hnsw(rows_of(data), {});
  expect_same(build_hnsw(rows_of(data), {}), one);
  const HnswGraph other = build_hnsw(rows_of(data), {.seed = 1});
  for (const int n : {2, 3, 7}) {
    set_num_threads(n);
    expect_same(build_hnsw(rows_of(data), {}), one);
  }
  set_num_threads(threads);
  EXPECT_NE(one.levels[1].rows, other.levels[1].rows);
}

TEST(Hnsw, FewRowsAndEqualOnes) {
  const Vectors one = clustered(20, 8);
  const UnitRows single{1, 8, one.values.data()};
  EXPECT_EQ(search_hnsw(single, view(build_hnsw(single, {})), {.query = one.row(3)}).size(), 1U);
  EXPECT_EQ(search_all(single, one.row(3), 10).size(), 1U);
  Vectors same{500, 8, {}};
  for (int i = 0; i < 500; ++i) same.values.insert(same.values.end(), one.row(0).begin(), one.row(0).end());
  const HnswGraph graph = build_hnsw(rows_of(same), {});
  EXPECT_EQ(graph.copies.size(), 499U) << "one of them is in the graph";
  EXPECT_EQ(search_hnsw(rows_of(same), view(graph), {.query = one.row(0), .k = 5}).size(), 5U);
  EXPECT_EQ(search_hnsw(rows_of(same), view(graph), {.query = one.row(0), .k = 1000}).size(), 500U);
  EXPECT_EQ(search_all(rows_of(same), one.row(0), 3).at(2).row, 2) << "equal ones by row";
}

// `crowd` rows around one point, `spread` apart in each of 32 values of about 0.2, then others anywhere.
Vectors crowded(std::int64_t crowd, std::int64_t others, float spread) {
  const Vectors points = clustered(20, 32);
  Vectors out{crowd + others, 32, {}};
  for (std::int64_t r = 0; r < out.rows; ++r)
    for (std::int64_t c = 0; c < 32; ++c) {
      const float own = noise(21, static_cast<std::uint64_t>(r * 32 + c));
      out.values.push_back(r < crowd ? points.row(0)[static_cast<std::size_t>(c)] + spread * own : own);
    }
  return normalised(std::move(out));
}

std::int64_t strangers(const Vectors& data, const HnswGraph& graph, std::int64_t first) {
  std::int64_t missed = 0;
  for (std::int64_t r = first; r < data.rows; ++r)
    missed += search_hnsw(rows_of(data), view(graph), {.query = data.row(r), .k = 1}).at(0).row != r;
  return missed;
}

// Equal, equal but for rounding, and near ones, many more than a search keeps: they hide nothing.
TEST(Hnsw, CrowdsHideNothing) {
  for (const float spread : {0.0F, 1e-6F, 1e-4F, 1e-3F, 1e-2F}) {
    const Vectors data = crowded(3000, 60, spread);
    HnswGraph graph = build_hnsw(rows_of(data), {});
    EXPECT_EQ(mend_hnsw(rows_of(data), graph, 200), 0) << spread;
    EXPECT_EQ(strangers(data, graph, 3000), 0) << spread;
    const HnswQuality quality = measure_hnsw(rows_of(data), view(graph), 200, 0);
    EXPECT_EQ(quality.sampled, 3060) << "all of a small set";
    EXPECT_GE(quality.recall, 0.98) << spread;
    EXPECT_EQ(graph.copies.size(), spread == 0 ? 2999U : graph.copies.size());
    if (spread == 1e-6F) {
      EXPECT_GE(graph.copies.size(), 2900U) << "rounding makes no new rows";
    }
  }
}

TEST(Hnsw, ABadGraphIsMeasuredAsOne) {
  const Vectors data = clustered(1000, 16);
  HnswGraph graph = build_hnsw(rows_of(data), {});
  EXPECT_GE(measure_hnsw(rows_of(data), view(graph), 200, 0).recall, 0.99);
  std::fill(graph.levels[0].links.begin(), graph.levels[0].links.end(), 0);
  EXPECT_LT(measure_hnsw(rows_of(data), view(graph), 200, 0).recall, 0.2);
  EXPECT_EQ(mend_hnsw(rows_of(data), graph, 200), 0) << "every row is linked to anew";
  EXPECT_EQ(strangers(data, graph, 0), 0);
}

TEST(Hnsw, ADamagedGraphIsAnError) {
  const Vectors data = clustered(1000, 16);
  const HnswGraph sound = build_hnsw(rows_of(data), {});
  const auto fails = [&](const auto& damage) {
    HnswGraph graph = sound;
    damage(graph);
    try {
      search_hnsw(rows_of(data), view(graph), {.query = data.row(0)});
    } catch (const Error& error) {
      return error.kind() == ErrorKind::bad_input;
    }
    return false;
  };
  EXPECT_TRUE(fails([](HnswGraph& graph) { graph.entry = 1000; }));
  EXPECT_TRUE(fails([](HnswGraph& graph) { graph.entry = -1; }));
  EXPECT_TRUE(fails([](HnswGraph& graph) { graph.levels[0].links.resize(100); }));
  EXPECT_TRUE(fails([](HnswGraph& graph) { std::fill_n(graph.levels[0].links.begin(), 33000, 40); }));
  EXPECT_TRUE(fails([](HnswGraph& graph) { std::fill_n(graph.levels[0].links.begin(), 33000, -3); }));
  EXPECT_TRUE(fails([](HnswGraph& graph) { graph.levels.back().rows.clear(); }));
  EXPECT_TRUE(fails([](HnswGraph& graph) {
    for (std::size_t i = 0; i < graph.levels[0].links.size(); ++i)
      if (i % 33 != 0) graph.levels[0].links[i] += 1000;
  }));
}

}  // namespace
}  // namespace groel::analysis
