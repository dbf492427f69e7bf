// The table of options of groel train.
#include "tasks/train/options.h"

#include "models/family.h"
#include "tasks/reading/text_form.h"

namespace groel::tasks {
namespace {

OptionSpec number_row(const char* name, double otherwise, const char* help) {
  return {.name = name, .help = help, .otherwise = otherwise, .value_name = "X"};
}
OptionSpec integer_row(const char* name, std::int64_t otherwise, const char* help) {
  return {.name = name, .help = help, .otherwise = otherwise, .value_name = "N"};
}
OptionSpec unset_row(const char* name, const char* value_name, const char* help) {
  return {.name = name, .help = help, .value_name = value_name};
}
OptionSpec choice_row(const char* name, std::vector<std::string> choices, const char* help) {
  OptionSpec row{.name = name, .help = help, .otherwise = choices.front()};
  row.choices = std::move(choices);
  return row;
}

// Of what learns from sequences or residues; pairs of proteins have options of their own.
const std::vector<std::string> kOfSequences{"mlm", "clm", "classify", "residues"};
const std::vector<std::string> kOfAll{"mlm", "clm", "classify", "residues", "pairs", "prompts"};
// Of what trains a model, or parts of it.
const std::vector<std::string> kTrained{"mlm", "clm", "classify", "residues", "prompts"};
// With labels, and a report at the end.
const std::vector<std::string> kJudged{"classify", "residues", "pairs"};

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

}  // namespace

void TrainOptions::declare_data(OptionBinder& to) {
  to.verbs({"mlm", "clm", "classify", "residues", "pairs"});  // the tasks of prompts have their own
  to(data,
     {.name = "data",
      .help = "What to learn from, separated by commas: FASTA, FASTQ, A3M, CSV or TSV files (also .gz, .zst); of pairs "
              "tables with two ids",
      .value_name = "FILES"});
  to.group("Data");
  to.verbs(kOfSequences);
  to(valid, {.name = "valid", .help = "Held-out sequences for evaluation", .value_name = "FILES"});
  to(valid_fraction, number_row("valid-fraction", 0, "Without --valid: part of the data to hold out, drawn by --seed"));
  to.verbs({"mlm", "clm", "prompts"});
  to(min_length, integer_row("min-length", 1, "Leave shorter sequences out"));
  to.verbs(kOfAll);
  to(max_length, integer_row("max-length", 1022, "Residues of a sequence at most; a longer one is cropped"));
  to.verbs(kTrained);
  to(crop,
     choice_row("crop", {"random", "start", "centre", "none"},
                "Piece of a long sequence: anew each epoch, its start (default with labels), its middle, or refuse "
                "long sequences"));
  to.verbs(kOfAll);
  to(batch_tokens,
     unset_row("batch-tokens", "N",
               "Tokens per batch at most, end tokens counted (default: 4096, fewer for a small set, so that it "
               "has 100 batches); nothing is padded"));
  to.verbs({"mlm", "clm"});
  to(batch_size, unset_row("batch-size", "N", "Sequences per batch at most, instead of or beside --batch-tokens"));
  to.verbs({"clm"});
  to(form, form_option());
  to.verbs(kOfAll);
  to(accumulate, integer_row("accumulate", 1, "Batches per update"));
  to.verbs({"mlm", "prompts"});
  to(mask_fraction, number_row("mask-fraction", 0.15, "Part of the residues to predict"));
  to(masking,
     choice_row("masking", {"residues", "reference"},
                "The 10 % that are replaced: by another of the 20 residues, or by any token of the vocabulary as "
                "Transformers' collator does"));
  to.verbs(kTrained);
}

void TrainOptions::declare_label(OptionBinder& to) {
  to.group("Labels");
  to.verbs({"classify", "residues"});
  to(valid_split,
     {.name = "valid-split",
      .help = "Values of --split-column that are held out (default: valid, validation, val, dev); rows of a split "
              "called test are left out",
      .value_name = "NAMES"});
  to(problem, choice_row("problem", {"auto", "single-label", "multi-label", "regression"},
                         "Kind of labels; auto: seen from them, and told"));
  to(classes,
     {.name = "classes", .help = "Classes in order (default: those of the data, sorted)", .value_name = "NAMES"});
  to.verbs({"classify"});
  to(pooling,
     choice_row("pooling", {"mean", "cls", "max"},
                "What a new head reads: the mean over the residues, or the first token, as Transformers does; of cnn, "
                "lstm and transformer: mean or max"));
  to.verbs(kTrained);
}

void TrainOptions::declare_model(OptionBinder& to) {
  to.group("New model");
  to.group("");
  to.verbs(kOfAll);
  to(from,
     {.name = "from",
      .help = "Go on from this model (see `groel models`) instead of from nothing; one-hot: the residues themselves",
      .value_name = "MODEL"});
  OptionSpec prompt_row = prompt_option();
  prompt_row.group = "Data";
  to(prompt, prompt_row);
  to.group("New model");
  to.verbs({"mlm", "clm"});
  to(family, choice_row("family", family_names(), "Family of a new model"));
  to(shape, choice_row("shape", shape_names(), "Shape of a new model, as published; it may bring its family"));
  to(layers, unset_row("layers", "N", "Layers of a new model, instead of --shape's"));
  to(width, unset_row("width", "N", "Width of a new model, instead of --shape's"));
  to(heads, unset_row("heads", "N", "Attention heads of a new model, instead of --shape's"));
  to(tokenizer, {.name = "tokenizer",
                 .help = "Vocabulary of a new GPT-2: letters (a token for each), or a folder that has one",
                 .otherwise = "letters",
                 .value_name = "FOLDER"});
  to(initial_heads,
     choice_row("initial-heads", {"anywhere", "neighbours"},
                "Where the heads of a new model look at first: anywhere (as published models began), or most of "
                "them at a neighbour each"));
  to(initial_deviation,
     unset_row("initial-deviation", "X", "Standard deviation of a new model's weights (default: 0.02)"));
  to.group("Added token");
  to.verbs({"clm"});
  to(pad_token,
     {.name = "pad-token",
      .help = "Add this token (<pad>) to the vocabulary of --from, and a row for it to its tables, as scripts of "
              "Transformers do; nothing is padded here",
      .value_name = "TEXT"});
  to(pad_row, choice_row("pad-row", {"mean", "drawn"},
                         "Its row: the mean of the others (as Transformers since 4.46), or drawn as new weights are"));
  to.group("New model");
  to.verbs(kTrained);
  to(dropout, unset_row("dropout", "X", "Dropout (default: the model's own; 0 for a new one)"));
}

void TrainOptions::declare_trained(OptionBinder& to) {
  to.group("What is trained");
  to.verbs(kOfAll);
  to(train,
     {.name = "train",
      .help =
          "What is trained: all, heads (the trunk is run once and its embeddings kept; of pairs the default), last:N "
          "layers and the head; of prompts: prompts (the default, with the heads of tasks) or all",
      .otherwise = "all",
      .value_name = "WHAT"});
  to.verbs({"mlm", "clm", "classify", "residues"});
  to(freeze, unset_row("freeze", "N", "Train all but the first N layers: the tables of tokens and positions, too"));
  to.verbs(kOfAll);
  to(lora_r, unset_row("lora-r", "N", "Train low-rank adapters of this rank (and the head) instead"));
  to(lora_alpha, number_row("lora-alpha", 16, "Their scale is alpha / r"));
  to(lora_dropout, number_row("lora-dropout", 0, "Dropout of what enters them"));
  to(lora_targets, {.name = "lora-targets",
                    .help = "Layers that get them: query, key, value, dense",
                    .otherwise = {"query", "value"},
                    .value_name = "NAMES"});
  to.verbs(kTrained);
  to(merge, {.name = "merge", .help = "Also write the model with its adapters merged, in --output/merged"});
  to.verbs(kOfAll);
  to(checkpointing,
     {.name = "checkpointing",
      .help = "Keep no activations inside the layers and compute them twice: less memory, a third more time"});
  to(memory,
     {.name = "memory", .help = "Memory that a step may take, e.g. 4G (default: what is free)", .value_name = "SIZE"});
  to.verbs(kOfAll);
  to(cache_limit, {.name = "cache-limit",
                   .help = "Embeddings of a frozen trunk kept in memory; more go to a file in --output",
                   .otherwise = "4G",
                   .value_name = "SIZE"});
}

void TrainOptions::declare_length(OptionBinder& to) {
  to.group("Length");
  to.verbs(kTrained);
  to(steps, unset_row("steps", "N", "Updates to make"));
  to.group("");
  to.verbs(kOfAll);
  to(epochs,
     unset_row("epochs", "N",
               "Times to see the data (default, without --steps and --minutes: 3 to 100, as many as 300 updates "
               "take, of a head on a frozen trunk 1,500; of pairs 40)"));
  to.group("Length");
  to.verbs(kTrained);
  to(minutes, unset_row("minutes", "X", "Time to train for; without --steps and --epochs the schedule follows it"));
  to.verbs(kOfAll);
  to(seed, integer_row("seed", 42, "Of new weights, order, crops, masks and dropout"));
}

void TrainOptions::declare_optimizer(OptionBinder& to) {
  to.group("Optimiser");
  to.verbs(kTrained);
  to(optimizer,
     choice_row("optimizer", {"adamw", "muon", "sgd"},
                "Optimiser; muon: for the matrices of the layers, adamw for the rest; biases and norms are never "
                "decayed"));
  to.verbs(kOfAll);
  to(learning_rate, unset_row("learning-rate", "X",
                              "Highest learning rate (default: 1e-3; 5e-5 where weights of --from are trained)"));
  to.verbs(kTrained);
  to(schedule, choice_row("schedule", {"linear", "cosine", "constant"}, "What the rate does after the warm-up"));
  to(warmup, number_row("warmup", 0.05, "Warm-up: steps, or below 1 a part of the run"));
  to(floor, number_row("floor", 0, "What the schedule ends at, as a part of the rate"));
  to.verbs(kOfAll);
  to(weight_decay, number_row("weight-decay", 0.01, "Weight decay"));
  to.verbs(kTrained);
  to(beta1, number_row("beta1", 0.9, "AdamW's first moment"));
  to(beta2, number_row("beta2", 0.98, "AdamW's second moment"));
  to(epsilon, number_row("epsilon", 1e-8, "AdamW's epsilon"));
  to(momentum, unset_row("momentum", "X", "Momentum of SGD (default: 0.9) and Muon (0.95)"));
  to(clip, number_row("clip", 1, "Highest norm of the gradient; 0: any"));
}

void TrainOptions::declare_output(OptionBinder& to) {
  to.group(kOutput);
  to.group("");
  to.verbs(kOfAll);
  to(output, {.name = "output",
              .letter = 'o',
              .help = "Folder for the model, its checkpoints and curves",
              .value_name = "DIR",
              .writes = Writes::folder,
              .aliases = {"out"}});
  to.group(kOutput);
  to.verbs(kTrained);
  to(resume, {.name = "resume", .help = "Go on from the newest checkpoint in --output, if there is one"});
  to.verbs(kOfAll);
  to(overwrite, {.name = "overwrite", .help = "Remove the run that --output holds"});
  to.verbs(kTrained);
  to(log_every, integer_row("log-every", 10, "Steps between lines of metrics.jsonl"));
  to(eval_every, integer_row("eval-every", 0, "Steps between evaluations; 0: after each epoch"));
  to(metric, choice_row("metric",
                        {"loss", "perplexity", "accuracy", "balanced_accuracy", "subset_accuracy", "f1", "mcc", "auroc",
                         "spearman", "pearson", "rmse", "mae", "r2"},
                        "What the best model and early stopping go by"));
  to.verbs(kOfAll);
  to(patience, integer_row("patience", 0, "Stop after this many evaluations without a better metric; 0: never"));
  to.verbs(kTrained);
  to(min_gain, number_row("min-gain", 0, "By how much it has to be better to count for --patience"));
  to(save_every, integer_row("save-every", 500, "Steps between checkpoints; 0: only at the end"));
  to(save_total_limit, integer_row("save-total-limit", 2, "Checkpoints to keep, the newest; 0: all"));
  to(keep, choice_row("keep", {"last", "best"}, "Which model to leave in --output (the best is also in best/)"));
  to.verbs({"classify", "residues"});
  to(report, choice_row("report", {"page", "scores", "none"},
                        "Judge the predictor on the held-out rows: page, beside baselines and with intervals, in "
                        "report/report.html; scores, by its own scores alone; none"));
  to(test, {.name = "test",
            .help = "Judge it on the rows of the split called test, too: to be done once, at the very end; also with "
                    "--resume of a finished run"});
  to.verbs(kJudged);
  to(repeats,
     integer_row("repeats", 1,
                 "Runs with the seeds SEED, SEED + 1, …, in repeat-1, repeat-2, … of --output, and the mean "
                 "and spread of their scores; with --valid-fraction, and of pairs, each has a split of its own"));
  to.verbs({"classify", "residues"});
  to(each_split,
     {.name = "each-split",
      .help = "A run for each value of --split-column, which is held out in it, in split-VALUE of --output, "
              "and the mean and spread of their scores"});
  to(test_data,
     {.name = "test-data",
      .help = "The rows of the test split, where they are in files of their own; not looked at without --test",
      .value_name = "FILES"});
  to.verbs({"classify"});
  to(label_names,
     {.name = "label-names",
      .help = "What labels are called in the report: a table whose first two columns are labels and names, "
              "or an ontology (.obo)",
      .value_name = "FILE"});
  to.verbs(kTrained);
}

void LabelColumnOptions::declare(OptionBinder& to, const std::string& label_group,
                                 const std::vector<std::string>& more_verbs) {
  to.group("Labels");
  to.verbs({"classify", "residues"});
  to(sequence_column,
     {.name = "sequence-column", .help = "Column of the sequences (default: sequence, seq, …)", .value_name = "NAME"});
  to.group(label_group);
  std::vector<std::string> label_verbs{"classify", "residues", "pairs"};
  label_verbs.insert(label_verbs.end(), more_verbs.begin(), more_verbs.end());
  to.verbs(label_verbs);
  to(label_column, {.name = "label-column",
                    .help = "Column of the labels (default: label); several: yes/no labels (0 and 1), or numbers",
                    .value_name = "NAMES"});
  to.group("Labels");
  to.verbs({"classify", "residues"});
  to(split_column,
     {.name = "split-column", .help = "Column that tells what is held out from the rest", .value_name = "NAME"});
  to(gaps, gaps_option());
  to.verbs({"residues"});
  to(unlabelled, {.name = "unlabelled", .help = "Characters of residues without a label", .value_name = "CHARS"});
  to(mask_column,
     {.name = "mask-column",
      .help = "Columns of 0 and 1 for each residue: the label of one with a 0 in any of them does not count",
      .value_name = "NAMES"});
  to.verbs({});
  to.group("");
}

const std::vector<Verb>& train_verbs() {
  static const std::vector<Verb> verbs{{"mlm", "Learn to fill in hidden residues, from nothing or from a model"},
                                       {"clm", "Learn to write proteins, token by token, from nothing or from a model"},
                                       {"classify", "Learn labels or numbers of whole sequences, from a table"},
                                       {"residues", "Learn a label for each residue, from a table", "tokens"},
                                       {"pairs", "Learn which proteins interact, and how, from a table of pairs"},
                                       {"prompts", "Learn prompts of a model, on several tasks at once"}};
  return verbs;
}

void TrainOptions::declare(OptionBinder& to) {
  to.values(all);
  to(objective,
     {.name = "objective",
      .type = OptionType::paths,
      .help = "mlm (masked language modelling), clm (causal), classify (labels of sequences), residues (labels of "
              "residues), pairs (interactions of two proteins), prompts, or a recipe: a .toml file of these options",
      .value_name = "OBJECTIVE",
      .renamed = renamed_verbs(train_verbs())});
  declare_data(to);
  LabelColumnOptions::declare(to, "");
  declare_label(to);
  pairs.declare(to);
  HeadOptions::declare(to);
  PromptOptions::declare(to);
  declare_model(to);
  declare_trained(to);
  declare_length(to);
  declare_optimizer(to);
  declare_output(to);
  to.group("Length");
  to.verbs(kTrained);
  to(cost, {.name = "cost", .help = "Say what the run would cost in tokens, memory and minutes, and stop there"});
  to.verbs({});
  to(dtype, training_dtype_option());
  to(threads, threads_option());
  to(json, json_option());
}

}  // namespace groel::tasks
