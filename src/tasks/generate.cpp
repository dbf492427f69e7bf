// groel generate: new proteins, written by a causal language model.
#include <algorithm>
#include <cctype>

#include "tasks/generate/prompts.h"
#include "tasks/generate/run.h"
#include "tasks/generate/settings.h"
#include "tasks/reading/kept_rows.h"
#include "tasks/reading/model.h"

namespace groel::tasks {
namespace {

void check(const GenerateOptions& o) {
  if (o.number < 1) throw Error(ErrorKind::usage, {"it is a number of proteins", "--number", "1 or more"});
  if (o.batch < 0) throw Error(ErrorKind::usage, {"it is a number of proteins", "--batch", "0 (by memory) or more"});
  if (o.tries != 0 && o.tries < o.number)
    throw Error(ErrorKind::usage, {"it is below --number", "--tries", "as many at least"});
  if (o.json && (o.output || !o.format.empty()))
    throw Error(ErrorKind::usage, {"it prints the proteins, which --output and --format write in another form",
                                   "--json", "leave it away, or both of them"});
  if (o.best && (*o.best < 1 || (*o.best > o.number && o.prompts.empty())))
    throw Error(ErrorKind::usage, {"it is a number of the proteins that are written", "--best", "from 1 to --number"});
  if (o.prompt && !o.prompts.empty())
    throw Error(ErrorKind::usage, {"what proteins begin with is said twice", "--prompt --prompts", "give one of them"});
  if (o.prompts.empty() && !(o.prompt_column.empty() && o.id_column.empty()))
    throw Error(ErrorKind::usage,
                {"there is no table of prompts", o.id_column.empty() ? "--prompt-column" : "--id-column",
                 "name it: --prompts FILES"});
  if (o.best && o.resume)
    throw Error(ErrorKind::usage, {"the best are known at the end alone, so that nothing is kept on the way",
                                   "--resume", "leave --best away, and sort what was written"});
  if (o.judge.empty() && (o.report || !o.judge_by.empty()))
    throw Error(ErrorKind::usage, {"there is nothing to compare with", o.report ? "--report" : "--judge-by",
                                   "name what the model learned from: --judge FILES"});
  for (const char c : o.require)
    if (c < 'A' || c > 'Z')
      throw Error(ErrorKind::usage, {fmt::format("'{}' is no residue", c), "--require", "capital letters, such as CC"});
  for (const char c : o.require)
    if (o.forbid.find(c) != std::string::npos || o.forbid.find(static_cast<char>(std::tolower(c))) != std::string::npos)
      throw Error(ErrorKind::usage,
                  {fmt::format("'{}' has to come and may not", c), "--require --forbid", "leave it out of one"});
  if (o.max_perplexity && !(*o.max_perplexity > 1))
    throw Error(ErrorKind::usage, {"a perplexity is over 1", "--max-perplexity", "a number over 1"});
}

// --prompts, or the one that --prompt or the model begins with.
PromptsOfFiles prompts_of(const GenerateOptions& options, const bio::Tokenizer& tokenizer, Sink& sink) {
  if (options.prompts.empty()) return {};
  return read_prompt_files({options.prompts, options.prompt_column, options.id_column}, tokenizer, sink);
}

std::size_t longest(const std::vector<NamedPrompt>& prompts) {
  std::size_t out = 0;
  for (const NamedPrompt& prompt : prompts) out = std::max(out, prompt.ids.size());
  return out;
}

int run(const GenerateOptions& options, Context& context) {
  check(options);
  generate_form(options);  // a wrong name is said before the model is loaded
  const RunOutput output{options.output.value_or("-"), options.resume, options.overwrite};
  if (output.path != "-") check_run_output(output);
  const checkpoints::LoadedModel loaded = load_model_of(options, context.sink);
  models::require<models::CausalLm>(*loaded.model);
  PromptsOfFiles prompts = prompts_of(options, loaded.model->tokenizer(), context.sink);
  const GenerateSettings settings = generate_settings(options, loaded, longest(prompts.prompts));
  if (options.prompts.empty()) prompts.prompts.push_back({{}, settings.prompt});
  return write_proteins(options, loaded, settings, std::move(prompts), context);
}

}  // namespace

Task generate_task() {
  return {
      .name = "generate",
      .summary = "Write new proteins with a causal language model (ProtGPT2, ZymCTRL)",
      .description =
          "Draws a protein token by token: after penalties, from the likeliest that --top-k and --top-p leave, at a "
          "temperature, in the order that Transformers has. Records say their perplexity by the model and the "
          "settings; "
          "JSON lines have token ids and log-probabilities, too. Many are written at a time, which changes none of "
          "them. Exit status 1: fewer were kept than were asked for.",
      .examples = {{"groel generate -n 5", "five proteins of the bundled model"},
                   {"groel generate -p MKT -n 100 --length 50:200 --standard --unique -o new.fasta",
                    "a hundred different ones that begin so, of 50 to 200 residues"},
                   {"groel generate --prompts examples/proteins.fasta --max-new-tokens 30 -n 2 -o both.fasta",
                    "two that begin as each record of a file does"},
                   {"groel generate -p MKT --greedy --max-new-tokens 20 --json", "the likeliest tokens, as JSON"}},
      .options = option_table<GenerateOptions>(),
      .run = entry<GenerateOptions, run>,
      .shared = always_shared,
  };
}

}  // namespace groel::tasks
