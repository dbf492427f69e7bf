// groel data: tables of labelled proteins, from raw files to training and test rows.
#include <algorithm>

#include "tasks/data/verbs.h"

namespace groel::tasks {
namespace {

int run(const DataOptions& options, Context& context) {
  using Run = void (*)(const DataOptions&, Context&);
  static constexpr std::pair<const char*, Run> kRuns[] = {
      {"split", split_data}, {"describe", describe_data}, {"labels", label_data},  {"propagate", propagate_data},
      {"terms", show_terms}, {"filter", filter_data},     {"dedupe", dedupe_data}, {"join", join_data},
      {"merge", merge_data}, {"variants", variants_data}, {"pairs", make_pairs},   {"split-pairs", divide_pairs},
      {"cache", show_cache}};
  const std::string& verb = options.input.at(0);
  for (const auto& [name, run] : kRuns)
    if (verb == name) {
      run(options, context);
      return 0;
    }
  std::vector<std::string> names;
  for (const Verb& one : data_verbs()) names.emplace_back(one.name);
  const auto near = nearest(verb, names);
  throw Error(ErrorKind::usage, {fmt::format("'{}' is none of {}{}", verb, listed(names),
                                             near ? fmt::format(" (did you mean '{}'?)", *near) : ""),
                                 {},
                                 "groel help data"});
}

}  // namespace

Task data_task() {
  return {
      .name = "data",
      .summary = "Prepare tables of labelled proteins: split, describe, join, filter, dedupe, labels of ontologies",
      .description =
          "groel data split writes the rows that scikit-learn's train_test_split gives, in its order, with every cell "
          "as it\nis written. Files are CSV, TSV or tables with ;, or FASTA with KEY=VALUE in its headers; also .gz, "
          ".zst and\n.zip (archive.zip/name where an archive holds several).",
      .examples =
          {{"groel data split examples/stability.csv --test-size 0.25 --stratify stability --out parts",
            "parts/train.csv and parts/test.csv, classes in proportion"},
           {"groel data describe examples/stability.csv --label-column stability", "counts and lengths"},
           {"groel data labels examples/terms.tsv --ontology examples/go_components.obo --no-root -o matrix.csv",
            "a column for each term, ancestors too"},
           {"groel data terms examples/go_components.obo GO:0005634", "a term's name, parents and ancestors"},
           {"groel data propagate examples/term_predictions.tsv --ontology examples/go_components.obo -o all.tsv",
            "predictions, consistent with the hierarchy"},
           {"groel data dedupe examples/stability.csv -o distinct.csv", "each sequence once"},
           {"groel data pairs examples/interactions.csv --sequences examples/interactions.fasta -o pairs.csv",
            "interactions as one table of pairs; STRING's and D-SCRIPT's files, too"},
           {"groel data split-pairs examples/interactions.csv --how bfs -o split", "a part of the network is held out"},
           {"groel data cache", "vectors that training keeps on disk; --empty removes them"}},
      .options = option_table<DataOptions>(),
      .run = entry<DataOptions, run>,
      .verbs = data_verbs()};
}

}  // namespace groel::tasks
