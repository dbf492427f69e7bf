// Help texts and defaults of the options that several tasks share.
#include "tasks/reading/options.h"

#include "checkpoints/bundled.h"
#include "engine/precision.h"
#include "tasks/reading/csv_text.h"

namespace groel::tasks {

OptionSpec model_option() {
  return {.name = "model",
          .letter = 'm',
          .help = "Model: a name that `groel models` lists, a Hugging Face folder, or a fair-esm .pt file",
          .otherwise = checkpoints::bundled_models().front().name,
          .value_name = "MODEL",
          .setting = "model"};
}

OptionSpec threads_option() {
  return {.name = "threads",
          .letter = 't',
          .help = "Threads to use; 0: every core this process may run on",
          .otherwise = 0,
          .value_name = "N",
          .group = kPerformance,
          .setting = "threads"};
}

OptionSpec json_option() { return {.name = "json", .help = "Print JSON instead of text", .group = kOutput}; }

OptionSpec dtype_option() {
  return {.name = "dtype",
          .help =
              "Precision of the products: f32 gives the reference's numbers on every machine; bf16 is faster where "
              "the processor has bf16 products, with about 3 digits; f32x3 makes products of several in bf16, with "
              "about 5 digits, where that is faster than f32 (processors with AMX), and is f32 elsewhere; int8 rounds "
              "the layers' weights and their inputs to whole numbers, which is fastest where the processor multiplies "
              "bytes (AVX-512 VNNI, AMX), with about 2 digits, in a quarter of the memory",
          .otherwise = "f32",
          .choices = engine::precision_names(),
          .group = kPerformance};
}

OptionSpec training_dtype_option() {
  OptionSpec out = dtype_option();
  out.help =
      "Precision of the products: f32 is exact; bf16 is faster where the processor has bf16 products; f32x3 makes "
      "products of several in bf16 where that is faster than f32 (processors with AMX)";
  out.choices = engine::training_precision_names();
  return out;
}

OptionSpec prompt_option() {
  return {.name = "prompt",
          .help =
              "Learned prompts that join every sequence, separated by commas: names of those that are kept beside "
              "the model, or files (`groel train prompts` writes them)",
          .value_name = "NAMES",
          .group = kInput};
}

OptionSpec weights_option() {
  return {.name = "weights",
          .help =
              "Numbers of the layers' weights: exact, as --dtype has them; int8: whole numbers with a scale for each "
              "output, a quarter of f32's memory, which is what writing a protein at a time waits for",
          .otherwise = "exact",
          .choices = engine::weight_form_names(),
          .group = kPerformance};
}

OptionSpec sequences_option() {
  return {.name = "input",
          .type = OptionType::paths,
          .help = "A sequence, or files: FASTA, FASTQ, A3M, CSV or TSV (also .gz, .bgz, .zst); - is stdin",
          .value_name = "INPUT",
          .required = true};
}

OptionSpec record_option() {
  return {.name = "record",
          .help = "Only the records of this id; a part between bars names 'sp|P01308|INS_HUMAN', too",
          .value_name = "ID",
          .group = kInput};
}

OptionSpec gaps_option() {
  return {.name = "gaps",
          .help = "Gaps of aligned sequences (- . ~ …): tokens of their own, or left out",
          .otherwise = "keep",
          .choices = {"keep", "drop"},
          .group = kInput};
}

io::Gaps parse_gaps(const std::string& text) { return text == "drop" ? io::Gaps::drop : io::Gaps::keep; }

void SequenceOptions::declare_records(OptionBinder& to) {
  to(record, record_option());
  to(gaps, gaps_option());
  declare_alignment(to);
}

void AlignmentOptions::declare_alignment(OptionBinder& to) {
  constexpr const char* kAlignments = "Alignments, for models that read them";
  to(aligned, {.name = "aligned",
               .help = "Files are alignments whatever their names (.a3m and .a2m are anyway): all records of one, "
                       "equally long, are the rows of one alignment",
               .group = kAlignments});
  to(max_rows, {.name = "max-rows",
                .help = "Rows to read of an alignment, the query (its first) among them",
                .otherwise = 128,
                .value_name = "N",
                .group = kAlignments});
  to(choose_rows, {.name = "choose-rows",
                   .help = "Which, where there are more: diverse (one after the other the row that differs most from "
                           "those chosen), similar (that differs least), or the first",
                   .otherwise = "diverse",
                   .choices = {"diverse", "similar", "first"},
                   .group = kAlignments});
  to(min_identity, {.name = "min-identity",
                    .help = "Leave out rows with a smaller part of residues equal to the query's, where both have one",
                    .otherwise = 0.0,
                    .value_name = "X",
                    .group = kAlignments});
  to(max_identity, {.name = "max-identity",
                    .help = "Leave out rows with a larger part",
                    .otherwise = 1.0,
                    .value_name = "X",
                    .group = kAlignments});
}

bio::RowFilter AlignmentOptions::row_filter() const {
  if (max_rows < 1) throw Error(ErrorKind::usage, {"an alignment has at least one row, the query", "--max-rows", {}});
  if (!(min_identity >= 0 && min_identity <= max_identity && max_identity <= 1))
    throw Error(ErrorKind::usage, {"identities are parts from 0 to 1, the smaller one first", "--min-identity",
                                   "for example --min-identity 0.3 --max-identity 0.95"});
  const auto choice = choose_rows == "first"     ? bio::RowChoice::first
                      : choose_rows == "similar" ? bio::RowChoice::similar
                                                 : bio::RowChoice::diverse;
  return {max_rows, choice, min_identity, max_identity};
}

OptionSpec window_option(std::int64_t otherwise) {
  return {.name = "window",
          .help = "Tokens that the model sees of a longer sequence, around the position asked for; 0: all it can read",
          .otherwise = otherwise,
          .value_name = "N",
          .group = kPerformance};
}

OptionSpec memory_option() {
  return {.name = "memory",
          .help = "Memory to stay within, e.g. 4G (default: 80 % of what is free)",
          .value_name = "SIZE",
          .group = kPerformance,
          .setting = "memory"};
}

void BatchOptions::declare(OptionBinder& to) {
  to(max_tokens, {.name = "max-tokens",
                  .help = "Tokens per batch at most (default: chosen from the plan)",
                  .value_name = "N",
                  .group = kPerformance});
  to(memory, memory_option());
}

engine::PlanOptions BatchOptions::plan() const { return {.memory = memory, .max_tokens = max_tokens}; }

engine::ScanOptions MaskedScanOptions::scan_options() const {
  if (window < 0) throw Error(ErrorKind::usage, {"a window has no negative size", "--window", "0 is no window"});
  engine::ScanOptions out;
  out.plan = plan();
  if (window > 0) out.window = window;
  return out;
}

OptionSpec table_option(std::string help, const std::vector<std::string>& more) {
  OptionSpec spec{.name = "output", .letter = 'o', .help = std::move(help), .value_name = "FILE"};
  spec.writes = Writes::file;
  spec.aliases = {"out"};
  spec.extensions = table_extensions();
  spec.extensions.insert(spec.extensions.end(), more.begin(), more.end());
  return spec;
}

OptionSpec overwrite_option() { return {.name = "overwrite", .help = "Replace an existing output", .group = kOutput}; }

OptionSpec picture_option(const std::string& shows) {
  OptionSpec spec{.name = "picture",
                  .help = shows + ": .svg, .png, or .html to look into; its data as CSV beside it",
                  .value_name = "FILE"};
  spec.writes = Writes::picture;
  spec.extensions = {".svg", ".png", ".html"};
  return spec;
}

}  // namespace groel::tasks
