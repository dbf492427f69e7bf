// Builds the graph of an index; where it is not good enough, once more with twice the neighbours, or none.
#include "tasks/search/graph.h"

#include <fmt/format.h>

#include <chrono>

namespace groel::tasks {
namespace {

using Clock = std::chrono::steady_clock;

std::function<void(std::int64_t)> told_to(Sink& sink, std::int64_t rows) {
  return [&sink, rows, begin = Clock::now()](std::int64_t done) {
    sink.progress({.phase = "indexing",
                   .done = done,
                   .total = rows,
                   .seconds = std::chrono::duration<double>(Clock::now() - begin).count(),
                   .unit = "vectors"});
  };
}

IndexGraph build(const analysis::UnitRows& vectors, analysis::HnswOptions options, Sink& sink) {
  options.progress = told_to(sink, vectors.rows);
  IndexGraph out{analysis::build_hnsw(vectors, options), {}};
  sink.progress_done();
  const std::int64_t lost = analysis::mend_hnsw(vectors, *out.graph, kSearchEf);
  out.quality = analysis::measure_hnsw(vectors, view(*out.graph), kSearchEf, lost);
  return out;
}

bool is_good(const IndexGraph& made, std::int64_t rows) {
  return made.quality.recall >= kLeastRecall && made.quality.lost * 1000 <= rows;
}

std::string described(const analysis::HnswQuality& quality) {
  return fmt::format("the graph finds {:.1f} % of the ten nearest, and {} vectors do not find themselves",
                     100 * quality.recall, quality.lost);
}

}  // namespace

IndexGraph make_codes(const analysis::UnitRows& vectors, analysis::QuantisedOptions options, Sink& sink) {
  options.progress = told_to(sink, vectors.rows);
  const analysis::QuantisedShape shape = analysis::quantised_shape(vectors.rows, vectors.width, options);
  const auto index = analysis::build_quantised(vectors, options);
  sink.progress_done();
  const analysis::QuantisedQuality found = analysis::measure_quantised(vectors, *index, kSearchEf, kLeastRecall);
  if (found.recall < kLeastRecall)
    sink.warning(
        fmt::format("codes of {} bytes find {:.1f} % of the ten nearest, whatever is looked at: more bytes, or "
                    "more candidates (--ef), find more",
                    shape.code_bytes, 100 * found.recall));
  return {
      {}, {found.recall, found.sampled, 0}, IndexCodes{index->bytes(), shape.lists, shape.code_bytes, found.probes}};
}

IndexGraph make_graph(const analysis::UnitRows& vectors, Sink& sink) {
  if (vectors.rows <= kMostWithoutGraph) return {};
  IndexGraph made = build(vectors, {}, sink);
  if (is_good(made, vectors.rows)) return made;
  sink.warning(described(made.quality) + ": it is built again with twice the neighbours, which takes longer");
  made = build(vectors, {.degree = 32, .ef = 400}, sink);
  if (is_good(made, vectors.rows)) return made;
  sink.warning(described(made.quality) +
               ": these vectors do not suit one. The index has none, and every query is compared with all of them");
  return {};
}

}  // namespace groel::tasks
