// Sums what a model says of each residue or token.
#include "tasks/perplexity/likelihood.h"

#include "tasks/reading/scan_progress.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

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

void check_leftover(std::vector<ReadRecord>& records, const engine::MaskedScan& scan, const bio::Tokenizer& tokenizer) {
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

}  // namespace

std::vector<Likelihood> masked_likelihoods(std::vector<ReadRecord>& records, const engine::MaskedScan& scan,
                                           const bio::Tokenizer& tokenizer, Sink& sink) {
  check_leftover(records, scan, tokenizer);
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

ordered_json perplexity_json(const std::vector<ReadRecord>& records, const std::vector<Likelihood>& scores,
                             PredictedUnit what, Failures& failures) {
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

}  // namespace groel::tasks
