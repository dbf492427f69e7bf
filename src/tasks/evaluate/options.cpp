// The table of options of groel evaluate.
#include "tasks/evaluate/options.h"

namespace groel::tasks {
namespace {

const std::vector<std::string> kOfModels{"mlm", "classify", "residues"};
const std::vector<std::string> kOfLabels{"classify", "residues"};
const std::vector<std::string> kOfPairs{"mlm", "classify", "residues", "pairs"};

}  // namespace

void EvaluateOptions::declare(OptionBinder& to) {
  to(objective,
     {.name = "objective",
      .type = OptionType::paths,
      .help = "What to evaluate: mlm, classify (labels of sequences), residues (labels of residues), pairs "
              "(interactions), table and a table of predictions, or terms and predicted terms of an ontology",
      .value_name = "OBJECTIVE",
      .required = true,
      .renamed = renamed_verbs(evaluate_verbs())});
  to(data, {.name = "data",
            .help = "FASTA, FASTQ, A3M, CSV or TSV files (also .gz, .bgz, .zst), separated by commas",
            .value_name = "FILES",
            .verbs = kOfPairs});
  OptionSpec model_row = model_option();
  model_row.verbs = kOfPairs;
  to(model, model_row);
  OptionSpec prompt_row = prompt_option();
  prompt_row.verbs = kOfModels;
  to(prompt, prompt_row);
  to(mask_fraction, {.name = "mask-fraction",
                     .help = "Part of the residues that is hidden",
                     .otherwise = 0.15,
                     .value_name = "X",
                     .group = "Masking",
                     .verbs = {"mlm"}});
  to(seed, {.name = "seed",
            .help = "Of the choice of hidden residues, or of the resamples",
            .otherwise = 0,
            .value_name = "N",
            .verbs = {"mlm", "table", "terms", "pairs"}});
  to(max_length, {.name = "max-length",
                  .help = "Residues of a sequence at most; of a longer one its middle is used, with labels its start",
                  .otherwise = 1022,
                  .value_name = "N",
                  .group = kInput,
                  .verbs = kOfModels});
  to(batch_tokens, {.name = "batch-tokens",
                    .help = "Tokens per batch; changes no number",
                    .otherwise = 4096,
                    .value_name = "N",
                    .group = kPerformance,
                    .verbs = kOfModels});
  to(per_residue,
     {.name = "per-residue", .help = "Also the accuracy of each kind of residue", .group = kOutput, .verbs = {"mlm"}});
  OptionSpec dtype_row = dtype_option();
  dtype_row.verbs = kOfPairs;
  to(dtype, dtype_row);
  to(threads, threads_option());
  to(json, json_option());
  LabelColumnOptions::declare(to, "Labels", {"table"});
  to(split, {.name = "split",
             .help = "Rows alone that have these values in --split-column",
             .value_name = "NAMES",
             .group = "Labels",
             .verbs = kOfLabels});
  to(report, {.name = "report",
              .help = "Folder for a report: a page with scores and intervals, per-class bars, calibration and errors",
              .value_name = "DIR",
              .group = kOutput,
              .verbs = kOfLabels});
  to(learned_from, {.name = "learned-from",
                    .help = "For the report: what the model learned from, in the same columns; baselines learn from it",
                    .value_name = "FILES",
                    .group = "Labels",
                    .verbs = kOfLabels});
  to.group("Pairs");
  pairs.declare(to, {"pairs"});
  to.group("");
  table.declare(to);
  terms.declare(to);
}

const std::vector<Verb>& evaluate_verbs() {
  static const std::vector<Verb> verbs{{"mlm", "How well a model fills in hidden residues: perplexity and accuracy"},
                                       {"classify", "How well a head predicts labels or numbers of sequences"},
                                       {"residues", "How well a head predicts the labels of residues", "tokens"},
                                       {"pairs", "How well a predictor tells which proteins interact, and how"},
                                       {"table", "How good the predictions in a table are"},
                                       {"terms", "How good predicted terms of an ontology are: CAFA's Fmax and Smin"}};
  return verbs;
}

}  // namespace groel::tasks
