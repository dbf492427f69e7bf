// The table of options of groel generate.
#include "tasks/generate/options.h"

namespace groel::tasks {
namespace {

constexpr const char* kDrawing = "How tokens are drawn";
constexpr const char* kLength = "How long, and of what";
constexpr const char* kKept = "Which proteins are kept";

void declare_drawing(GenerateOptions& o, OptionBinder& to) {
  to.group(kDrawing);
  to(o.greedy, {.name = "greedy", .help = "The likeliest token always: one protein per prompt"});
  to(o.temperature,
     {.name = "temperature", .help = "Below 1 likely tokens become likelier (default: 1)", .value_name = "T"});
  to(o.top_k, {.name = "top-k",
               .help = "Draw among the K likeliest tokens; 0: all (default: the model's, else 950)",
               .value_name = "K"});
  to(o.top_p, {.name = "top-p",
               .help = "Among the fewest that have this probability together (default: 1, all)",
               .value_name = "P"});
  to(o.min_p, {.name = "min-p",
               .help = "Among those at least so likely, as a share of the likeliest (default: 0)",
               .value_name = "P"});
  to(o.typical_p,
     {.name = "typical-p", .help = "Among those of ordinary surprise (default: 1, all)", .value_name = "P"});
  to(o.repetition_penalty, {.name = "repetition-penalty",
                            .help = "Over 1: tokens that the protein or its prompt has are less likely (default: the "
                                    "model's, else 1.2; 1 with --greedy)",
                            .value_name = "X"});
  to(o.no_repeat_ngram,
     {.name = "no-repeat", .help = "No run of N tokens comes twice; 0: off", .otherwise = 0, .value_name = "N"});
  to(o.seed, {.name = "seed",
              .help = "The same seed gives the same proteins, on any number of threads and in any batch",
              .otherwise = 0,
              .value_name = "N"});
}

void declare_length(GenerateOptions& o, OptionBinder& to) {
  to.group(kLength);
  to(o.max_new_tokens, {.name = "max-new-tokens",
                        .help = "Tokens at most, without the prompt's (default: what the model has room for)",
                        .value_name = "N"});
  to(o.min_new_tokens, {.name = "min-new-tokens", .help = "Tokens before it may end", .value_name = "N"});
  to(o.length,
     {.name = "length",
      .help = "Residues: MIN:MAX, MIN: or :MAX; it does not end before MIN and is ended at MAX, or soon after, "
              "where a token holds several",
      .value_name = "MIN:MAX"});
  to(o.ignore_eos, {.name = "ignore-eos", .help = "Go on past the token that ends a protein"});
  to(o.forbid, {.name = "forbid", .help = "Letters that may not come: XBZUO", .value_name = "LETTERS"});
  to(o.window, {.name = "window",
                .help = "Beyond the model's context: go on from the last half of N tokens whenever it has seen N",
                .value_name = "N"});
}

void declare_kept(GenerateOptions& o, OptionBinder& to) {
  to.group(kKept);
  to(o.standard, {.name = "standard", .help = "Those of the 20 residues alone"});
  to(o.require, {.name = "require",
                 .help = "Those with each of these residues, as often as it is given: CC",
                 .value_name = "LETTERS"});
  to(o.unique, {.name = "unique", .help = "Each protein once"});
  to(o.max_perplexity,
     {.name = "max-perplexity", .help = "Those that the model finds so likely at least", .value_name = "X"});
  to(o.best, {.name = "best",
              .help = "Of all that were written, the N of lowest perplexity, the lowest first",
              .value_name = "N"});
  to(o.tries, {.name = "tries",
               .help = "Proteins that are written at most to get --number of them (of each prompt); 0: 20 for each",
               .otherwise = 0,
               .value_name = "N"});
}

void declare_judgement(GenerateOptions& o, OptionBinder& to) {
  to.group("Judgement");
  to(o.judge,
     {.name = "judge",
      .help = "Sequences that the model learned from (files): a page compares what was written with them: residues, "
              "descriptors, nearest protein, copies",
      .value_name = "FILES"});
  to(o.judge_by, {.name = "judge-by",
                  .help = "With --judge: a predictor of one label per protein, whose labels of both are counted",
                  .value_name = "MODEL"});
  to(o.report, {.name = "report",
                .help = "Folder for report.html and report.json of --judge (default: generated-report)",
                .value_name = "DIR",
                .writes = Writes::folder});
}

}  // namespace

void GenerateOptions::declare(OptionBinder& to) {
  to(prompt,
     {.name = "prompt",
      .letter = 'p',
      .help = "What the protein begins with: residues, or text with a model's own tags (default: nothing but the "
              "token that begins one)",
      .value_name = "TEXT"});
  to(prompts,
     {.name = "prompts",
      .help = "Files of prompts: FASTA, CSV or TSV, or one prompt a line (also .gz, .zst; - for stdin); --number "
              "proteins of each, called after it",
      .value_name = "FILES"});
  OptionSpec writer = model_option();
  writer.otherwise = "groel-writer";  // the default of other commands cannot write
  writer.setting.clear();
  to(model, std::move(writer));
  to(number,
     {.name = "number", .letter = 'n', .help = "Proteins to write, of each prompt", .otherwise = 1, .value_name = "N"});
  to(output, {.name = "output",
              .letter = 'o',
              .help = "File to write (.fasta, .jsonl, also .gz, .zst); without it they go to stdout as they come",
              .value_name = "FILE",
              .writes = Writes::file,
              .aliases = {"out"}});
  to.group(kInput);
  to(prompt_column, {.name = "prompt-column",
                     .help = "Tables of --prompts: column of the prompts (default: prompt, else that of the sequences)",
                     .value_name = "NAME"});
  to(id_column, {.name = "id-column", .help = "CSV/TSV: column of the ids", .value_name = "NAME"});
  declare_drawing(*this, to);
  declare_length(*this, to);
  declare_kept(*this, to);
  declare_judgement(*this, to);
  to.group(kOutput);
  to(format, {.name = "format",
              .letter = 'f',
              .help = "Whatever the extension: fasta, or JSON lines with token ids and log-probabilities",
              .choices = {"fasta", "jsonl"}});
  to(resume, {.name = "resume", .help = "Go on from what an interrupted run left"});
  to(overwrite, {.name = "overwrite", .help = "Replace an existing output, and drop what an interrupted run left"});
  to.group({});
  to(json, json_option());
  to(dtype, dtype_option());
  to(weights, weights_option());
  to(threads, threads_option());
  to.group(kPerformance);
  to(batch, {.name = "batch",
             .help = "Proteins that are written at a time; it changes nothing but speed and memory; 0: by the memory "
                     "there is, 32 at most",
             .otherwise = 0,
             .value_name = "N"});
  to(cache,
     {.name = "cache",
      .help = "Numbers of the keys and values that are kept: as --dtype, or (int8: half of bf16's bytes, for many "
              "long proteins at a time)",
      .otherwise = "auto",
      .choices = {"auto", "f32", "bf16", "int8"}});
}

}  // namespace groel::tasks
