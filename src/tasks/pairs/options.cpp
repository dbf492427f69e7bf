// The table of options of pairs.
#include "tasks/pairs/options.h"

namespace groel::tasks {

const std::vector<std::string>& pair_baselines() {
  static const std::vector<std::string> names{"descriptors", "dnn-ppi", "pipr", "gin", "gin-all"};
  return names;
}

void PairInputOptions::declare(OptionBinder& to, const std::vector<std::string>& verbs) {
  to.verbs(verbs);
  to(sequences, {.name = "sequences",
                 .help = "Pairs: sequences of their proteins (FASTA, a table, or lines of id, tab, sequence)",
                 .value_name = "FILES"});
  to(pair_columns, {.name = "pair-columns",
                    .help = "Pairs: the two columns of ids (default: id1,id2, protein1,protein2, …)",
                    .value_name = "NAMES"});
  to.verbs({});
}

void PairOptions::declare(OptionBinder& to) {
  to.group("Pairs");
  input.declare(to, {"pairs"});
  to.verbs({"pairs"});
  to(min_score, {.name = "min-score", .help = "Least score of STRING's links", .otherwise = 0, .value_name = "N"});
  to(how, {.name = "how",
           .help = "What is held out: any pairs, or a part of the network, grown breadth first or depth first",
           .otherwise = "bfs",
           .choices = {"random", "bfs", "dfs"}});
  to(test_size, {.name = "test-size", .help = "Part of the pairs to judge by", .otherwise = 0.2, .value_name = "X"});
  to(val_size,
     {.name = "val-size", .help = "Part of the pairs to choose the epoch by", .otherwise = 0.1, .value_name = "X"});
  to(index_files,
     {.name = "index-files",
      .help = "Instead: published splits, as GNN-PPI and `groel data split-pairs` write them, a run for each",
      .value_name = "FILES"});
  to(baselines, {.name = "baselines",
                 .help = "What it is judged beside on the same split: all, none, or some of descriptors (logistic "
                         "regression), dnn-ppi and pipr (networks on residues), gin (a graph network on the model's "
                         "vectors and the training pairs), gin-all (which also knows between whom the other pairs are)",
                 .otherwise = {"all"},
                 .value_name = "NAMES"});
  to(baseline_epochs, {.name = "baseline-epochs",
                       .help = "Epochs of dnn-ppi and pipr; gin has ten times as many",
                       .otherwise = 12,
                       .value_name = "N"});
  to.verbs({});
  to.group("");
}

interactions::PairSplitOptions PairOptions::split(std::int64_t seed) const {
  return {interactions::parse_split_way(how), test_size, val_size, static_cast<std::uint64_t>(seed)};
}

}  // namespace groel::tasks
