// The table of options of groel score.
#include "tasks/score/options.h"

namespace groel::tasks {

namespace {

constexpr std::int64_t kWindow = 1024;  // ProteinGym's

}  // namespace

void ScoreOptions::declare(OptionBinder& to) {
  OptionSpec models = model_option();
  models.otherwise = nlohmann::json::array({models.otherwise});
  models.help += "; several (-m A -m B) get a column each, and their mean and minimum";
  to(input, sequences_option());
  to(model, models);
  to(prompt, prompt_option());
  declare_records(to);
  to(variants, {.name = "variants",
                .letter = 'v',
                .help = "CSV or TSV table, a list of one variant per line, or variants themselves: A5D:K9R,M1A",
                .value_name = "FILE"});
  to(scan, {.name = "scan", .help = "Every single substitution of the sequence"});
  to(mutation_column, {.name = "mutation-column",
                       .help = "Column of the variants (default: mutant, mutation, variant, hgvs, ...)",
                       .value_name = "NAME",
                       .group = "Table of variants",
                       .aliases = {"mutation-col"}});
  to(sequence_column, {.name = "sequence-column",
                       .help = "Column of whole sequences, instead of variants",
                       .value_name = "NAME",
                       .group = "Table of variants",
                       .aliases = {"sequence-col"}});
  to(target_column, {.name = "target-column",
                     .help = "Column of measured values to compare with",
                     .value_name = "NAME",
                     .group = "Table of variants",
                     .aliases = {"target-col"}});
  to(target_threshold, {.name = "target-threshold",
                        .help = "For AUROC: measured values above it count as positive (default: their median)",
                        .value_name = "X",
                        .group = "Table of variants"});
  to(offset, {.name = "offset",
              .help = "Taken from the positions as written, which then count from 1",
              .otherwise = 0,
              .value_name = "N",
              .group = "Table of variants"});
  to(method, {.name = "method",
              .help = "How to score (of a causal model: likelihood, of whole sequences)",
              .otherwise = "masked-marginals",
              .choices = {"masked-marginals", "wt-marginals", "pseudo-perplexity", "likelihood"},
              .group = "Method"});
  to(output, table_option("File to write: .csv, .tsv or .json (default: CSV to stdout)"));
  to(picture, picture_option("Picture: measured values against scores (--target-column), else a map of substitutions"));
  to(show, {.name = "show",
            .help = "What the picture shows of measured values: agreement (points), or a map of substitutions with "
                    "the mean of each position",
            .otherwise = "agreement",
            .choices = {"agreement", "map"},
            .group = kOutput});
  to(overwrite, overwrite_option());
  to(window, window_option(kWindow));
  BatchOptions::declare(to);
  to(dtype, dtype_option());
  to(weights, weights_option());
  to(threads, threads_option());
  to(json, json_option());
}

}  // namespace groel::tasks
