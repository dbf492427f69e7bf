// /search: the nearest proteins of an index, as `groel search query` finds them.
#include <algorithm>

#include "base/error.h"
#include "base/threads.h"
#include "tasks/search/answers.h"
#include "tasks/serve/routes.h"
#include "tasks/serve/served_index.h"

namespace groel::tasks {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

// Messages about a query by id that names several.
class SearchNotes final : public Sink {
 public:
  void note(std::string_view text) override { all.emplace_back(text); }
  void warning(std::string_view text) override { all.emplace_back(text); }
  std::vector<std::string> all;
};

void count_inputs(Call& call, std::size_t count, const char* field) {
  call.inputs = static_cast<std::int64_t>(count);
  if (count == 0) throw Error(ErrorKind::usage, {"there is nothing in it", fmt::format("`{}`", field), {}});
  if (call.inputs > call.served.most_inputs)
    throw Error(ErrorKind::memory,
                {fmt::format("{} of them, and {} are taken at a time", count, call.served.most_inputs),
                 fmt::format("`{}`", field), "send them in several requests"});
}

std::vector<SearchQuery> by_sequences(Call& call, const ServedIndex& served) {
  if (!served.column)
    throw Error(ErrorKind::usage,
                {"this server has no model for sequences", "`sequences`", "ask by `ids` or `embeddings`"});
  const std::vector<std::string> texts = call.texts("sequences");
  std::vector<bio::Encoded> encoded;
  for (std::size_t i = 0; i < texts.size(); ++i) encoded.push_back(call.encode(texts[i], i));
  std::vector<SearchQuery> out;
  for (const engine::OutputValues& one :
       call.outputs(std::move(encoded), {{served.column->layer}, {served.column->output}})) {
    out.push_back({std::to_string(out.size()), {}, -1, {}});
    set_vector(out.back(), one.of(served.column->output).values<float>());
  }
  return out;
}

std::vector<SearchQuery> by_ids(Call& call, const ServedIndex& served, SearchNotes& notes) {
  std::vector<SearchQuery> out;
  for (const std::string& id : call.texts("ids")) {
    try {
      out.push_back(query_by_id(id, served.index, notes));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::not_found) throw;
      out.push_back({id, {}, -1, Error(error.kind(), {error.parts().what, {}, error.parts().remedy})});
    }
  }
  return out;
}

std::vector<SearchQuery> by_embeddings(Call& call, const ServedIndex& served) {
  const json& rows = call.body["embeddings"];
  const auto refuse = [](const std::string& what) { throw Error(ErrorKind::usage, {what, "`embeddings`", {}}); };
  if (!rows.is_array()) refuse("it is a list of vectors");
  count_inputs(call, rows.size(), "embeddings");
  std::vector<SearchQuery> out;
  for (const json& row : rows) {
    if (!row.is_array() || !std::ranges::all_of(row, [](const json& x) { return x.is_number(); }))
      refuse("each is a list of numbers");
    if (static_cast<std::int64_t>(row.size()) != served.index.width())
      refuse(fmt::format("a vector of {} numbers, where those of the index have {}", row.size(), served.index.width()));
    out.push_back({std::to_string(out.size()), {}, -1, {}});
    set_vector(out.back(), row.get<std::vector<float>>());
  }
  return out;
}

std::vector<SearchQuery> queries_of(Call& call, const ServedIndex& served, SearchNotes& notes) {
  const auto given = [&](const char* field) { return call.body.contains(field); };
  if (int{given("sequences")} + int{given("ids")} + int{given("embeddings")} != 1)
    throw Error(ErrorKind::usage,
                {"one kind of query is asked at a time", "`sequences`", "give sequences, ids or embeddings"});
  if (given("sequences")) return by_sequences(call, served);
  return given("ids") ? by_ids(call, served, notes) : by_embeddings(call, served);
}

server::ServerReply search(Call& call) {
  call.only({"sequences", "ids", "embeddings", "neighbours", "ef", "probes", "exact"});
  const ServedIndex& served = *call.served.index;
  constexpr std::int64_t kMost = 10'000;
  SearcherSettings settings{
      call.integer("neighbours", 10, 1, kMost), call.integer("ef", kSearchEf, 1, kMost), call.flag("exact", false), {}};
  if (call.body.contains("probes")) settings.probes = call.integer("probes", 1, 1, 1 << 20);
  SearchNotes notes;
  const std::vector<SearchQuery> queries = queries_of(call, served, notes);
  const Annotations* const labels = served.annotations ? &*served.annotations : nullptr;
  Searcher searcher(served.index, settings);
  std::vector<Answer> answers(queries.size());
  call.compute(std::ssize(queries), [&] {
    parallel_for(std::ssize(queries), [&](std::int64_t i) {
      const SearchQuery& query = queries[static_cast<std::size_t>(i)];
      Answer& answer = answers[static_cast<std::size_t>(i)];
      answer = {query.id, {}, {}, query.error};
      if (query.error) return;
      answer.hits = searcher.run(query);
      if (labels != nullptr) answer.labels = labels->transfer(answer.hits);
    });
  });
  ordered_json out{{"index", served.name},
                   {"vectors", served.index.rows()},
                   {"column", served.index.about().column},
                   {"model", served.index.about().model()},
                   {"method", searcher.exact() ? "exact" : served.index.method()},
                   {"k", searcher.k()},
                   {"queries", answers_json(answers, labels)}};
  if (const auto quality = served.index.quality(); quality && !searcher.exact()) out.update(quality_json(*quality));
  if (!notes.all.empty()) out["notes"] = notes.all;
  return json_reply(out);
}

bool has_index(const Served& served) { return served.index != nullptr; }

}  // namespace

std::vector<Route> search_routes() {
  const auto option = [](const char* name) { return option_field("search", name); };
  return {{"POST",
           "/search",
           "The nearest proteins of the index, to sequences, proteins of the index, or vectors",
           {{"sequences", {{"description", "A sequence, or a list of sequences, which the model embeds"}}},
            {"ids", option("ids")},
            {"embeddings", {{"type", "array"}, {"description", "Vectors as the index has them, [n][width]"}}},
            {"neighbours", option("neighbours")},
            {"ef", option("ef")},
            {"probes", option("probes")},
            {"exact", field("boolean", "Compare with all vectors")}},
           ErrorForm::own,
           search,
           false,
           nullptr,
           has_index}};
}

}  // namespace groel::tasks
