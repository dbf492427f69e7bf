// Counts what was dropped or changed in sequences, and writes the notes about it.
#include "io/sequences_summary.h"

#include <algorithm>
#include <array>
#include <functional>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/words.h"
#include "bio/alignment.h"
#include "io/characters.h"

namespace groel::io {
namespace {

enum LetterClass : unsigned char { kOther = 0, kLetter = 1, kNucleotide = 2 };

constexpr std::array<unsigned char, 256> kClasses = [] {
  std::array<unsigned char, 256> classes{};
  for (std::size_t c = 0; c < 26; ++c) classes['A' + c] = classes['a' + c] = kLetter;
  for (const char c : std::string_view("ACGTUNacgtun")) classes[static_cast<unsigned char>(c)] = kNucleotide;
  return classes;
}();

// How many letters there are, and how many are A, C, G, T, U or N; of a long sequence its start is enough.
struct Letters {
  std::int64_t all = 0, nucleotides = 0, kinds = 0;
  bool uracil = false;

  explicit Letters(std::string_view sequence) {
    constexpr std::size_t kEnough = 2000;
    std::array<bool, 32> seen{};
    for (const char c : sequence.substr(0, kEnough)) {
      const auto byte = static_cast<unsigned char>(c);
      all += kClasses[byte] != kOther;
      nucleotides += kClasses[byte] == kNucleotide;
      if (kClasses[byte] == kNucleotide) seen[byte & 31] = true;  // the same in either case
    }
    uracil = seen['U' & 31];
    for (const char c : std::string_view("ACGTU")) kinds += seen[static_cast<unsigned char>(c) & 31];
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
  const auto may_begin_gap = [](char c) { return c == '-' || c == '.' || c == '~' || c == kEllipsis[0]; };
  if (std::none_of(sequence.begin(), sequence.end(), may_begin_gap)) return sequence;
  std::string kept;
  for (std::size_t at = 0; at < sequence.size();) {
    const std::size_t gap = gap_at(std::string_view(sequence).substr(at));
    gaps += gap > 0;
    if (gap == 0) kept += sequence[at];
    at += std::max<std::size_t>(gap, 1);
  }
  return kept;
}

}  // namespace

void SequenceSummary::take(SequenceRecord& record) {
  ids_.push_back(std::hash<std::string>()(record.id));
  if (record.error) return;
  if (bio::is_alignment(record.sequence)) return take_alignment(record);
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

// Gaps are what aligns its rows; those of the query are positions of the results.
void SequenceSummary::take_alignment(SequenceRecord& record) {
  const std::string_view query = bio::alignment_rows(record.sequence).front();
  const std::int64_t gaps = std::count(query.begin(), query.end(), '-');
  if (gaps > 0 && gaps_ == Gaps::drop)
    record.error = Error(
        ErrorKind::bad_input,
        {fmt::format("{} in the query of an alignment, and `gaps=drop` takes no columns out", counted(gaps, "gap")),
         fmt::format("{}:{} ({})", record.source, record.line, record.id),
         "take these columns out of the file, or read them as positions by `gaps=keep`"});
  query_gaps_ += gaps;
  gapped_queries_ += gaps > 0;
}

void SequenceSummary::add(const bio::CleaningCounts& cleaned) {
  cleaned_.lower_case += cleaned.lower_case;
  cleaned_.stars_dropped += cleaned.stars_dropped;
  cleaned_.unknown += cleaned.unknown;
}

std::int64_t SequenceSummary::repeated_ids() const {
  std::vector<std::size_t> sorted = ids_;
  std::sort(sorted.begin(), sorted.end());
  return static_cast<std::int64_t>(sorted.end() - std::unique(sorted.begin(), sorted.end()));
}

void SequenceSummary::tell(Sink& sink) const {
  if (2 * nucleotides_ > judged_)
    sink.warning(
        fmt::format("nucleotides (ACGTUN) alone: {} of {} long enough to tell; a protein model reads them as alanine, "
                    "cysteine, glycine, threonine…: translate genes first",
                    nucleotides_, counted(judged_, "record", "records")));
  if (notes_.headers_inside > 0)
    sink.warning(
        fmt::format("a '>' is inside {} of sequence, the first at {}: a record is taken to begin there (is "
                    "a line end missing?)",
                    counted(notes_.headers_inside, "line", "lines"), notes_.first_inside));
  if (notes_.odd_bytes > 0)
    sink.warning(fmt::format("{} dropped at the ends of lines (NUL and the like), the first at {}",
                             counted(notes_.odd_bytes, "odd byte"), notes_.first_odd));
  if (gap_count_ > 0 && gaps_ == Gaps::keep)
    sink.warning(
        fmt::format("{} (- . ~ …) in {}: - and . are read as positions of their own, ~ and … fail; `gaps=drop` "
                    "leaves all out",
                    counted(gap_count_, "gap", "gaps"), counted(gapped_records_, "record", "records")));
  if (query_gaps_ > 0 && gaps_ == Gaps::keep)
    sink.warning(fmt::format(
        "{} in the {}: each is a position of the results", counted(query_gaps_, "gap"),
        gapped_queries_ == 1 ? "query of an alignment" : fmt::format("queries of {} alignments", gapped_queries_)));
  if (gap_count_ > 0 && gaps_ == Gaps::drop)
    sink.note(fmt::format("{} (- . ~ …) in {} dropped", counted(gap_count_, "gap", "gaps"),
                          counted(gapped_records_, "record", "records")));
  if (notes_.missing_ids > 0)
    sink.warning(fmt::format("{} no value: such records are numbered",
                             counted(notes_.missing_ids, "id of a table is", "ids of tables are")));
  if (const std::int64_t repeated = repeated_ids(); repeated > 0)
    sink.note(fmt::format("{} an id that an earlier one has; they are kept apart",
                          counted(repeated, "record has", "records have")));
  if (cleaned_.lower_case > 0) sink.note(counted(cleaned_.lower_case, "lower-case letter") + " read as upper case");
  if (cleaned_.stars_dropped > 0) sink.note(counted(cleaned_.stars_dropped, "trailing *", "trailing *") + " dropped");
  if (cleaned_.unknown > 0) sink.note(counted(cleaned_.unknown, "unknown letter") + " read as <unk>");
  if (notes_.comment_lines > 0)
    sink.note(fmt::format("{} of comment (# or ;) passed over", counted(notes_.comment_lines, "line", "lines")));
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
          {"repeated_ids", repeated_ids()},
          {"missing_ids", notes_.missing_ids},
          {"odd_bytes_dropped", notes_.odd_bytes},
          {"headers_inside_lines", notes_.headers_inside},
          {"comment_lines", notes_.comment_lines}};
}

}  // namespace groel::io
