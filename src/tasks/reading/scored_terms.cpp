// Reads long lists of terms into memory, sorted by protein.
#include "tasks/reading/scored_terms.h"

#include <algorithm>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/words.h"
#include "io/numbers.h"

namespace groel::tasks {
namespace {

double score_of(const ListRow& row) {
  const auto score = io::parse_number(*row.score);
  if (score && *score >= 0 && *score <= 1) return *score;
  throw Error(ErrorKind::bad_input, {fmt::format("'{}' is no score from 0 to 1", *row.score), row.where(),
                                     "CAFA's files hold protein, term and a score above 0 and at most 1"});
}

}  // namespace

ScoredTerms read_scored_terms(const ListReading& how, TermResolver& resolver, Sink& sink, const Names* wanted) {
  ScoredTerms out;
  const std::int64_t without = read_lists(
      how,
      [&](const ListRow& row) {
        ++out.rows;
        const std::uint32_t id = wanted != nullptr ? wanted->find(row.id) : out.ids.place_of(row.id);
        if (id == Names::kMissing) {
          ++out.elsewhere;
          return;
        }
        if (row.score != nullptr) out.scored = true;
        const double score = row.score != nullptr ? score_of(row) : 1;
        const ontology::Place place = resolver.place_of(row.term);
        if (place != ontology::kNowhere) out.rows_of_terms.push_back({id, place, score});
      },
      sink);
  if (without > 0) sink.note(fmt::format("{} without an id or a term left out", counted(without, "row")));
  std::sort(out.rows_of_terms.begin(), out.rows_of_terms.end(),
            [](const ScoredTerms::Row& a, const ScoredTerms::Row& b) {
              return a.id != b.id ? a.id < b.id : a.term < b.term;
            });
  return out;
}

void ScoredTerms::for_each(
    const std::function<void(std::uint32_t id, std::vector<ontology::ScoredTerm>& terms)>& visit) const {
  std::vector<ontology::ScoredTerm> terms;
  for (std::size_t at = 0; at < rows_of_terms.size();) {
    const std::uint32_t id = rows_of_terms[at].id;
    terms.clear();
    for (; at < rows_of_terms.size() && rows_of_terms[at].id == id; ++at)
      terms.push_back({rows_of_terms[at].term, rows_of_terms[at].score});
    if ((id & 0xFFF) == 0) check_interrupted();
    visit(id, terms);
  }
}

}  // namespace groel::tasks
