// Searches through graphs and codes, or over all vectors where they find too few.
#include "tasks/search/searcher.h"

#include <algorithm>

#include "base/error.h"

namespace groel::tasks {
namespace {

void require_positive(std::int64_t value, const char* field) {
  if (value < 1) throw Error(ErrorKind::usage, {fmt::format("{} is not at least 1", value), field, {}});
}

}  // namespace

Searcher::Searcher(const IndexSet& index, const SearcherSettings& settings) : index_(index), probes_(settings.probes) {
  require_positive(settings.neighbours, "`neighbours`");
  require_positive(settings.ef, "`ef`");
  if (probes_) require_positive(*probes_, "`probes`");
  k_ = std::min(settings.neighbours, index.rows());
  ef_ = std::min(settings.ef, index.rows());
  exact_ = settings.exact || index.method() == "exact";
  for (const SearchIndex& part : index.parts())
    quantised_.push_back(!exact_ && part.codes() ? part.open_codes() : nullptr);
}

std::vector<Hit> Searcher::run(const SearchQuery& query) {
  std::vector<analysis::Neighbour> found;
  for (std::size_t part = 0; part < index_.parts().size(); ++part) {
    const std::int64_t rows = index_.parts()[part].vectors().rows;
    for (analysis::Neighbour one : nearest_in(part, query.vector, std::min(k_ + (query.self >= 0 ? 1 : 0), rows))) {
      one.row += index_.first_row(part);
      found.push_back(one);
    }
  }
  std::sort(found.begin(), found.end(), analysis::nearer);
  std::vector<Hit> out;
  for (const analysis::Neighbour& one : found)
    if (one.row != query.self && static_cast<std::int64_t>(out.size()) < k_)
      out.push_back({index_.id(one.row), 1 - one.distance});
  return out;
}

std::vector<analysis::Neighbour> Searcher::nearest_in(std::size_t at, std::span<const float> query,
                                                      std::int64_t wanted) {
  const SearchIndex& part = index_.parts()[at];
  if (!exact_ && (part.has_graph() || quantised_[at] != nullptr)) {
    auto found =
        quantised_[at] != nullptr
            ? analysis::search_quantised(part.vectors(), *quantised_[at],
                                         {query, wanted, std::max(ef_, wanted), probes_.value_or(part.codes()->probes)})
            : analysis::search_hnsw(part.vectors(), part.graph(), {query, wanted, ef_});
    if (static_cast<std::int64_t>(found.size()) == wanted) return found;
    ++fallbacks_;
  }
  return analysis::search_all(part.vectors(), query, wanted);
}

}  // namespace groel::tasks
