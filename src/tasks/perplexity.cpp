// groel perplexity: how well a model predicts each residue of a protein from all the others.
#include <algorithm>
#include <cmath>

#include "engine/causal_scan.h"
#include "tasks/reading/input.h"
#include "tasks/reading/model.h"
#include "tasks/reading/scan_progress.h"
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

struct Likelihood {
  double log = 0;  // natural logarithm, summed over what is predicted
  std::int64_t predicted = 0;
  double perplexity() const { return std::exp(-log / static_cast<double>(predicted)); }
};

// What a model predicts: the residues of a masked one, the tokens of a causal one.
enum class PredictedUnit { residues, tokens };
const char* word(PredictedUnit what) { return what == PredictedUnit::residues ? "residues" : "tokens"; }

// Residues of all records, one masked copy each, in order.
class Leftover {
 public:
  Leftover(const std::vector<ReadRecord>& records, const bio::Tokenizer& tokenizer)
      : records_(records), tokenizer_(tokenizer) {}

  bool next(engine::ScanQuery& query) {
    for (; record_ < records_.size(); ++record_, position_ = 0) {
      const ReadRecord& record = records_[record_];
      if (record.error) continue;
      while (++position_ <= record.residues())
        if (is_standard_residue(tokenizer_, record.encoded.residue(position_))) {
          query = {static_cast<std::int64_t>(record_), &record.encoded, {position_}, {position_}};
          return true;
        }
    }
    return false;
  }

 private:
  const std::vector<ReadRecord>& records_;
  const bio::Tokenizer& tokenizer_;
  std::size_t record_ = 0;
  std::int64_t position_ = 0;
};

void check_records(std::vector<ReadRecord>& records, const engine::MaskedScan& scan, const bio::Tokenizer& tokenizer) {
  for (ReadRecord& record : records) {
    if (record.error) continue;
    try {
      scan.check_fits(record.tokens());
      bool any = false;
      for (const std::int32_t id : record.encoded.residue_ids()) any |= is_standard_residue(tokenizer, id);
      if (!any) throw Error(ErrorKind::bad_input, "none of its residues is one of the 20");
    } catch (const Error& error) {
      record.error = error.at(record.id);
    }
  }
}

// A record of which the model says something that is no number gets its error.
std::vector<Likelihood> likelihoods(std::vector<ReadRecord>& records, const engine::MaskedScan& scan,
                                    const bio::Tokenizer& tokenizer, Sink& sink) {
  std::vector<Likelihood> out(records.size());
  ScanProgress::Work work{"masking", "records", static_cast<std::int64_t>(records.size()), 0};
  for (const ReadRecord& record : records)
    if (!record.error) work.positions += record.residues();
  ScanProgress progress(sink, work);
  Leftover source(records, tokenizer);
  scan.run([&](engine::ScanQuery& query) { return source.next(query); },
           [&](const engine::ScanAnswer& answer) {
             const auto key = static_cast<std::size_t>(answer.key);
             progress.answered(answer.key);
             if (answer.failure != nullptr) records[key].error = answer.failure->at(records[key].id);
             if (records[key].error) return;
             const auto truth = records[key].encoded.residue(answer.position);
             out[key].log += answer.log_probabilities[static_cast<std::size_t>(truth)];
             ++out[key].predicted;
           });
  return out;
}

ordered_json results(const std::vector<ReadRecord>& records, const std::vector<Likelihood>& scores, PredictedUnit what,
                     Failures& failures) {
  ordered_json rows = ordered_json::array();
  ordered_json errors = ordered_json::array();
  const std::string predicted = fmt::format("predicted_{}", word(what));
  Likelihood total;
  std::int64_t residues = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].error) {
      failures.add(records[i].id, *records[i].error);
      errors.push_back(error_json(records[i].id, *records[i].error));
      continue;
    }
    rows.push_back({{"id", records[i].id},
                    {"length", records[i].residues()},
                    {predicted, scores[i].predicted},
                    {"log_likelihood", scores[i].log},
                    {"perplexity", scores[i].perplexity()}});
    if (what == PredictedUnit::tokens)
      rows.back()["perplexity_per_residue"] = std::exp(-scores[i].log / static_cast<double>(records[i].residues()));
    total.log += scores[i].log;
    total.predicted += scores[i].predicted;
    residues += records[i].residues();
  }
  ordered_json out{{"records", rows}};
  out["total"] = {{"records", rows.size()}, {predicted, total.predicted}, {"log_likelihood", total.log}};
  if (what == PredictedUnit::tokens && residues > 0)
    out["total"]["perplexity_per_residue"] = std::exp(-total.log / static_cast<double>(residues));
  out["total"]["perplexity"] = total.predicted > 0 ? ordered_json(total.perplexity()) : ordered_json();
  if (!errors.empty()) out["errors"] = errors;
  return out;
}

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

// Documents of a causal model: every token but the first is predicted, the one that ends it too.
std::vector<Likelihood> causal_likelihoods(std::vector<ReadRecord>& records, const engine::CausalScan& scan,
                                           Sink& sink) {
  std::vector<Likelihood> out(records.size());
  const auto count = static_cast<std::int64_t>(records.size());
  ScanProgress progress(sink, {"reading", "records", count, count});
  std::size_t next = 0;
  const auto source = [&](engine::CausalQuery& query) {
    for (; next < records.size(); ++next) {
      ReadRecord& record = records[next];
      if (record.error) continue;
      try {
        scan.check_fits(record.tokens());
      } catch (const Error& error) {
        record.error = error.at(record.id);
        continue;
      }
      query = {static_cast<std::int64_t>(next), record.encoded.ids};
      ++next;
      return true;
    }
    return false;
  };
  scan.run(source, [&](const engine::CausalAnswer& answer) {
    const auto key = static_cast<std::size_t>(answer.key);
    progress.answered(answer.key + 1);
    if (answer.failure != nullptr) records[key].error = answer.failure->at(records[key].id);
    for (const double one : answer.log_probabilities) out[key].log += one;
    out[key].predicted = static_cast<std::int64_t>(answer.log_probabilities.size());
  });
  return out;
}

int report(const std::vector<ReadRecord>& records, const std::vector<Likelihood>& scores, PredictedUnit what,
           const PerplexityOptions& options, Context& context) {
  Failures failures(context.sink);
  const ordered_json result = results(records, scores, what, failures);
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
  check_records(records, scan, tokenizer);
  const auto scores = likelihoods(records, scan, tokenizer, context.sink);
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
          .run = entry<PerplexityOptions, run>};
}

}  // namespace groel::tasks
