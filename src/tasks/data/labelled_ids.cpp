// Reads long lists of labels and carries them up an ontology.
#include "tasks/data/labelled_ids.h"

#include <algorithm>
#include <unordered_set>

#include "base/interrupt.h"
#include "tasks/data/conditions.h"
#include "tasks/reading/ontology.h"

namespace groel::tasks {
namespace {

using ontology::kNowhere;
using ontology::Place;

void sort_pairs(LabelledIds& list) {
  std::sort(list.pairs.begin(), list.pairs.end());
  const auto end = std::unique(list.pairs.begin(), list.pairs.end());
  list.repeated += list.pairs.end() - end;
  list.pairs.erase(end, list.pairs.end());
}

// The terms that a label of the list stands for: itself, or its nearest terms of a slim.
using Targets = std::vector<std::vector<Place>>;

Targets targets_of(const LabelledIds& list, const LoadedOntology& loaded, const DataOptions& options, Sink& sink) {
  std::vector<std::int64_t> rows(list.terms.size());
  for (const std::uint64_t pair : list.pairs) ++rows[static_cast<std::uint32_t>(pair)];
  TermResolver resolver(loaded.terms, options.ontology.aspect);
  std::optional<ontology::Slim> slim;
  if (!options.slim.empty()) slim.emplace(loaded.hierarchy, slim_of(options.slim, loaded.terms, sink));
  Targets out(list.terms.size());
  std::int64_t beside = 0;
  for (std::uint32_t term = 0; term < out.size(); ++term) {
    const Place place = resolver.place_of(list.terms.name(term), rows[term]);
    if (place == kNowhere) continue;
    out[term] = slim ? slim->nearest(place) : std::vector{place};
    if (out[term].empty()) beside += rows[term];
  }
  resolver.tell("the labels", sink);
  if (beside > 0) sink.note(fmt::format("{} with terms under none of the slim left out", counted(beside, "row")));
  return out;
}

// Terms that no protein gets.
std::vector<bool> stopped_terms(const LoadedOntology& loaded, const DataOptions& options) {
  std::vector<bool> out(loaded.terms.terms().size());
  for (const std::string& id : options.stop_list) {
    const Place place = loaded.terms.resolve(id).place;
    if (place == kNowhere)
      throw Error(ErrorKind::usage, {fmt::format("the ontology has no term '{}'", id), "--stop-list", {}});
    out[place] = true;
  }
  for (Place place = 0; place < out.size(); ++place)
    if (options.no_root && loaded.hierarchy.is_root(place)) out[place] = true;
  return out;
}

}  // namespace

LabelledIds read_labelled_ids(const std::vector<std::string>& paths, const DataOptions& options, Sink& sink) {
  LabelledIds out;
  std::vector<Condition> conditions;
  const std::unordered_set<std::string> stopped(options.stop_list.begin(), options.stop_list.end());
  const bool stops = !stopped.empty() && !options.ontology.ontology;  // else once ancestors are there
  const ListReading how{
      .paths = paths,
      .id_column = options.id_column,
      .term_column = options.term_column,
      .opened = [&](const io::Columns& columns) { conditions = conditions_of(options.where, columns); }};
  out.without = read_lists(
      how,
      [&](const ListRow& row) {
        ++out.rows;
        const bool wanted = std::all_of(conditions.begin(), conditions.end(), [&](const Condition& condition) {
          return condition.column < row.fields.size() && condition.holds(row.fields[condition.column]);
        });
        if (!wanted || (stops && stopped.contains(row.term)))
          ++out.passed_over;
        else
          out.pairs.push_back(std::uint64_t{out.ids.place_of(row.id)} << 32 | out.terms.place_of(row.term));
      },
      sink);
  out.rows += out.without;
  sort_pairs(out);
  return out;
}

void carry_up(LabelledIds& list, const DataOptions& options, Sink& sink) {
  const auto loaded = load_ontology(options.ontology, sink);
  const Targets targets = targets_of(list, *loaded, options, sink);
  const std::vector<bool> stopped = stopped_terms(*loaded, options);
  std::vector<std::uint32_t> numbers(stopped.size(), Names::kMissing);
  Names terms;
  ontology::Propagation propagation(loaded->hierarchy);
  std::vector<std::uint64_t> pairs;
  std::vector<Place> own;
  std::int64_t bare = 0;
  for (std::size_t at = 0; at < list.pairs.size();) {
    if ((at & 0xFFF) == 0) check_interrupted();
    const std::uint64_t id = list.pairs[at] >> 32;
    own.clear();
    for (; at < list.pairs.size() && list.pairs[at] >> 32 == id; ++at) {
      const std::vector<Place>& more = targets[static_cast<std::uint32_t>(list.pairs[at])];
      own.insert(own.end(), more.begin(), more.end());
    }
    if (options.slim.empty()) propagation.close(own);
    const std::size_t before = pairs.size();
    for (const Place place : own) {
      if (stopped[place]) continue;
      if (numbers[place] == Names::kMissing) numbers[place] = terms.place_of(loaded->terms[place].id);
      pairs.push_back(id << 32 | numbers[place]);
    }
    bare += pairs.size() == before ? 1 : 0;
  }
  if (bare > 0) sink.note(fmt::format("{} left without any term", counted(bare, "protein")));
  const std::int64_t repeated = list.repeated;
  list.pairs = std::move(pairs);
  list.terms = std::move(terms);
  sort_pairs(list);
  list.repeated = repeated;  // terms that two labels lead to are no repetition of the list's
}

void check_label_options(const DataOptions& options) {
  if (!(options.max_part > 0 && options.max_part <= 1))
    throw Error(ErrorKind::usage, {"a part is above 0 and at most 1", "--max-part", {}});
  if (options.ontology.ontology) return;
  for (const auto& [given, flag] : {std::pair{!options.ontology.aspect.empty(), "--aspect"},
                                    {!options.slim.empty(), "--slim"},
                                    {options.no_root, "--no-root"},
                                    {options.ontology.across_aspects, "--across-aspects"}})
    if (given) throw Error(ErrorKind::usage, {"of which ontology?", flag, "name it with --ontology"});
}

}  // namespace groel::tasks
