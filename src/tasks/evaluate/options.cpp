// The table of options of groel evaluate.
#include "tasks/evaluate/options.h"

namespace groel::tasks {

void EvaluateOptions::declare(OptionBinder& to) {
  to(objective, {.name = "objective",
                 .type = OptionType::paths,
                 .help = "What to evaluate: mlm, classify (labels of sequences) or residues (labels of residues)",
                 .value_name = "OBJECTIVE",
                 .choices = {"mlm", "classify", "residues"},
                 .required = true,
                 .renamed = renamed_verbs(evaluate_verbs())});
  to(data, {.name = "data",
            .help = "FASTA, FASTQ, A3M, CSV or TSV files (also .gz, .bgz, .zst), separated by commas",
            .value_name = "FILES",
            .required = true});
  to(model, model_option());
  to(mask_fraction, {.name = "mask-fraction",
                     .help = "Part of the residues that is hidden",
                     .otherwise = 0.15,
                     .value_name = "X",
                     .group = "Masking",
                     .verbs = {"mlm"}});
  to(seed, {.name = "seed",
            .help = "Of the choice of hidden residues",
            .otherwise = 0,
            .value_name = "N",
            .group = "Masking",
            .verbs = {"mlm"}});
  to(max_length, {.name = "max-length",
                  .help = "Residues of a sequence at most; of a longer one its middle is used, with labels its start",
                  .otherwise = 1022,
                  .value_name = "N",
                  .group = kInput});
  to(batch_tokens, {.name = "batch-tokens",
                    .help = "Tokens per batch; changes no number",
                    .otherwise = 4096,
                    .value_name = "N",
                    .group = kPerformance});
  to(per_residue,
     {.name = "per-residue", .help = "Also the accuracy of each kind of residue", .group = kOutput, .verbs = {"mlm"}});
  to(dtype, dtype_option());
  to(threads, threads_option());
  to(json, json_option());
  LabelColumnOptions::declare(to, "Labels");
  to(split, {.name = "split",
             .help = "Rows alone that have these values in --split-column",
             .value_name = "NAMES",
             .group = "Labels",
             .verbs = {"classify", "residues"}});
}

const std::vector<Verb>& evaluate_verbs() {
  static const std::vector<Verb> verbs{{"mlm", "How well a model fills in hidden residues: perplexity and accuracy"},
                                       {"classify", "How well a head predicts labels or numbers of sequences"},
                                       {"residues", "How well a head predicts the labels of residues", "tokens"}};
  return verbs;
}

}  // namespace groel::tasks
