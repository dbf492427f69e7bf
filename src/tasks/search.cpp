// groel search: the nearest proteins by their embeddings, from an index that is a file.
#include <algorithm>
#include <chrono>
#include <filesystem>

#include "base/compress.h"
#include "base/interrupt.h"
#include "base/threads.h"
#include "formats/extension.h"
#include "formats/result.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/input.h"
#include "tasks/reading/outputs.h"
#include "tasks/search/answers.h"
#include "tasks/search/queries.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr std::int64_t kEffort = 200;

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
           .otherwise = kEffort,
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
       .help = "`index EMBEDDINGS` makes an index of a file that `groel embed` wrote; `query INDEX` searches in one",
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
  for (OptionSpec& spec : std::vector{dtype, threads_option(), json_option()}) table.push_back(std::move(spec));
  return table;
}

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

analysis::HnswGraph build(const analysis::UnitRows& vectors, Sink& sink) {
  const auto begin = Clock::now();
  analysis::HnswOptions options;
  options.progress = [&](std::int64_t done) {
    sink.progress(
        {.phase = "indexing", .done = done, .total = vectors.rows, .seconds = seconds_since(begin), .unit = "vectors"});
  };
  analysis::HnswGraph graph = analysis::build_hnsw(vectors, options);
  sink.progress_done();
  return graph;
}

ordered_json index_json(const formats::VectorFile& file, const Options& options, double seconds) {
  const std::string path = options.text("output");
  std::error_code special;  // which has no size
  const std::uintmax_t bytes = std::filesystem::file_size(path, special);
  return {{"index", path},         {"vectors", file.rows()},      {"width", file.width},
          {"column", file.column}, {"failed", file.failed},       {"graph", !options.flag("exact")},
          {"seconds", seconds},    {"bytes", special ? 0 : bytes}};
}

// An index under the name of a table or of an array file would be taken for one.
void check_index_name(const std::filesystem::path& path) {
  std::vector<std::string> others = formats::known_extensions();
  for (const char* more : {".json", ".svg", ".png", ".html"}) others.emplace_back(more);
  const std::string extension = formats::format_extension(path);
  const bool other = std::find(others.begin(), others.end(), extension) != others.end();
  if (other || compression_of(path) != Compression::none)
    throw Error(ErrorKind::usage, {fmt::format("an index is not {}", formats::format_title(extension)), path.string(),
                                   "name it as proteins.index"});
}

int make_index(const std::string& embeddings, const Options& options, Context& context) {
  if (!options.has("output") || options.text("output") == "-")
    throw Error(ErrorKind::usage, {"the index needs a file", "--output", "for example -o proteins.index"});
  check_index_name(options.text("output"));
  check_table_output(options);
  const auto begin = Clock::now();
  formats::VectorFile file = formats::read_vectors(embeddings, options.text("column"));
  for (const std::string& note : file.notes) context.sink.note(note);
  if (file.failed > 0)
    context.sink.warning(
        fmt::format("{}: {} left out", embeddings,
                    counted(file.failed, "record has no vector and is", "records have no vector and are")));
  const analysis::Vectors unit = analysis::normalised({file.rows(), file.width, std::move(file.values)});
  const analysis::UnitRows rows{unit.rows, unit.width, unit.values.data()};
  std::optional<analysis::HnswGraph> graph;
  if (!options.flag("exact")) graph = build(rows, context.sink);
  write_index(options.text("output"), {{std::filesystem::path(embeddings).filename().string(), file.column, file.run},
                                       file.ids,
                                       rows,
                                       graph ? &*graph : nullptr});
  const double seconds = seconds_since(begin);
  if (options.flag("json")) {
    const std::string text =
        index_json(file, options, seconds).dump(2, ' ', false, ordered_json::error_handler_t::replace);
    context.out << text << '\n';
  } else {
    context.sink.note(fmt::format("indexed {} of width {} ({}) in {:.1f} s: {}", counted(file.rows(), "vector"),
                                  file.width, file.column.empty() ? "unnamed" : file.column, seconds,
                                  options.text("output")));
  }
  return 0;
}

struct Search {
  const SearchIndex& index;
  std::int64_t k, effort;
  bool exact;

  std::vector<Hit> run(const SearchQuery& query) const {
    const std::int64_t wanted = k + (query.self >= 0 ? 1 : 0);
    const auto found = exact ? analysis::search_all(index.vectors(), query.vector, wanted)
                             : analysis::search_hnsw(index.vectors(), index.graph(), {query.vector, wanted, effort});
    std::vector<Hit> out;
    for (const analysis::Neighbour& one : found)
      if (one.row != query.self && static_cast<std::int64_t>(out.size()) < k)
        out.push_back({index.id(one.row), 1 - one.distance});
    return out;
  }
};

std::vector<Answer> answer_all(const std::vector<SearchQuery>& queries, const Search& search,
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

Search search_of(const Options& options, const SearchIndex& index) {
  for (const char* name : {"neighbours", "effort"})
    if (options.integer(name) < 1)
      throw Error(ErrorKind::usage,
                  {fmt::format("{} is not at least 1", options.integer(name)), fmt::format("--{}", name), {}});
  const std::int64_t rows = index.vectors().rows;
  return {index, std::min(options.integer("neighbours"), rows), std::min(options.integer("effort"), rows),
          options.flag("exact") || !index.has_graph()};
}

void write(const std::vector<Answer>& answers, const Annotations* annotations, const Options& options,
           ordered_json about, Context& context) {
  const bool to_file = options.has("output") && options.text("output") != "-";
  const auto json = [&] {
    about["queries"] = answers_json(answers, annotations);
    return about;
  };
  if (to_file) write_table(options, {[&] { return answers_csv(answers, annotations); }, json});
  if (options.flag("json")) {
    context.out << json().dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  } else if (options.has("output") && !to_file) {
    context.out << answers_csv(answers, annotations);
  } else if (!to_file) {
    context.out << answers_text(answers, annotations);
  }
}

int query_index(const std::string& path, const Options& options, Context& context) {
  check_output_format(options.text("output"), table_extensions(), context.sink);
  check_table_output(options);
  const SearchIndex index = SearchIndex::open(path);
  const Search search = search_of(options, index);
  std::optional<Annotations> annotations;
  if (options.has("annotations")) annotations.emplace(options, context.sink);
  const Annotations* labels = annotations ? &*annotations : nullptr;
  const std::vector<SearchQuery> queries = read_queries(options, index, context.sink);
  const auto begin = Clock::now();
  const std::vector<Answer> answers = answer_all(queries, search, labels);
  const double seconds = seconds_since(begin);
  Failures failures(context.sink);
  for (const Answer& answer : answers)
    if (answer.error) failures.add(answer.id, *answer.error);
  write(answers, labels, options,
        {{"index", path},
         {"vectors", index.vectors().rows},
         {"column", index.about().column},
         {"model", index.about().model()},
         {"method", search.exact ? "exact" : "hnsw"},
         {"k", search.k},
         {"search_seconds", seconds}},
        context);
  return failures.exit_status();
}

int run(const Options& options, Context& context) {
  apply_threads(options);
  const std::vector<std::string> words = options.list("input");
  const std::string verb = words.empty() ? "" : words[0];
  if (verb != "index" && verb != "query")
    throw Error(ErrorKind::usage, {fmt::format("'{}' is neither `index` nor `query`", verb), "search",
                                   "groel search index EMBEDDINGS -o FILE, then groel search query FILE"});
  if (words.size() != 2)
    throw Error(ErrorKind::usage,
                {fmt::format("`search {}` takes one file, not {}", verb, words.size() - 1), verb, {}});
  check_verb("search", option_table(), verb, options);
  return verb == "index" ? make_index(words[1], options, context) : query_index(words[1], options, context);
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
                    {"query", "Find the proteins of an index that are nearest to others"}}};
}

}  // namespace groel::tasks
