// Counting and saying.
#include "io/sequences_summary.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "io/characters.h"

namespace groel::io {
namespace {

// Of how many letters there are, and how many are A, C, G, T, U or N.
struct Letters {
  std::int64_t all = 0, nucleotides = 0, kinds = 0;
  bool uracil = false;

  explicit Letters(const std::string& sequence) {
    std::array<bool, 26> seen{};
    for (const char c : sequence) {
      const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      if (upper < 'A' || upper > 'Z') continue;
      ++all;
      if (std::string_view("ACGTUN").find(upper) == std::string_view::npos) continue;
      ++nucleotides;
      uracil |= upper == 'U';
      kinds += upper != 'N' && !std::exchange(seen[static_cast<std::size_t>(upper - 'A')], true);
    }
  }

  // A letter in twenty may be one of the ambiguous codes. Repeats of one or two residues are proteins as well.
  bool are_nucleotides() const { return 20 * nucleotides >= 19 * all && kinds > 2; }
  // A short one is no evidence, but for uracil, which is selenocysteine in proteins: rare.
  bool are_telling() const {
    constexpr std::int64_t kLong = 30, kLongRna = 12;
    return all >= kLong || (all >= kLongRna && uracil && are_nucleotides());
  }
};

// The sequence without its gaps, which are counted.
std::string without_gaps(const std::string& sequence, std::int64_t& gaps) {
  if (sequence.find_first_of("-.~\xE2") == std::string::npos) return sequence;
  std::string kept;
  for (std::size_t at = 0; at < sequence.size();) {
    const std::size_t gap = gap_at(std::string_view(sequence).substr(at));
    gaps += gap > 0;
    if (gap == 0) kept += sequence[at];
    at += std::max<std::size_t>(gap, 1);
  }
  return kept;
}

std::string count_of(std::int64_t count, const std::string& one, const std::string& several) {
  return fmt::format("{} {}", count, count == 1 ? one : several);
}

}  // namespace

void SequenceSummary::take(SequenceRecord& record) {
  if (!ids_.insert(std::hash<std::string>()(record.id)).second) ++repeated_ids_;
  if (record.error) return;
  std::int64_t gaps = 0;
  std::string kept = without_gaps(record.sequence, gaps);
  gap_count_ += gaps;
  gapped_records_ += gaps > 0;
  if (kept.empty())
    record.error =
        Error(ErrorKind::bad_input, Error::Parts{"the record has no residues, only gaps",
                                                 fmt::format("{}:{} ({})", record.source, record.line, record.id),
                                                 {}});
  if (gaps_ == Gaps::drop) record.sequence = std::move(kept);
  const Letters letters(record.sequence);
  if (!letters.are_telling()) return;
  ++judged_;
  nucleotides_ += letters.are_nucleotides();
}

void SequenceSummary::add(const bio::CleaningCounts& cleaned) {
  cleaned_.lower_case += cleaned.lower_case;
  cleaned_.stars_dropped += cleaned.stars_dropped;
  cleaned_.unknown += cleaned.unknown;
}

void SequenceSummary::tell(Sink& sink) const {
  if (2 * nucleotides_ > judged_)
    sink.warning(
        fmt::format("nucleotides (ACGTUN) alone: {} of {} long enough to tell; a protein model reads them as alanine, "
                    "cysteine, glycine, threonine…: translate genes first",
                    nucleotides_, count_of(judged_, "record", "records")));
  if (notes_.headers_inside > 0)
    sink.warning(
        fmt::format("a '>' stands inside {} of sequence, the first at {}: a record is taken to begin there (is "
                    "a line end missing?)",
                    count_of(notes_.headers_inside, "line", "lines"), notes_.first_inside));
  if (notes_.odd_bytes > 0)
    sink.warning(fmt::format("{} that no text has dropped at the ends of lines, the first at {}",
                             count_of(notes_.odd_bytes, "byte", "bytes"), notes_.first_odd));
  if (gap_count_ > 0 && gaps_ == Gaps::keep)
    sink.warning(
        fmt::format("{} (- . ~ …) in {}: - and . are read as positions of their own; --gaps drop leaves all out",
                    count_of(gap_count_, "gap", "gaps"), count_of(gapped_records_, "record", "records")));
  if (gap_count_ > 0 && gaps_ == Gaps::drop)
    sink.note(fmt::format("{} (- . ~ …) in {} dropped", count_of(gap_count_, "gap", "gaps"),
                          count_of(gapped_records_, "record", "records")));
  if (notes_.missing_ids > 0)
    sink.warning(fmt::format("{} no value: such records are numbered",
                             count_of(notes_.missing_ids, "id of a table is", "ids of tables are")));
  if (repeated_ids_ > 0)
    sink.note(fmt::format("{} an id that an earlier one has; they are kept apart",
                          count_of(repeated_ids_, "record has", "records have")));
  if (cleaned_.lower_case + cleaned_.stars_dropped + cleaned_.unknown > 0)
    sink.note(fmt::format("{} read as upper case, {} dropped, {} read as <unk>",
                          count_of(cleaned_.lower_case, "lower-case letter", "lower-case letters"),
                          count_of(cleaned_.stars_dropped, "trailing *", "trailing *"),
                          count_of(cleaned_.unknown, "unknown letter", "unknown letters")));
  if (notes_.comment_lines > 0)
    sink.note(fmt::format("{} of comment (# or ;) passed over", count_of(notes_.comment_lines, "line", "lines")));
  for (const std::string& other : notes_.others) sink.note(other);
}

nlohmann::json SequenceSummary::to_json() const {
  return {{"lower_case", cleaned_.lower_case},
          {"stars_dropped", cleaned_.stars_dropped},
          {"unknown_letters", cleaned_.unknown},
          {"gaps", gap_count_},
          {"gaps_dropped", gaps_ == Gaps::drop ? gap_count_ : 0},
          {"records_with_gaps", gapped_records_},
          {"nucleotide_records", nucleotides_},
          {"repeated_ids", repeated_ids_},
          {"missing_ids", notes_.missing_ids},
          {"odd_bytes_dropped", notes_.odd_bytes},
          {"headers_inside_lines", notes_.headers_inside},
          {"comment_lines", notes_.comment_lines}};
}

}  // namespace groel::io
