// groel search: the nearest proteins by their embeddings, from an index that is a file.
#include <algorithm>

#include "tasks/reading/csv_text.h"
#include "tasks/reading/input.h"
#include "tasks/search/index_file.h"
#include "tasks/search/indexing.h"
#include "tasks/search/labels.h"
#include "tasks/search/searching.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

std::vector<OptionSpec> query_options() {
  OptionSpec model = model_option();
  model.required = false;
  model.otherwise = nullptr;  // that of the index has to be named
  model.help = "The model of --sequences, which is that of the index";
  model.verbs = {"query"};
  return {{.name = "sequences",
           .help = "FASTA, CSV, … of proteins to look for, with -m",
           .value_name = "FILE",
           .verbs = {"query"}},
          model,
          gaps_option(),
          {.name = "ids",
           .type = OptionType::list,
           .help = "Proteins of the index to look for; each leaves itself out",
           .value_name = "LIST",
           .verbs = {"query"}},
          {.name = "embeddings",
           .help = "Embedding file of proteins to look for",
           .value_name = "FILE",
           .group = "Search",
           .verbs = {"query"}},
          {.name = "neighbours",
           .letter = 'k',
           .type = OptionType::integer,
           .help = "How many to find",
           .otherwise = 10,
           .value_name = "K",
           .verbs = {"query"}},
          {.name = "effort",
           .type = OptionType::integer,
           .help = "Candidates kept on the way through the graph; more find more, and take longer",
           .otherwise = kSearchEffort,
           .value_name = "N",
           .group = "Search",
           .verbs = {"query"}}};
}

std::vector<OptionSpec> option_table() {
  OptionSpec output = table_option(
      "index: the file to make. query: .csv, .tsv or .json to write (default: text to stdout; -: CSV to stdout)");
  output.extensions.clear();  // they depend on the verb
  std::vector<OptionSpec> table{
      {.name = "input",
       .type = OptionType::paths,
       .help = "`index EMBEDDINGS` makes an index of a file that `groel embed` wrote; `query INDEX` searches in one; "
               "`info INDEX` tells what is in one",
       .value_name = "WHAT FILE",
       .required = true},
      output,
      overwrite_option(),
      {.name = "column",
       .help = "Column of the embeddings, as mean_6 (default: the only one, or the mean of the highest layer)",
       .value_name = "NAME",
       .group = kInput},
      {.name = "exact",
       .type = OptionType::flag,
       .help = "index: make no graph, so that all is searched. query: search all, graph or not",
       .group = "Search"}};
  for (auto* more : {query_options, annotation_options})
    for (OptionSpec& spec : more()) table.push_back(std::move(spec));
  OptionSpec dtype = dtype_option();
  dtype.verbs = {"query"};  // an index is made of vectors as they are
  for (OptionSpec& spec : table)
    if (spec.verbs.empty() && spec.name != "input") spec.verbs = {"index", "query"};
  for (OptionSpec& spec : std::vector{dtype, threads_option(), json_option()}) table.push_back(std::move(spec));
  return table;
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

struct Way {
  std::string name;
  int (*run)(const std::string& file, const Options& options, Context& context);
};

const Way kWays[] = {{"index", make_index}, {"query", query_index}, {"info", describe_index}};

int run(const Options& options, Context& context) {
  apply_threads(options);
  const std::vector<std::string> words = options.list("input");
  const std::string verb = words.empty() ? "" : words[0];
  const auto known = std::find_if(std::begin(kWays), std::end(kWays), [&](const Way& w) { return w.name == verb; });
  if (known == std::end(kWays))
    throw Error(ErrorKind::usage, {fmt::format("'{}' is neither `index` nor `query` nor `info`", verb), "search",
                                   "groel search index EMBEDDINGS -o FILE, then groel search query FILE"});
  if (words.size() != 2)
    throw Error(ErrorKind::usage,
                {fmt::format("`search {}` takes one file, not {}", verb, words.size() - 1), verb, {}});
  check_verb("search", option_table(), verb, options);
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
          .run = run,
          .verbs = {{"index", "Make an index of a file that `groel embed` wrote"},
                    {"query", "Find the proteins of an index that are nearest to others"},
                    {"info", "Say what an index holds, and how much of the nearest its graph finds"}}};
}

}  // namespace groel::tasks
