// groel curves: how training runs went, as a table and as a picture.
#include <fmt/format.h>

#include "tasks/reading/csv_text.h"
#include "tasks/reading/options.h"
#include "tasks/reading/picture.h"
#include "tasks/task.h"
#include "tasks/train/curves.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

struct CurvesOptions : OutputOptions {
  std::vector<std::string> run;
  std::string show;
  std::int64_t rows = 0;
  bool json = false;

  void declare(OptionBinder& to) {
    to(run, {.name = "run", .type = OptionType::paths, .help = "Folders of training runs", .value_name = "DIR"});
    to(picture, picture_option("The curves"));
    to(overwrite, overwrite_option());
    to(show, {.name = "show",
              .help = "What the picture shows: the losses, or the scores on held-out data",
              .otherwise = "loss",
              .choices = {"loss", "scores"},
              .group = kOutput});
    to(rows, {.name = "rows",
              .help = "Rows of the table at most, spread evenly",
              .otherwise = 24,
              .value_name = "N",
              .group = kOutput});
    to(json, json_option());
  }
};

ordered_json run_json(const PlottedRun& run) {
  ordered_json points = ordered_json::array();
  for (const auto& point : run.curve) {
    ordered_json row{{"step", point.step}, {"epoch", point.epoch}};
    for (const auto& [name, value] : point.values) row[name] = value;
    points.push_back(std::move(row));
  }
  return {{"run", run.name}, {"points", std::move(points)}};
}

int run(const CurvesOptions& options, Context& context) {
  if (options.run.empty()) throw Error(ErrorKind::usage, "name the folder of a run");
  check_picture(options);
  std::vector<PlottedRun> runs;
  for (const auto& folder : options.run) runs.push_back(read_run(folder));
  ordered_json all = ordered_json::array();
  for (const auto& one : runs) {
    if (options.json)
      all.push_back(run_json(one));
    else
      context.out << fmt::format("{}{}\n{}", all.empty() && &one == &runs.front() ? "" : "\n", one.name,
                                 train::curve_table(one.curve, static_cast<std::size_t>(options.rows)));
  }
  if (options.json) context.out << ordered_json{{"runs", all}}.dump(2) << '\n';
  if (options.picture) {
    const bool scores = options.show == "scores";
    save_picture(scores ? score_figure(runs) : loss_figure(runs), options, context.sink);
  }
  return 0;
}

}  // namespace

Task curves_task() {
  return {
      .name = "curves",
      .summary = "Show how training runs went: losses and scores as a table and as a picture",
      .description = "Reads the metrics.jsonl that `groel train` writes into its folder, while it runs or afterwards.",
      .examples = {{"groel train mlm --data examples/proteins.fasta --layers 2 --width 64 --heads 4 --steps 20 "
                    "--output my-model "
                    "&& groel curves my-model --picture loss.html",
                    "a table, and a picture to look into"}},
      .options = option_table<CurvesOptions>(),
      .run = entry<CurvesOptions, run>};
}

}  // namespace groel::tasks
