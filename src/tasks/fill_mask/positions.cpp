// Finds the masked positions and asks the model for them.
#include "tasks/fill_mask/positions.h"

#include <algorithm>
#include <set>
#include <utility>

#include "tasks/reading/scan_progress.h"

namespace groel::tasks {
namespace {

// The positions of a record to ask for, ascending.
std::vector<std::int64_t> positions_of(const ReadRecord& record, const bio::Tokenizer& tokenizer,
                                       const MaskRequest& request) {
  std::set<std::int64_t> out;
  for (std::int64_t p = 1; p <= record.residues(); ++p)
    if (request.one_by_one || record.encoded.residue(p) == tokenizer.mask()) out.insert(p);
  for (const std::int64_t p : request.positions) {
    if (p < 1 || p > record.residues())
      throw Error(ErrorKind::bad_input,
                  {fmt::format("position {} lies outside the sequence ({} to {})", p + request.first_position - 1,
                               request.first_position, record.residues() + request.first_position - 1),
                   {},
                   request.first_position == 1 ? "positions count from 1; with --zero-based from 0" : ""});
    out.insert(p);
  }
  if (out.empty())
    throw Error(
        ErrorKind::bad_input,
        {"nothing is masked",
         {},
         "write '<mask>' in the sequence, in quotes for the shell, or name residues with --position, or add --all"});
  return {out.begin(), out.end()};
}

// The passes of all jobs, made one at a time.
class Passes {
 public:
  Passes(const engine::MaskedScan& scan, const std::vector<ReadRecord>& records, std::vector<MaskJob> jobs)
      : scan_(scan), records_(records), jobs_(std::move(jobs)) {}

  bool next(engine::ScanQuery& query, const MaskRequest& request) {
    if (rest_.empty()) {
      if (following_ == jobs_.size()) return false;
      rest_ = jobs_[following_++].positions;
    }
    const MaskJob& job = jobs_[following_ - 1];
    const bio::Encoded& encoded = records_[job.record].encoded;
    const auto now = request.one_by_one ? rest_.first(1) : scan_.seen_together(rest_, encoded.map);
    query.key = static_cast<std::int64_t>(job.record);
    query.of = &encoded;
    query.wanted.assign(now.begin(), now.end());
    query.masked = request.one_by_one ? query.wanted : job.positions;
    rest_ = rest_.subspan(now.size());
    return true;
  }

 private:
  const engine::MaskedScan& scan_;
  const std::vector<ReadRecord>& records_;
  std::vector<MaskJob> jobs_;
  std::size_t following_ = 0;
  std::span<const std::int64_t> rest_;  // of the job before that
};

}  // namespace

std::vector<MaskJob> mask_jobs(const engine::MaskedScan& scan, const bio::Tokenizer& tokenizer,
                               std::vector<ReadRecord>& records, const MaskRequest& request) {
  std::vector<MaskJob> jobs;
  for (std::size_t r = 0; r < records.size(); ++r) {
    ReadRecord& record = records[r];
    if (record.error) continue;
    try {
      scan.check_fits(record.tokens());
      jobs.push_back({r, positions_of(record, tokenizer, request)});
    } catch (const Error& error) {
      record.error = error.at(record.id);
    }
  }
  return jobs;
}

std::vector<FilledPosition> fill_masks(const MaskInput& input, std::vector<MaskJob> jobs, const MaskRequest& request,
                                       Sink& sink) {
  std::int64_t count = 0;
  for (const MaskJob& job : jobs) count += static_cast<std::int64_t>(job.positions.size());
  ScanProgress progress(sink, {"masking", "positions", count, count});
  std::vector<FilledPosition> out;
  Passes passes(input.scan, input.records, std::move(jobs));
  const auto source = [&](engine::ScanQuery& query) { return passes.next(query, request); };
  input.scan.run(source, [&](const engine::ScanAnswer& answer) {
    const auto r = static_cast<std::size_t>(answer.key);
    ReadRecord& record = input.records[r];
    if (answer.failure != nullptr && !record.error) record.error = answer.failure->at(record.id);
    if (record.error) return;
    const std::int32_t residue = record.encoded.residue(answer.position);
    FilledPosition filled{r, answer.position, {}, input.choices.probabilities(answer.log_probabilities), {}};
    if (residue != input.tokenizer.mask()) filled.residue = residue;
    if (const std::int64_t index = input.choices.index(residue); filled.residue && index >= 0) filled.truth = index;
    out.push_back(std::move(filled));
    progress.answered(static_cast<std::int64_t>(out.size()));
  });
  std::erase_if(out, [&](const FilledPosition& filled) { return input.records[filled.record].error.has_value(); });
  return out;
}

}  // namespace groel::tasks
