// groel search: finds the nearest proteins by their embeddings, in an index file.
#include <algorithm>

#include "tasks/reading/csv_text.h"
#include "tasks/reading/input.h"
#include "tasks/search/index_set.h"
#include "tasks/search/indexing.h"
#include "tasks/search/labels.h"
#include "tasks/search/options.h"
#include "tasks/search/searching.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

// What an index says of itself.
int describe_index(const std::string& path, const SearchOptions& options, Context& context) {
  const IndexSet index = IndexSet::open(path);
  if (const std::string alone = index.alone(); !alone.empty()) context.sink.warning(alone);
  ordered_json about{{"index", path},
                     {"vectors", index.rows()},
                     {"width", index.width()},
                     {"column", index.about().column},
                     {"model", index.about().model()},
                     {"source", index.about().source},
                     {"graph", index.method() == "hnsw"}};
  if (index.parts().size() > 1) about["shards"] = index.parts().size();
  if (index.method() == "hnsw") {
    std::size_t copies = 0;
    for (const SearchIndex& part : index.parts()) copies += part.graph().copies.size();
    about["copies"] = copies;
  }
  if (const auto& codes = index.parts().front().codes())
    about.update(
        {{"engine", "faiss"}, {"lists", codes->lists}, {"code_bytes", codes->code_bytes}, {"probes", codes->probes}});
  if (index.quality()) about.update(quality_json(*index.quality()));
  if (options.json) {
    context.out << about.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    return 0;
  }
  for (const auto& [name, value] : about.items())
    context.out << fmt::format("{:<14} {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
  return 0;
}

struct Way {
  std::string name;
  int (*run)(const std::string& file, const SearchOptions& options, Context& context);
};

const Way kWays[] = {{"index", make_index}, {"query", query_index}, {"info", describe_index}};

int run(const SearchOptions& options, Context& context) {
  const std::vector<std::string>& words = options.input;
  const std::string verb = words.empty() ? "" : words[0];
  const auto known = std::find_if(std::begin(kWays), std::end(kWays), [&](const Way& w) { return w.name == verb; });
  if (known == std::end(kWays))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is neither 'index' nor 'query' nor 'info'", verb), "search",
                                   "groel search index EMBEDDINGS -o FILE, then groel search query FILE"});
  if (words.size() != 2)
    throw Error(ErrorKind::usage,
                {fmt::format("`search {}` takes one file, not {}", verb, words.size() - 1), verb, {}});
  return known->run(words[1], options, context);
}

// Ranks embed queries; what is in an index or a file of vectors one process reads.
bool embeds_queries(const SearchOptions& options) { return options.sequences.has_value(); }

}  // namespace

Task search_task() {
  return {.name = "search",
          .summary = "Find the proteins with the nearest embeddings, and carry their labels over",
          .description =
              "`search index` makes one file of an embedding file: its vectors, ids, and a graph of near ones (HNSW). "
              "`search query` ranks by cosine similarity what is nearest to proteins of the index, to those of another "
              "embedding file, or to sequences, and finds nearly all of it in milliseconds; --exact looks at every "
              "vector. With a table of labels each query gets the labels of its neighbours, weighted by similarity.",
          .examples = {{"groel embed examples/proteins.fasta -o proteins.h5 && groel search index "
                        "proteins.h5 -o proteins.index && groel search query proteins.index --ids P69905 -k 3",
                        "the three proteins nearest to haemoglobin alpha"},
                       {"groel embed examples/proteins.fasta -o proteins.h5 && groel search index "
                        "proteins.h5 -o proteins.index && groel search query proteins.index --sequences "
                        "examples/proteins.fasta -m groel-5m -k 3 --exact --json",
                        "those nearest to each sequence of a file, all compared, as JSON"},
                       {"groel embed examples/proteins.fasta -o proteins.h5 && groel search index "
                        "proteins.h5 -o proteins.index && groel search query proteins.index --ids P69905,P00698 "
                        "--annotations examples/families.csv",
                        "labels carried over from the nearest proteins"}},
          .options = option_table<SearchOptions>(),
          .run = entry<SearchOptions, run>,
          .verbs = {{"index", "Make an index of a file that `groel embed` wrote"},
                    {"query", "Find the proteins of an index that are nearest to others"},
                    {"info", "Say what an index holds, and how much of the nearest its graph finds"}},
          .shared = shared_where<SearchOptions, embeds_queries>};
}

}  // namespace groel::tasks
