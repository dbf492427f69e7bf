// Searches through the graph, or over all vectors where the graph finds too few.
#include "tasks/search/searching.h"

#include <algorithm>
#include <chrono>

#include "base/interrupt.h"
#include "base/text_file.h"
#include "base/threads.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/input.h"
#include "tasks/reading/outputs.h"
#include "tasks/search/answers.h"
#include "tasks/search/queries.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

std::vector<Answer> answer_all(const std::vector<SearchQuery>& queries, Searcher& search,
                               const Annotations* annotations) {
  std::vector<Answer> out(queries.size());
  parallel_for(static_cast<std::int64_t>(queries.size()), [&](std::int64_t i) {
    check_interrupted();
    const SearchQuery& query = queries[static_cast<std::size_t>(i)];
    Answer& answer = out[static_cast<std::size_t>(i)];
    answer = {query.id, {}, {}, query.error};
    if (query.error) return;
    answer.hits = search.run(query);
    if (annotations != nullptr) answer.labels = annotations->transfer(answer.hits);
  });
  return out;
}

void write(const std::vector<Answer>& answers, const Annotations* annotations, const SearchOptions& options,
           ordered_json about, Context& context) {
  const bool to_file = options.to_file();
  const auto json = [&] {
    about["queries"] = answers_json(answers, annotations);
    return about;
  };
  if (to_file) write_table(options, {[&] { return answers_csv(answers, annotations); }, json});
  if (options.json) {
    context.out << json().dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  } else if (options.output && !to_file) {
    context.out << answers_csv(answers, annotations);
  } else if (!to_file) {
    context.out << answers_text(answers, annotations);
  }
}

void tell(const Searcher& search, const IndexSet& index, const SearchOptions& options, Sink& sink) {
  const std::int64_t rows = index.rows();
  if (options.neighbours > rows)
    sink.note(fmt::format("-k {} is more than the {} vectors of the index: all are listed", options.neighbours, rows));
  if (search.fallbacks() > 0)
    sink.note(fmt::format("{} found fewer than -k for {} {}, so all vectors were compared",
                          index.method() == "faiss" ? "codes" : "the graph", search.fallbacks(),
                          search.fallbacks() == 1 ? "query" : "queries"));
  if (const auto quality = index.quality();
      quality && !search.exact() && (quality->recall < kLeastRecall || quality->lost > 0))
    sink.note(quality_text(*quality, index.method() == "faiss" ? "a search by codes" : "the graph") +
              "; --exact finds all");
}

}  // namespace

int query_index(const std::string& path, const SearchOptions& options, Context& context) {
  check_output_format(options.output.value_or(""), table_extensions(), context.sink);
  check_table_output(options);
  const IndexSet index = IndexSet::open(path);
  if (const std::string alone = index.alone(); !alone.empty()) context.sink.warning(alone);
  Searcher search(index, {options.neighbours, options.ef, options.exact, options.probes});
  std::optional<Annotations> annotations;
  if (options.annotations) annotations.emplace(options, context.sink);
  const Annotations* labels = annotations ? &*annotations : nullptr;
  const std::vector<SearchQuery> queries = read_queries(options, index, context.sink);
  const auto begin = Clock::now();
  const std::vector<Answer> answers = answer_all(queries, search, labels);
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  tell(search, index, options, context.sink);
  Failures failures(context.sink);
  for (const Answer& answer : answers)
    if (answer.error) failures.add(answer.id, *answer.error);
  ordered_json about{{"index", path},
                     {"vectors", index.rows()},
                     {"column", index.about().column},
                     {"model", index.about().model()},
                     {"method", search.exact() ? "exact" : index.method()}};
  if (index.parts().size() > 1) about["shards"] = index.parts().size();
  if (index.quality() && !search.exact()) about.update(quality_json(*index.quality()));
  about.update({{"answered_exactly", search.exact() ? static_cast<std::int64_t>(queries.size()) : search.fallbacks()},
                {"k", search.k()},
                {"search_seconds", seconds}});
  write(answers, labels, options, std::move(about), context);
  return failures.exit_status();
}

}  // namespace groel::tasks
