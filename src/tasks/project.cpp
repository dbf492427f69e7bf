// groel project: draws embeddings in the plane.
#include <cmath>

#include "analysis/pca.h"
#include "analysis/tsne.h"
#include "base/threads.h"
#include "base/words.h"
#include "formats/read_vectors.h"
#include "tasks/project/colouring.h"
#include "tasks/project/colours.h"
#include "tasks/project/options.h"
#include "tasks/project/picture.h"
#include "tasks/reading/csv_text.h"
#include "tasks/reading/picture.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using analysis::Vectors;
using nlohmann::ordered_json;

constexpr std::int64_t kMostIterations = 1'000'000;

struct Layout {
  std::vector<analysis::Point> points;
  std::string x_name, y_name;
  ordered_json facts;  // what the method says of its result
};

Layout pca_layout(const Vectors& vectors) {
  const auto found = analysis::principal_components(vectors, 2);
  Layout out;
  for (std::int64_t r = 0; r < vectors.rows; ++r)
    out.points.push_back({double{found.scores.row(r)[0]}, double{found.scores.row(r)[1]}});
  out.x_name = fmt::format("component 1 ({:.1f} %)", 100 * found.variance_fraction[0]);
  out.y_name = fmt::format("component 2 ({:.1f} %)", 100 * found.variance_fraction[1]);
  out.facts = {{"variance_fraction", found.variance_fraction}};
  return out;
}

// A wide space is brought to its first components before: distances hardly change, and finding neighbours is cheaper.
Vectors reduced(Vectors vectors, std::int64_t dimensions) {
  const std::int64_t most = std::min(vectors.rows, vectors.width);
  if (dimensions == 0 || dimensions >= most) return vectors;
  return analysis::principal_components(vectors, dimensions).scores;
}

Layout tsne_layout(Vectors vectors, const ProjectOptions& options, Sink& sink) {
  analysis::TsneOptions how;
  how.metric = options.metric == "cosine" ? analysis::Metric::cosine : analysis::Metric::euclidean;
  how.perplexity = std::min(options.perplexity, std::max(1.0, static_cast<double>(vectors.rows - 1) / 3));
  how.iterations = static_cast<int>(options.iterations);
  how.angle = options.angle;
  how.seed = static_cast<std::uint64_t>(options.seed);
  how.start = options.start == "pca" ? analysis::TsneOptions::Start::pca : analysis::TsneOptions::Start::random;
  how.progress = [&](int iteration, double divergence) {
    const std::string detail = fmt::format("divergence {:.4f}", divergence);
    sink.progress(
        {.phase = "t-SNE", .done = iteration, .total = how.iterations, .unit = "iterations", .detail = detail});
  };
  if (how.perplexity < options.perplexity)
    sink.note(fmt::format("perplexity {:.1f}: a third of the vectors at most", how.perplexity));
  if (how.metric == analysis::Metric::euclidean) vectors = reduced(std::move(vectors), options.dimensions);
  const auto found = analysis::tsne(vectors, how);
  sink.progress_done();
  return {found.points,
          "t-SNE 1",
          "t-SNE 2",
          {{"kl_divergence", found.divergence}, {"iterations", found.iterations}, {"perplexity", how.perplexity}}};
}

struct Map {
  const std::vector<std::string>& ids;
  const std::vector<std::string>& groups;
  const Layout& layout;
  std::string method;
};

std::string to_csv(const Map& map) {
  std::string out;
  append_row(out, std::vector<std::string>{"id", "x", "y", "group"});
  for (std::size_t i = 0; i < map.ids.size(); ++i) {
    const auto& [x, y] = map.layout.points[i];
    append_row(out, std::vector<std::string>{map.ids[i], number_text(x), number_text(y), map.groups[i]});
  }
  return out;
}

ordered_json to_json(const Map& map) {
  ordered_json out{{"method", map.method}};
  out.update(map.layout.facts);
  out["points"] = ordered_json::array();
  for (std::size_t i = 0; i < map.ids.size(); ++i) {
    ordered_json point{{"id", map.ids[i]}, {"x", map.layout.points[i][0]}, {"y", map.layout.points[i][1]}};
    if (!map.groups[i].empty()) point["group"] = map.groups[i];
    out["points"].push_back(std::move(point));
  }
  return out;
}

// "e.h5, embedded by groel-5m", as far as the file says.
std::string source_text(const std::string& input, const formats::VectorFile& file) {
  const std::string name = std::filesystem::path(input).filename().string();
  const bool told = file.run.is_object() && file.run.contains("model") && file.run["model"].is_string();
  return told ? fmt::format("{}, embedded by {}", name, file.run["model"].get<std::string>()) : name;
}

std::string facts_text(const Layout& layout) {
  std::vector<std::string> facts;
  for (const auto& [name, value] : layout.facts.items()) facts.push_back(fmt::format("{}: {}", name, value.dump()));
  return listed(facts);
}

void write(const Map& map, const ProjectOptions& options, Context& context) {
  const bool to_file = options.to_file();
  if (to_file) write_table(options, {[&] { return to_csv(map); }, [&] { return to_json(map); }});
  if (options.json)
    context.out << to_json(map).dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else if (!to_file)
    context.out << to_csv(map);
  if (to_file && !options.json)
    context.out << facts_text(map.layout) << '\n';
  else
    context.sink.note(facts_text(map.layout));
}

void check_numbers(const ProjectOptions& options) {
  if (options.iterations < 1 || options.iterations > kMostIterations)
    throw Error(ErrorKind::usage, {fmt::format("a number from 1 to {}", kMostIterations), "--iterations", {}});
  if (!(options.angle >= 0 && options.angle <= 1))
    throw Error(ErrorKind::usage, {"a number from 0 (exact) to 1", "--angle", "0.5 is the usual one"});
  if (options.dimensions < 0)
    throw Error(ErrorKind::usage, {"a number from 0 on", "--dimensions", "0 leaves the vectors as they are"});
}

int run(const ProjectOptions& options, Context& context) {
  check_table_output(options);
  check_picture(options);
  check_numbers(options);
  if (options.input.size() != 1) throw Error(ErrorKind::usage, "name one file of embeddings");
  const std::string input = options.input.front();
  formats::VectorFile file = formats::read_vectors(input, options.column);
  for (const std::string& note : file.notes) context.sink.note(note);
  if (file.failed > 0)
    context.sink.warning(
        fmt::format("{}: {}", input, counted(file.failed, "record has no vector", "records have no vector")));
  const auto groups = groups_of(file, options, context.sink);
  Vectors vectors{file.rows(), file.width, std::move(file.values)};
  const std::string method = options.method;
  const Layout layout = method == "pca" ? pca_layout(vectors) : tsne_layout(std::move(vectors), options, context.sink);
  const Map map{file.ids, groups, layout, method};
  write(map, options, context);
  if (options.picture)
    save_picture(plane_figure({file.ids, layout.points, colouring_of(groups, options, context.sink), method,
                               source_text(input, file), file.column, layout.x_name, layout.y_name}),
                 options, context.sink);
  return 0;
}

}  // namespace

Task project_task() {
  return {
      .name = "project",
      .summary = "Lay embeddings out in the plane by t-SNE or PCA, as a table and as a map",
      .description =
          "Barnes-Hut t-SNE with scikit-learn's defaults, or principal components. An .html map shows ids on hover. "
          "The same input gives bitwise the same map on any number of threads.",
      .examples = {{"groel embed examples/proteins.fasta -o e.h5 && groel project e.h5 "
                    "--perplexity 3 --picture map.html -o map.csv",
                    "a map to look into"},
                   {"groel embed examples/proteins.fasta -o e.csv && groel project e.csv --method pca --json",
                    "principal components, as JSON"},
                   {"groel tokens --vocabulary residues -o tokens.csv && groel project tokens.csv --perplexity 5 "
                    "--colour-by residue-class --picture residues.svg -o residues.csv",
                    "the 20 residues as the model has them, coloured by their class"}},
      .options = option_table<ProjectOptions>(),
      .run = entry<ProjectOptions, run>};
}

}  // namespace groel::tasks
