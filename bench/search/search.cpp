// Measures the index of `groel search`: bench_search [ROWS [WIDTH [DEGREE [EF]]]] builds a graph over random
// vectors in families and compares what it finds with an exact search.
#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <set>

#include "analysis/hnsw.h"
#include "base/random.h"
#include "base/threads.h"

namespace {

using namespace groel;
using namespace groel::analysis;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kFamily = 50;  // members on average; the largest have a hundred times as many, many have one
constexpr std::int64_t kFold = 40;    // families
constexpr std::int64_t kQueries = 200;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// Of this process, so that what else the machine does counts for nothing.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// Two normal numbers per call.
void add_normals(float* out, std::int64_t width, std::uint64_t key, double scale) {
  for (std::int64_t i = 0; i < width; i += 4) {
    const auto bits = philox(key, static_cast<std::uint64_t>(i));
    for (std::int64_t j = 0; j < std::min<std::int64_t>(4, width - i); ++j) {
      const double u = 1 - unit_double(bits[static_cast<std::size_t>(j / 2 * 2)]);
      const double angle = 2 * M_PI * unit_double(bits[static_cast<std::size_t>(j / 2 * 2 + 1)]);
      out[i + j] +=
          static_cast<float>(scale * std::sqrt(-2 * std::log(u)) * (j % 2 == 0 ? std::cos(angle) : std::sin(angle)));
    }
  }
}

// A fold's centre, in it a family's, in it the member's own noise.
void fill_row(float* out, std::int64_t width, std::int64_t family, std::uint64_t own) {
  std::fill_n(out, width, 0.0F);
  add_normals(out, width, derive_key(1, 1, static_cast<std::uint64_t>(family / kFold)), 1);
  add_normals(out, width, derive_key(1, 2, static_cast<std::uint64_t>(family)), 0.7);
  add_normals(out, width, derive_key(1, 3, own), 0.5);
}

Vectors make(std::int64_t rows, std::int64_t width, std::int64_t families, std::uint64_t first) {
  Vectors out{rows, width, std::vector<float>(static_cast<std::size_t>(rows * width))};
  parallel_for(rows, [&](std::int64_t r) {
    const auto own = first + static_cast<std::uint64_t>(r);
    const double u = unit_double(philox(9, own)[0]);
    const auto family = static_cast<std::int64_t>(u * u * static_cast<double>(families));
    float* row = out.values.data() + r * width;
    fill_row(row, width, family, own);
    const float length = static_cast<float>(std::sqrt(dot(out.row(r), out.row(r))));
    for (std::int64_t c = 0; c < width; ++c) row[c] /= length;
  });
  return out;
}

double peak_gigabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / (1 << 20);
}

struct Truth {
  std::vector<std::set<std::int64_t>> rows;
  double milliseconds;  // per query
};

Truth exact(const UnitRows& data, const Vectors& queries) {
  Truth out;
  const auto begin = Clock::now();
  for (std::int64_t q = 0; q < queries.rows; ++q) {
    auto& rows = out.rows.emplace_back();
    for (const Neighbour& one : search_all(data, queries.row(q), 10)) rows.insert(one.row);
  }
  out.milliseconds = seconds_since(begin) * 1e3 / static_cast<double>(queries.rows);
  return out;
}

void report(const UnitRows& data, const HnswView& graph, const Vectors& queries, const Truth& truth) {
  for (const std::int64_t ef : {50, 100, 200, 400, 800}) {
    std::size_t hits = 0;
    const auto begin = Clock::now();
    const double cpu = cpu_seconds();
    for (std::int64_t q = 0; q < queries.rows; ++q)
      for (const Neighbour& one : search_hnsw(data, graph, {queries.row(q), 10, ef}))
        hits += truth.rows[static_cast<std::size_t>(q)].count(one.row);
    const double per_query = 1e3 / static_cast<double>(queries.rows);
    fmt::print("ef {:4}: {:.3f} ms per query ({:.3f} of the processor), recall@10 {:.4f}\n", ef,
               seconds_since(begin) * per_query, (cpu_seconds() - cpu) * per_query,
               static_cast<double>(hits) / static_cast<double>(10 * queries.rows));
  }
}

std::int64_t argument(int count, char** words, int i, std::int64_t otherwise) {
  return i < count ? std::atoll(words[i]) : otherwise;
}

}  // namespace

int main(int count, char** words) {
  const std::int64_t rows = argument(count, words, 1, 200'000);
  const std::int64_t width = argument(count, words, 2, 640);
  const std::int64_t families = std::max<std::int64_t>(rows / kFamily, 1);
  auto begin = Clock::now();
  const Vectors data = make(rows, width, families, 0);
  const Vectors queries = make(kQueries, width, families, std::uint64_t{1} << 40);
  const UnitRows unit{rows, width, data.values.data()};
  fmt::print("{} rows of {}, {} threads: made in {:.1f} s, {:.2f} GB\n", rows, width, num_threads(),
             seconds_since(begin), peak_gigabytes());
  begin = Clock::now();
  HnswOptions options;
  options.degree = argument(count, words, 3, options.degree);
  options.ef = argument(count, words, 4, options.ef);
  const double cpu = cpu_seconds();
  const HnswGraph graph = build_hnsw(unit, options);
  fmt::print("graph of degree {}, ef {}: built in {:.1f} s ({:.1f} of the processor), peak memory {:.2f} GB\n",
             options.degree, options.ef, seconds_since(begin), cpu_seconds() - cpu, peak_gigabytes());
  std::fflush(stdout);
  const Truth truth = exact(unit, queries);
  fmt::print("exact: {:.1f} ms per query\n", truth.milliseconds);
  report(unit, view(graph), queries, truth);
}
