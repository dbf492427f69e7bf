// The table of options of groel embed.
#include "tasks/embed/options.h"

#include <algorithm>

#include "bio/output.h"
#include "formats/writers.h"

namespace groel::tasks {
namespace {

std::vector<std::string> output_names() {
  std::vector<std::string> names;
  for (const bio::Output output : bio::all_outputs()) {
    names.emplace_back(bio::name(output));
    std::replace(names.back().begin(), names.back().end(), '_', '-');
  }
  return names;
}

}  // namespace

void EmbedOptions::declare_files(OptionBinder& to) {
  std::vector<std::string> format_names;
  for (const formats::Format& one : formats::formats()) format_names.emplace_back(one.name);
  to(input, {.name = "input",
             .type = OptionType::paths,
             .help = "FASTA, FASTQ, A3M, CSV or TSV files (also .gz, .bgz, .zst), or a sequence; - is stdin",
             .value_name = "INPUT",
             .required = true});
  to(model, model_option());
  to(prompt, prompt_option());
  to(output,
     {.name = "output",
      .letter = 'o',
      .help = "File to write; its extension chooses the format, text also with .gz or .zst; - is stdout (jsonl, csv)",
      .value_name = "FILE",
      .writes = Writes::file,
      .aliases = {"out"}});
  to(format, {.name = "format",
              .letter = 'f',
              .help = "Output format, whatever the extension",
              .choices = format_names,
              .group = kOutput});
}

void EmbedOptions::declare_rest(OptionBinder& to) {
  to(log_softmax, {.name = "log-softmax",
                   .help = "Logits as natural logarithms of probabilities over the vocabulary",
                   .group = kOutput});
  to(layout,
     {.name = "layout",
      .help = "HDF5: packed matrices, or one dataset per protein keyed by id; esm-extract: a folder with one .pt "
              "per record, as fair-esm's scripts/extract.py writes",
      .otherwise = "packed",
      .choices = {"packed", "per-protein", "esm-extract"},
      .group = kOutput});
  to(longer,
     {.name = "long",
      .help = "Sequences over the model's limit (ESM-1b: 1022 residues; ESM-2 has none): fail the record, cut it, or "
              "average "
              "overlapping windows",
      .otherwise = "error",
      .choices = {"error", "truncate", "window"},
      .group = kInput});
  to(dtype, dtype_option());
  to(threads, threads_option());
  BatchOptions::declare(to);
  to(id_column, {.name = "id-column", .help = "CSV/TSV: column of the ids", .value_name = "NAME", .group = kInput});
  to(sequence_column,
     {.name = "sequence-column", .help = "CSV/TSV: column of the sequences", .value_name = "NAME", .group = kInput});
  to(input_format, {.name = "input-format",
                    .help = "Format of the input, where it is not plain from it",
                    .otherwise = "auto",
                    .choices = {"auto", "fasta", "fastq", "csv", "tsv", "pir"},
                    .group = kInput});
  to(gaps, gaps_option());
  to(rows, {.name = "rows",
            .help = "What per-residue and logits hold of an alignment: the query (its first row), or all rows",
            .otherwise = "query",
            .choices = {"query", "all"},
            .group = kOutput});
  to(ends, {.name = "ends",
            .help = "per-residue and logits hold the tokens before and after the residues, too",
            .group = kOutput});
  declare_alignment(to);
  to(resume, {.name = "resume", .help = "Go on from what an interrupted run left", .group = kOutput});
  to(overwrite, {.name = "overwrite",
                 .help = "Replace an existing output, and drop what an interrupted run left",
                 .group = kOutput});
  to(json, json_option());
}

void EmbedOptions::declare(OptionBinder& to) {
  declare_files(to);
  to(include, {.name = "include",
               .letter = 'i',
               .help = "What to write",
               .otherwise = "mean",
               .value_name = "LIST",
               .choices = output_names()});
  to(layers, {.name = "layers",
              .letter = 'l',
              .help = "Layers: 0 (embeddings) to L, -1 (last), ranges as 0..6, or all",
              .otherwise = "-1",
              .value_name = "LIST"});
  declare_rest(to);
}

}  // namespace groel::tasks
