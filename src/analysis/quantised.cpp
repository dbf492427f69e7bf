// Loads the part with FAISS, and compares what it finds with the vectors themselves.
#include "analysis/quantised.h"

#include <algorithm>
#include <cmath>

#include "analysis/quantised_module.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/loaded_part.h"
#include "base/random.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

constexpr std::int64_t kLeastOfList = 39;  // rows that a centre is learned from, at least: as FAISS advises
constexpr std::int64_t kUsualOfList = 64;  // and as many as are taken of large sets
constexpr std::int64_t kMostCodeBytes = 64;
constexpr std::int64_t kCentresOfCode = 256;

const QuantisedModule* quantised_module() {
  static const QuantisedModule* const found = [] {
    const auto entry = reinterpret_cast<const QuantisedModule* (*)()>(loaded_part("groel-faiss.so", kQuantisedEntry));
    return entry != nullptr && entry()->version == kQuantisedModule ? entry() : nullptr;
  }();
  return found;
}

const QuantisedModule& required_module() {
  if (const QuantisedModule* const module = quantised_module()) return *module;
  throw Error(ErrorKind::unsupported, {"this program was built without FAISS, or does not find it",
                                       {},
                                       "install libfaiss-dev and build again (./run does both)"});
}

// Of the nearest ten of one row, the part that is found; equally near ones are as good.
double share_found(const UnitRows& data, const QuantisedIndex& index, std::int64_t row, std::int64_t candidates,
                   std::int64_t probes, const std::vector<Neighbour>& expected) {
  std::size_t found = 0;
  for (const Neighbour& one : search_quantised(data, index, {data.row(row), 10, candidates, probes}))
    found += one.distance <= expected.back().distance ? 1 : 0;
  return static_cast<double>(std::min(found, expected.size())) / static_cast<double>(expected.size());
}

}  // namespace

bool has_quantised() { return quantised_module() != nullptr; }

QuantisedShape quantised_shape(std::int64_t rows, std::int64_t width, const QuantisedOptions& options) {
  QuantisedShape out{options.lists, options.code_bytes, 0};
  const std::int64_t most_lists = std::max<std::int64_t>(1, rows / kLeastOfList);
  if (out.lists == 0)
    out.lists = std::clamp<std::int64_t>(std::llround(4 * std::sqrt(static_cast<double>(rows))), 1, most_lists);
  if (out.code_bytes == 0)
    for (std::int64_t bytes = 1; bytes <= std::min(kMostCodeBytes, width); ++bytes)
      if (width % bytes == 0) out.code_bytes = bytes;
  if (out.code_bytes < 1 || width % out.code_bytes != 0)
    throw Error(ErrorKind::usage, {fmt::format("{} bytes do not divide the width {}", out.code_bytes, width),
                                   "`code_bytes`", "each byte stands for as many numbers"});
  if (out.lists < 1 || out.lists > most_lists || rows < kCentresOfCode)
    throw Error(ErrorKind::usage, {fmt::format("{} lists of {} vectors: a list needs {} of them, and codes {} in all",
                                               out.lists, rows, kLeastOfList, kCentresOfCode),
                                   "`lists`", "fewer lists; or no FAISS, which is for millions"});
  out.learned_from = std::min(rows, std::max(out.lists * kUsualOfList, kCentresOfCode * kUsualOfList));
  return out;
}

std::unique_ptr<QuantisedIndex> build_quantised(const UnitRows& data, const QuantisedOptions& options) {
  const QuantisedModule& module = required_module();
  QuantisedOptions with = options;
  with.progress = [&](std::int64_t rows) {
    check_interrupted();
    options.progress(rows);
  };
  return module.build(data, quantised_shape(data.rows, data.width, options), with, num_threads());
}

std::unique_ptr<QuantisedIndex> open_quantised(std::span<const std::byte> bytes) {
  auto out = required_module().open(bytes);
  if (out == nullptr)
    throw Error(ErrorKind::bad_input, {"the index is damaged: FAISS does not read its codes", {}, "make it again"});
  return out;
}

std::vector<Neighbour> search_quantised(const UnitRows& data, const QuantisedIndex& index,
                                        const QuantisedQuery& query) {
  std::vector<Neighbour> found;
  for (const std::int64_t row : index.candidates(query.query, query.candidates, query.probes)) {
    if (row < 0 || row >= data.rows)
      throw Error(ErrorKind::bad_input, {"the codes of the index are damaged", {}, "make it again"});
    found.push_back({row, std::max(0.0, 1 - dot(query.query, data.row(row)))});
  }
  std::sort(found.begin(), found.end(), nearer);
  if (static_cast<std::int64_t>(found.size()) > query.k) found.resize(static_cast<std::size_t>(query.k));
  return found;
}

QuantisedQuality measure_quantised(const UnitRows& data, const QuantisedIndex& index, std::int64_t candidates,
                                   double wanted) {
  constexpr std::int64_t kSample = 100;
  const std::int64_t sampled = std::min(data.rows, kSample);
  std::vector<std::int64_t> rows;
  std::vector<std::vector<Neighbour>> expected;
  for (std::int64_t i = 0; i < sampled; ++i) {
    check_interrupted();
    const auto draw = philox(derive_key(0, 3), static_cast<std::uint64_t>(i))[0];
    rows.push_back(sampled == data.rows ? i : index_below(draw, static_cast<std::uint32_t>(data.rows)));
    expected.push_back(search_all(data, data.row(rows.back()), 10));
  }
  QuantisedQuality out{0, sampled, 1};
  for (std::int64_t probes = 4;; probes *= 2) {
    out.probes = std::min(probes, index.lists());
    std::vector<double> shares(rows.size());
    parallel_for(sampled, [&](std::int64_t i) {
      check_interrupted();
      const auto at = static_cast<std::size_t>(i);
      shares[at] = share_found(data, index, rows[at], candidates, out.probes, expected[at]);
    });
    out.recall = 0;
    for (const double share : shares) out.recall += share / static_cast<double>(sampled);
    if (out.recall >= wanted || out.probes == index.lists()) return out;
  }
}

}  // namespace groel::analysis
