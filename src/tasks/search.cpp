// groel search: the nearest proteins by their embeddings, from an index that is a file.
#include <algorithm>
#include <set>

#include "tasks/reading/csv_text.h"
#include "tasks/search/index_file.h"
#include "tasks/search/indexing.h"
#include "tasks/search/labels.h"
#include "tasks/search/searching.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

std::vector<OptionSpec> query_options() {
  OptionSpec model = model_option();
  model.required = false;
  model.otherwise = nullptr;  // that of the index has to be named
  model.help = "query: the model of --sequences, which is that of the index";
  return {{.name = "sequences", .help = "query: FASTA, CSV, … of proteins to look for, with -m", .value_name = "FILE"},
          model,
          {.name = "ids",
           .type = OptionType::list,
           .help = "query: proteins of the index to look for; each leaves itself out",
           .value_name = "LIST"},
          {.name = "embeddings", .help = "query: embedding file of proteins to look for", .value_name = "FILE"},
          {.name = "neighbours",
           .letter = 'k',
           .type = OptionType::integer,
           .help = "query: how many to find",
           .otherwise = 10,
           .value_name = "K"},
          {.name = "effort",
           .type = OptionType::integer,
           .help = "query: candidates kept on the way through the graph; more find more, and take longer",
           .otherwise = kSearchEffort,
           .value_name = "N"}};
}

std::vector<OptionSpec> option_table() {
  std::vector<OptionSpec> table{
      {.name = "input",
       .type = OptionType::paths,
       .help = "`index EMBEDDINGS` makes an index of a file that `groel embed` wrote; `query INDEX` searches in one; "
               "`info INDEX` tells what is in one",
       .value_name = "WHAT FILE",
       .required = true},
      table_option("index: the file to make. query: CSV file to write (default: text to stdout; -: CSV to stdout)"),
      overwrite_option(),
      {.name = "column",
       .help = "Column of the embeddings, as mean_6 (default: the only one, or the mean of the highest layer)",
       .value_name = "NAME"},
      {.name = "exact",
       .type = OptionType::flag,
       .help = "index: make no graph, so that all is searched. query: search all, graph or not"}};
  for (auto* more : {query_options, annotation_options})
    for (OptionSpec& spec : more()) table.push_back(std::move(spec));
  for (OptionSpec& spec : std::vector{dtype_option(), threads_option(), json_option()})
    table.push_back(std::move(spec));
  return table;
}

// Options that would do nothing are refused.
void allow_only(const Options& options, const std::set<std::string>& names, const std::string& verb) {
  for (const auto& [name, value] : options.given().items())
    if (name != "input" && !names.contains(name))
      throw Error(ErrorKind::usage, {fmt::format("is of no use with `search {}`", verb), "--" + name, {}});
}

// What an index says of itself.
int describe_index(const std::string& path, const Options& options, Context& context) {
  const SearchIndex index = SearchIndex::open(path);
  ordered_json about{{"index", path},
                     {"vectors", index.vectors().rows},
                     {"width", index.vectors().width},
                     {"column", index.about().column},
                     {"model", index.about().model()},
                     {"source", index.about().source},
                     {"graph", index.has_graph()}};
  if (index.has_graph()) about["copies"] = index.graph().copies.size();
  if (index.quality()) about.update(quality_json(*index.quality()));
  if (options.flag("json")) {
    context.out << about.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
    return 0;
  }
  for (const auto& [name, value] : about.items())
    context.out << fmt::format("{:<14} {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
  return 0;
}

struct Verb {
  std::string name;
  std::set<std::string> options;
  int (*run)(const std::string& file, const Options& options, Context& context);
};

const Verb kVerbs[] = {
    {"index", {"output", "overwrite", "column", "exact", "threads", "json"}, make_index},
    {"query",
     {"output", "overwrite", "column", "exact", "sequences", "model", "ids", "embeddings", "neighbours", "effort",
      "annotations", "id-column", "label-column", "dtype", "threads", "json"},
     query_index},
    {"info", {"threads", "json"}, describe_index}};

int run(const Options& options, Context& context) {
  apply_threads(options);
  const std::vector<std::string> words = options.list("input");
  const std::string verb = words.empty() ? "" : words[0];
  const auto known = std::find_if(std::begin(kVerbs), std::end(kVerbs), [&](const Verb& v) { return v.name == verb; });
  if (known == std::end(kVerbs))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is neither `index` nor `query` nor `info`", verb), "search",
                                   "groel search index EMBEDDINGS -o FILE, then groel search query FILE"});
  allow_only(options, known->options, verb);
  if (words.size() != 2)
    throw Error(ErrorKind::usage,
                {fmt::format("`search {}` takes one file, not {}", verb, words.size() - 1), verb, {}});
  return known->run(words[1], options, context);
}

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
          .options = option_table(),
          .run = run};
}

}  // namespace groel::tasks
