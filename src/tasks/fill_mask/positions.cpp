// Which positions, and asking for them.
#include "tasks/fill_mask/positions.h"

#include <algorithm>
#include <set>

namespace groel::tasks {
namespace {

// The positions of a record to ask for, ascending.
std::vector<std::int64_t> positions_of(const ReadRecord& record, const bio::Tokenizer& tokenizer,
                                       const MaskRequest& request) {
  std::set<std::int64_t> out;
  for (std::int64_t p = 1; p <= record.residues(); ++p)
    if (request.one_by_one || record.tokens[static_cast<std::size_t>(p)] == tokenizer.mask()) out.insert(p);
  for (const std::int64_t p : request.positions) {
    if (p < 1 || p > record.residues())
      throw Error(ErrorKind::bad_input,
                  {fmt::format("position {} lies outside the sequence of {} residues", p, record.residues()),
                   {},
                   "positions count from 1; --zero-based counts from 0"});
    out.insert(p);
  }
  if (out.empty())
    throw Error(ErrorKind::bad_input,
                {"nothing is masked", {}, "write <mask> in the sequence, or name residues with --position, or --all"});
  return {out.begin(), out.end()};
}

}  // namespace

std::vector<FilledPosition> fill_masks(const engine::MaskedScan& scan, const bio::Tokenizer& tokenizer,
                                       std::vector<ReadRecord>& records, const MaskRequest& request,
                                       const Choices& choices) {
  std::vector<engine::ScanQuery> queries;
  for (std::size_t r = 0; r < records.size(); ++r) {
    ReadRecord& record = records[r];
    if (record.error) continue;
    try {
      const auto length = static_cast<std::int64_t>(record.tokens.size());
      scan.check_fits(length);
      const auto positions = positions_of(record, tokenizer, request);
      const auto key = static_cast<std::int64_t>(r);
      if (!request.one_by_one && !scan.is_windowed(length))
        queries.push_back({key, record.tokens, positions, positions});
      else
        for (const std::int64_t p : positions)
          queries.push_back({key, record.tokens, request.one_by_one ? std::vector{p} : positions, {p}});
    } catch (const Error& error) {
      record.error = error.at(record.id);
    }
  }
  std::vector<FilledPosition> out;
  std::size_t at = 0;
  const auto source = [&](engine::ScanQuery& query) {
    if (at == queries.size()) return false;
    query = queries[at++];
    return true;
  };
  scan.run(source, [&](const engine::ScanAnswer& answer) {
    const auto r = static_cast<std::size_t>(answer.key);
    const std::int32_t residue = records[r].tokens[static_cast<std::size_t>(answer.position)];
    FilledPosition filled{r, answer.position, {}, choices.probabilities(answer.log_probabilities), {}};
    if (residue != tokenizer.mask()) filled.residue = residue;
    if (const std::int64_t index = choices.index(residue); filled.residue && index >= 0) filled.truth = index;
    out.push_back(std::move(filled));
  });
  return out;
}

}  // namespace groel::tasks
