// The table of options of groel predict.
#include "tasks/predict/options.h"

namespace groel::tasks {

void PredictOptions::declare(OptionBinder& to) {
  to(input, sequences_option());
  to(model, {.name = "model",
             .letter = 'm',
             .help = "Predictor: the folder that `groel train classify`, `residues` or `pairs` wrote, or any model "
                     "with a head of classes",
             .value_name = "MODEL",
             .required = true});
  to(prompt, prompt_option());
  to(output, {.name = "output",
              .letter = 'o',
              .help = "File to write (.csv, .tsv, .jsonl, also .gz, .zst); without it the table goes to stdout",
              .value_name = "FILE",
              .writes = Writes::file,
              .aliases = {"out"}});
  to(format, {.name = "format",
              .letter = 'f',
              .help = "Format of the table, whatever the extension (default: by it, else csv)",
              .choices = {"csv", "tsv", "jsonl"},
              .group = kOutput});
  to(all_labels,
     {.name = "all-labels", .help = "The probability of every label, in a column of its own", .group = kOutput});
  to(top, {.name = "top",
           .help = "A row for each of the N likeliest labels of a protein, with their probabilities; 0: one row",
           .otherwise = 0,
           .value_name = "N",
           .group = kOutput});
  to(names, {.name = "names",
             .help = "Table whose first two columns are labels and what they are called, to be shown beside them; or "
                     "an ontology (.obo)",
             .value_name = "FILE",
             .group = kInput});
  to(residues, {.name = "residues",
                .help = "Labels of residues: as one text per protein, or as one row per residue",
                .otherwise = "text",
                .choices = {"text", "rows"},
                .group = kOutput});
  to(threshold, {.name = "threshold",
                 .help = "Several labels: the probability from which one is said to apply (default: those that the "
                         "predictor was trained to use, else 0.5)",
                 .value_name = "P",
                 .group = kOutput});
  to(longer, {.name = "long",
              .help = "Sequences that are longer than the predictor reads: their start counts, or the record fails",
              .otherwise = "truncate",
              .choices = {"truncate", "error"},
              .group = kInput});
  to(id_column, {.name = "id-column", .help = "CSV/TSV: column of the ids", .value_name = "NAME", .group = kInput});
  to(sequence_column,
     {.name = "sequence-column", .help = "CSV/TSV: column of the sequences", .value_name = "NAME", .group = kInput});
  to.group(kInput);
  pairs.declare(to, {});
  to.group("");
  to(gaps, gaps_option());
  to(dtype, dtype_option());
  to(threads, threads_option());
  BatchOptions::declare(to);
  to(resume, {.name = "resume", .help = "Go on from what an interrupted run left", .group = kOutput});
  to(overwrite, {.name = "overwrite",
                 .help = "Replace an existing output, and drop what an interrupted run left",
                 .group = kOutput});
  to(json, json_option());
}

}  // namespace groel::tasks
