// groel perplexity: how well a model predicts each residue of a protein from all the others.
#include <cmath>

#include "tasks/reading/input.h"
#include "tasks/reading/scan_progress.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

struct PerplexityOptions : SequenceOptions, ModelOptions, MaskedScanOptions, ThreadOptions {
  bool json = false;

  void declare(OptionBinder& to) {
    to(input, sequences_option());
    to(model, model_option());
    to(record, record_option());
    to(gaps, gaps_option());
    to(window, window_option(0));
    MaskedScanOptions::declare(to);
    to(dtype, dtype_option());
    to(threads, threads_option());
    to(json, json_option());
  }
};

struct Likelihood {
  double log = 0;  // natural logarithm, summed over the residues
  std::int64_t residues = 0;
  double perplexity() const { return std::exp(-log / static_cast<double>(residues)); }
};

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
             ++out[key].residues;
           });
  return out;
}

ordered_json results(const std::vector<ReadRecord>& records, const std::vector<Likelihood>& scores,
                     Failures& failures) {
  ordered_json rows = ordered_json::array();
  ordered_json errors = ordered_json::array();
  Likelihood total;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].error) {
      failures.add(records[i].id, *records[i].error);
      errors.push_back(error_json(records[i].id, *records[i].error));
      continue;
    }
    rows.push_back({{"id", records[i].id},
                    {"length", records[i].residues()},
                    {"predicted_residues", scores[i].residues},
                    {"log_likelihood", scores[i].log},
                    {"perplexity", scores[i].perplexity()}});
    total.log += scores[i].log;
    total.residues += scores[i].residues;
  }
  ordered_json out{{"records", rows}};
  out["total"] = {{"records", rows.size()}, {"predicted_residues", total.residues}, {"log_likelihood", total.log}};
  out["total"]["perplexity"] = total.residues > 0 ? ordered_json(total.perplexity()) : ordered_json();
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

void print(const ordered_json& result, std::ostream& out) {
  constexpr const char* kRow = "{:<28} {:>8} {:>10} {:>12}\n";
  out << fmt::format(kRow, "protein", "residues", "perplexity", "log p");
  for (const ordered_json& row : result["records"])
    out << fmt::format(kRow, row["id"].get<std::string>(), row["predicted_residues"].get<std::int64_t>(),
                       fmt::format("{:.4f}", row["perplexity"].get<double>()),
                       fmt::format("{:.2f}", row["log_likelihood"].get<double>()));
  const ordered_json& total = result["total"];
  if (!total["perplexity"].is_null())
    out << fmt::format(kRow, "in total", total["predicted_residues"].get<std::int64_t>(),
                       fmt::format("{:.4f}", total["perplexity"].get<double>()),
                       fmt::format("{:.2f}", total["log_likelihood"].get<double>()));
}

int run(const PerplexityOptions& options, Context& context) {
  const checkpoints::LoadedModel loaded = load_reader(options, context.sink);
  const bio::Tokenizer& tokenizer = loaded.model->tokenizer();
  const engine::MaskedScan scan(*loaded.model, options.scan_options());
  std::vector<ReadRecord> records = read_records(options, tokenizer, context.sink);
  check_records(records, scan, tokenizer);
  const auto scores = likelihoods(records, scan, tokenizer, context.sink);
  Failures failures(context.sink);
  const ordered_json result = results(records, scores, failures);
  tell_left_out(result, context.sink);
  if (options.json)
    context.out << result.dump(2, ' ', false, ordered_json::error_handler_t::replace) << '\n';
  else
    print(result, context.out);
  return failures.exit_status();
}

}  // namespace

Task perplexity_task() {
  return {.name = "perplexity",
          .summary = "Measure how well a model predicts each residue of a protein from all the others",
          .description =
              "Pseudo-perplexity: every residue is masked in a copy of its own, and exp(-mean log p) of the true ones "
              "is taken, over the whole vocabulary, per record and in total (over all residues alike). 1 is certainty, "
              "20 about as good as guessing. What is none of the 20 residues (X, B, Z, U, O, <mask>, gaps) is not "
              "predicted.",
          .examples = {{"groel perplexity examples/proteins.fasta --record P01542", "of crambin"},
                       {"groel perplexity MKTAYIAKQRQISFVKSHFSRQ --json", "of a sequence, as JSON"}},
          .options = option_table<PerplexityOptions>(),
          .run = entry<PerplexityOptions, run>};
}

}  // namespace groel::tasks
