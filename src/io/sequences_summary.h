// Notes about the sequences of a run: what was dropped, and what was read as something else than it is written.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/progress.h"
#include "bio/tokenizer.h"
#include "io/sequences.h"

namespace groel::io {

enum class Gaps {
  keep,  ///< tokens of their own, where the vocabulary has them
  drop,
};

/// Counts over the records of all inputs.
class SequenceSummary {
 public:
  explicit SequenceSummary(Gaps gaps = Gaps::keep) : gaps_(gaps) {}

  /// Counts what the record holds, and drops its gaps where that is asked for: one of gaps alone then fails.
  void take(SequenceRecord& record);
  void add(const bio::CleaningCounts& cleaned);
  void add(const ReadingNotes& notes) { notes_.add(notes); }

  /// Warnings of what is likely to be wrong, notes of the rest.
  void tell(Sink& sink) const;
  /// Members "lower_case", "stars_dropped", "unknown_letters", "gaps", "gaps_dropped", …, all counts.
  nlohmann::json to_json() const;

 private:
  void take_alignment(SequenceRecord& record);
  std::int64_t repeated_ids() const;

  Gaps gaps_;
  ReadingNotes notes_;
  bio::CleaningCounts cleaned_;
  std::int64_t gap_count_ = 0, gapped_records_ = 0, query_gaps_ = 0, gapped_queries_ = 0;
  std::int64_t judged_ = 0, nucleotides_ = 0;  // records that are long enough to tell
  std::vector<std::size_t> ids_;               // hashes
};

}  // namespace groel::io
