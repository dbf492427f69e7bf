// The options of groel train.
#include <map>
#include <set>
#include "tasks/reading/input.h"

#include "tasks/task.h"
#include "tasks/train/plan.h"

namespace groel::tasks {
namespace {

using enum OptionType;

OptionSpec number_option(const char* name, double otherwise, const char* help) {
  return {.name = name, .type = number, .help = help, .otherwise = otherwise, .value_name = "X"};
}
OptionSpec integer_option(const char* name, std::int64_t otherwise, const char* help) {
  return {.name = name, .type = integer, .help = help, .otherwise = otherwise, .value_name = "N"};
}
OptionSpec unset_option(const char* name, OptionType type, const char* help) {
  return {.name = name, .type = type, .help = help, .value_name = type == number ? "X" : "N"};
}
OptionSpec choice_option(const char* name, std::vector<std::string> choices, const char* help) {
  OptionSpec spec{.name = name, .type = choice, .help = help, .otherwise = choices.front()};
  spec.choices = std::move(choices);
  return spec;
}

void add(std::vector<OptionSpec>& table, std::vector<OptionSpec> more) {
  for (OptionSpec& spec : more) table.push_back(std::move(spec));
}

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const models::Family& family : models::families()) names.emplace_back(family.name);
  return names;
}

std::vector<std::string> shape_names() {
  std::vector<std::string> names;
  for (const models::Family& family : models::families())
    for (const models::NamedShape& shape : family.shapes) names.emplace_back(shape.name);
  return names;
}

std::vector<OptionSpec> model_options() {
  return {
      {.name = "from",
       .help = "Go on from this model (see `groel models`) instead of from nothing",
       .value_name = "MODEL"},
      choice_option("family", family_names(), "Family of a new model"),
      choice_option("shape", shape_names(), "Shape of a new model, as published; it may bring its family"),
      unset_option("layers", integer, "Layers of a new model, instead of --shape's"),
      unset_option("width", integer, "Width of a new model, instead of --shape's"),
      unset_option("heads", integer, "Attention heads of a new model, instead of --shape's"),
      choice_option("initial-heads", {"anywhere", "neighbours"},
                    "Where the heads of a new model look at first: anywhere (as published models began), or most of "
                    "them at a neighbour each"),
      unset_option("initial-deviation", number, "Standard deviation of a new model's weights (default: 0.02)"),
      unset_option("dropout", number, "Dropout (default: the model's own; 0 for a new one)")};
}

std::vector<OptionSpec> data_options() {
  return {
      {.name = "data",
       .type = list,
       .help = "Sequences to learn from: FASTA, FASTQ, A3M, CSV or TSV files (also .gz, .zst), separated by commas",
       .value_name = "FILES"},
      {.name = "valid", .type = list, .help = "Held-out sequences for evaluation", .value_name = "FILES"},
      number_option("valid-fraction", 0, "Without --valid: part of the data to hold out, drawn by --seed"),
      integer_option("min-length", 1, "Leave shorter sequences out"),
      integer_option("max-length", 1022, "Residues of a sequence at most; a longer one is cropped"),
      choice_option("crop", {"random", "start", "centre", "none"},
                    "Piece of a long sequence: anew each epoch, its start (default with labels), its middle, or refuse "
                    "long sequences"),
      unset_option("batch-tokens", integer,
                   "Tokens a batch at most, end tokens counted (default: 4096, fewer for a small set, so that it "
                   "has 100 batches); nothing is padded"),
      integer_option("accumulate", 1, "Batches an update"),
      number_option("mask-fraction", 0.15, "Part of the residues to predict"),
      choice_option("masking", {"residues", "reference"},
                    "The 10 % that are replaced: by another of the 20 residues, or by any token of the vocabulary as "
                    "Transformers' collator does")};
}

std::vector<OptionSpec> label_options() {
  return {{.name = "valid-split",
           .type = list,
           .help = "Values of --split-column that are held out (default: valid, validation, val, dev); rows of a split "
                   "called test are left out",
           .value_name = "NAMES"},
          choice_option("problem", {"auto", "single-label", "multi-label", "regression"},
                        "Kind of labels; auto: seen from them, and told"),
          {.name = "classes",
           .type = list,
           .help = "Classes in order (default: those of the data, sorted)",
           .value_name = "NAMES"},
          choice_option("pooling", {"mean", "cls"},
                        "What a new head reads: the mean over the residues, or the first token, as Transformers does")};
}

std::vector<OptionSpec> trained_options() {
  return {{.name = "train",
           .help = "What is trained: all, heads (the trunk is run once and its embeddings kept), or last:N layers and "
                   "the head",
           .otherwise = "all",
           .value_name = "WHAT"},
          unset_option("lora-r", integer, "Train low-rank adapters of this rank (and the head) instead"),
          number_option("lora-alpha", 16, "Their scale is alpha / r"),
          number_option("lora-dropout", 0, "Dropout of what enters them"),
          {.name = "lora-targets",
           .type = list,
           .help = "Layers that get them: query, key, value, dense",
           .otherwise = {"query", "value"},
           .value_name = "NAMES"},
          {.name = "merge", .type = flag, .help = "Also write the model with its adapters merged, in --out/merged"},
          {.name = "checkpointing",
           .type = flag,
           .help = "Keep no activations inside the layers and compute them twice: less memory, a third more time"},
          {.name = "memory",
           .type = bytes,
           .help = "Memory that a step may take, e.g. 4G (default: what is free)",
           .value_name = "SIZE"},
          {.name = "cache-limit",
           .type = bytes,
           .help = "Embeddings of a frozen trunk kept in memory; more go to a file in --out",
           .otherwise = "4G",
           .value_name = "SIZE"}};
}

std::vector<OptionSpec> length_options() {
  return {unset_option("steps", integer, "Updates to make"),
          unset_option("epochs", integer,
                       "Times to see the data (default, without --steps and --minutes: as many as 300 updates take, of "
                       "a head on a frozen trunk 1,500; 3 to 100)"),
          unset_option("minutes", number, "Time to train for; without --steps and --epochs the schedule follows it"),
          integer_option("seed", 42, "Of new weights, order, crops, masks and dropout")};
}

std::vector<OptionSpec> optimizer_options() {
  return {
      choice_option("optimizer", {"adamw", "muon", "sgd"},
                    "Optimiser; muon: for the matrices of the layers, adamw for the rest; biases and norms are never "
                    "decayed"),
      unset_option("learning-rate", number,
                   "Highest learning rate (default: 1e-3; 5e-5 where weights of --from are trained)"),
      choice_option("schedule", {"linear", "cosine", "constant"}, "What the rate does after the warm-up"),
      number_option("warmup", 0.05, "Warm-up: steps, or below 1 a part of the run"),
      number_option("floor", 0, "What the schedule ends at, as a part of the rate"),
      number_option("weight-decay", 0.01, "Weight decay"),
      number_option("beta1", 0.9, "AdamW's first moment"),
      number_option("beta2", 0.98, "AdamW's second moment"),
      number_option("epsilon", 1e-8, "AdamW's epsilon"),
      unset_option("momentum", number, "Momentum of SGD (default: 0.9) and Muon (0.95)"),
      number_option("clip", 1, "Highest norm of the gradient; 0: any")};
}

std::vector<OptionSpec> output_options() {
  return {{.name = "out",
           .letter = 'o',
           .help = "Folder for the model, its checkpoints and curves",
           .value_name = "DIR",
           .writes = Writes::folder},
          {.name = "resume", .type = flag, .help = "Go on from the newest checkpoint in --out, if there is one"},
          {.name = "overwrite", .type = flag, .help = "Remove the run that --out holds"},
          integer_option("log-every", 10, "Steps between lines of metrics.jsonl"),
          integer_option("eval-every", 0, "Steps between evaluations; 0: after each epoch"),
          choice_option("metric",
                        {"loss", "perplexity", "accuracy", "balanced_accuracy", "subset_accuracy", "f1", "mcc", "auroc",
                         "spearman", "pearson", "rmse", "mae", "r2"},
                        "What the best model and early stopping go by"),
          integer_option("patience", 0, "Stop after this many evaluations without a better metric; 0: never"),
          number_option("min-gain", 0, "By how much it has to be better to count for --patience"),
          integer_option("save-every", 500, "Steps between checkpoints; 0: only at the end"),
          integer_option("save-total-limit", 2, "Checkpoints to keep, the newest; 0: all"),
          choice_option("keep", {"last", "best"}, "Which model to leave in --out (the best also stands in best/)")};
}

// Those that one objective alone reads.
void mark_verbs(std::vector<OptionSpec>& table) {
  const std::map<std::string, std::vector<std::string>> verbs{{"min-length", {"mlm"}},
                                                              {"mask-fraction", {"mlm"}},
                                                              {"masking", {"mlm"}},
                                                              {"family", {"mlm"}},
                                                              {"shape", {"mlm"}},
                                                              {"layers", {"mlm"}},
                                                              {"width", {"mlm"}},
                                                              {"heads", {"mlm"}},
                                                              {"initial-heads", {"mlm"}},
                                                              {"initial-deviation", {"mlm"}},
                                                              {"valid-split", {"classify", "tokens"}},
                                                              {"classes", {"classify", "tokens"}},
                                                              {"problem", {"classify", "tokens"}},
                                                              {"pooling", {"classify"}}};
  for (OptionSpec& spec : table)
    if (const auto found = verbs.find(spec.name); found != verbs.end()) spec.verbs = found->second;
}

// What help shows before all groups.
void mark_first(std::vector<OptionSpec>& table) {
  const std::set<std::string> first{"data", "label-column", "from", "epochs", "out"};
  for (OptionSpec& spec : table)
    if (first.contains(spec.name)) spec.group.clear();
}

}  // namespace

std::vector<OptionSpec> label_column_options() {
  std::vector<OptionSpec> table{
      {.name = "sequence-column", .help = "Column of the sequences (default: sequence, seq, …)", .value_name = "NAME"},
      {.name = "label-column",
       .type = list,
       .help = "Column of the labels (default: label); several: yes/no labels (0 and 1), or numbers",
       .value_name = "NAMES"},
      {.name = "split-column", .help = "Column that tells what is held out from the rest", .value_name = "NAME"},
      gaps_option(),
      {.name = "unlabelled",
       .help = "Characters of residues without a label",
       .value_name = "CHARS",
       .verbs = {"tokens"}}};
  for (OptionSpec& spec : table)
    if (spec.verbs.empty()) spec.verbs = {"classify", "tokens"};
  return under("Labels", std::move(table));
}

const std::vector<Verb>& train_verbs() {
  static const std::vector<Verb> verbs{{"mlm", "Learn to fill in hidden residues, from nothing or from a model"},
                                       {"classify", "Learn labels or numbers of whole sequences, from a table"},
                                       {"tokens", "Learn a label for each residue, from a table"}};
  return verbs;
}

const std::vector<OptionSpec>& train_options() {
  static const std::vector<OptionSpec> table = [] {
    std::vector<OptionSpec> out{
        {.name = "objective",
         .type = paths,
         .help = "mlm (masked language modelling), classify (labels of sequences), tokens (labels of residues), or a "
                 "recipe: a .toml file of these options",
         .value_name = "OBJECTIVE"}};
    add(out, under("Data", data_options()));
    add(out, label_column_options());
    add(out, under("Labels", label_options()));
    add(out, under("New model", model_options()));
    add(out, under("What is trained", trained_options()));
    add(out, under("Length", length_options()));
    add(out, under("Optimiser", optimizer_options()));
    add(out, under(kOutput, output_options()));
    add(out, {dtype_option(), threads_option(), json_option()});
    mark_verbs(out);
    mark_first(out);
    return out;
  }();
  return table;
}

}  // namespace groel::tasks
