// groel perplexity: how well a model predicts each residue of a protein from all the others.
#include <algorithm>

#include "tasks/perplexity/likelihood.h"
#include "tasks/reading/model.h"
#include "tasks/reading/text_form.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

struct PerplexityOptions : SequenceOptions, ModelOptions, MaskedScanOptions, ThreadOptions {
  bool json = false;
  std::string form;

  void declare(OptionBinder& to) {
    to(input, sequences_option());
    to(model, model_option());
    to(prompt, prompt_option());
    declare_records(to);
    to(form, form_option());
    to(window, window_option(0));
    MaskedScanOptions::declare(to);
    to(dtype, dtype_option());
    to(weights, weights_option());
    to(threads, threads_option());
    to(json, json_option());
  }
};

// What of the records was not predicted.
void tell_left_out(const ordered_json& result, Sink& sink) {
  std::int64_t positions = 0, records = 0;
  for (const ordered_json& row : result["records"]) {
    const auto left_out = row["length"].get<std::int64_t>() - row["predicted_residues"].get<std::int64_t>();
    positions += left_out;
    records += left_out > 0 ? 1 : 0;
  }
  if (positions > 0)
    sink.note(fmt::format(
        "{} in {} none of the 20 residues (X, B, Z, U, O, <mask>, gaps) and not predicted",
        positions == 1 ? "1 position" : fmt::format("{} positions", positions),
        records == 1 ? (positions == 1 ? "1 record is" : "1 record are") : fmt::format("{} records are", records)));
}

void print(const ordered_json& result, PredictedUnit what, std::ostream& out) {
  const std::string predicted = fmt::format("predicted_{}", word(what));
  constexpr const char* kRow = "{:<28} {:>8} {:>10} {:>12}\n";
  out << fmt::format(kRow, "protein", word(what), "perplexity", "log p");
  for (const ordered_json& row : result["records"])
    out << fmt::format(kRow, row["id"].get<std::string>(), row[predicted].get<std::int64_t>(),
                       fmt::format("{:.4f}", row["perplexity"].get<double>()),
                       fmt::format("{:.2f}", row["log_likelihood"].get<double>()));
  const ordered_json& total = result["total"];
  if (!total["perplexity"].is_null())
    out << fmt::format(kRow, "in total", total[predicted].get<std::int64_t>(),
                       fmt::format("{:.4f}", total["perplexity"].get<double>()),
                       fmt::format("{:.2f}", total["log_likelihood"].get<double>()));
}

int report(const std::vector<ReadRecord>& records, const std::vector<Likelihood>& scores, PredictedUnit what,
           const PerplexityOptions& options, Context& context) {
  Failures failures(context.sink);
  const ordered_json result = perplexity_json(records, scores, what, failures);
  if (what == PredictedUnit::residues) tell_left_out(result, context.sink);
  if (options.json)
    context.out << result.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else
    print(result, what, context.out);
  return failures.exit_status();
}

int run_causal(const PerplexityOptions& options, const checkpoints::LoadedModel& loaded, Context& context) {
  if (options.window != 0)
    throw Error(ErrorKind::usage, {"a causal model reads a sequence once, as a whole", "--window", "leave it away"});
  const engine::CausalScan scan(*loaded.model, options.plan());
  const auto tokenizer = tokenizer_in_form(loaded.family->tokenizer(loaded.model->tokenizer().files()), options.form);
  std::vector<ReadRecord> records = read_records(options, *tokenizer, context.sink);
  const auto scores = causal_likelihoods(records, scan, context.sink);
  return report(records, scores, PredictedUnit::tokens, options, context);
}

int run(const PerplexityOptions& options, Context& context) {
  const checkpoints::LoadedModel loaded = load_model_of(options, context.sink);
  const auto can = loaded.model->capabilities();
  if (std::find(can.begin(), can.end(), models::CausalLm::kName) != can.end())
    return run_causal(options, loaded, context);
  if (options.form != "document")
    throw Error(ErrorKind::usage, {"this model reads residues, not text", "--form", "leave it away"});
  models::require<models::MaskedLm>(*loaded.model);
  const bio::Tokenizer& tokenizer = loaded.model->tokenizer();
  const engine::MaskedScan scan(*loaded.model, options.scan_options());
  std::vector<ReadRecord> records = read_records(options, tokenizer, context.sink);
  const auto scores = masked_likelihoods(records, scan, tokenizer, context.sink);
  return report(records, scores, PredictedUnit::residues, options, context);
}

}  // namespace

Task perplexity_task() {
  return {.name = "perplexity",
          .summary = "Measure how well a model predicts each residue of a protein from all the others",
          .description =
              "Pseudo-perplexity: every residue is masked in a copy of its own, and exp(-mean log p) of the true ones "
              "is taken, over the whole vocabulary, per record and in total (over all residues alike). 1 is certainty, "
              "20 about as good as guessing. What is none of the 20 residues (X, B, Z, U, O, <mask>, gaps) is not "
              "predicted. Of a causal model (ProtGPT2) every token of the protein's document is predicted from those "
              "before "
              "it, in one pass: perplexity is per token, and per residue beside it.",
          .examples = {{"groel perplexity examples/proteins.fasta --record P01542", "of crambin"},
                       {"groel perplexity MKTAYIAKQRQISFVKSHFSRQ --json", "of a sequence, as JSON"}},
          .options = option_table<PerplexityOptions>(),
          .run = entry<PerplexityOptions, run>,
          .shared = always_shared};
}

}  // namespace groel::tasks
