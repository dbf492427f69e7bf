// Reads sequences that are folded.
#include "tasks/fold/sequence_records.h"

#include <map>

#include "base/error.h"
#include "base/words.h"
#include "io/sequences.h"
#include "io/sequences_summary.h"
#include "tasks/reading/output_name.h"

namespace groel::tasks {
namespace {

// "sp|P01308|INS_HUMAN" as sp_P01308_INS_HUMAN.
std::string file_stem(const std::string& id) {
  std::string out = with_part("x", id).filename().string();
  out.erase(0, 2);
  while (out.starts_with('.')) out.front() = '_';
  return out.empty() ? "sequence" : out;
}

constexpr std::string_view kErrors = ".pae";  // NAME.pae.json holds the errors expected of NAME

// A name of its own for each: ids may be alike, or differ in what no file name has.
void name_files(std::vector<FoldRecord>& records, Sink& sink) {
  std::map<std::string, std::int64_t> taken;
  for (FoldRecord& record : records) {
    std::string stem = file_stem(record.id);
    if (stem.ends_with(kErrors)) {
      const std::string other = stem.substr(0, stem.size() - kErrors.size()), own = other + "_pae";
      sink.warning(fmt::format("'{}': its files are called {}, as {}.json would be the file of {}'s errors", record.id,
                               own, stem, other));
      stem = own;
    }
    record.name = stem;
    for (std::int64_t again = ++taken[stem]; again > 1 && taken.contains(record.name); ++again)
      record.name = fmt::format("{}-{}", stem, again);
    if (record.name == stem) continue;
    taken[record.name] = 1;
    sink.warning(
        fmt::format("'{}': its files are called {}, as {} is the name of another's", record.id, record.name, stem));
  }
}

}  // namespace

std::vector<FoldRecord> read_fold_records(const FoldOptions& options, Sink& sink) {
  std::vector<FoldRecord> out;
  std::int64_t unknown = 0, lower = 0, with_unknown = 0;
  const io::ReadingNotes notes = io::for_each_sequence(options.input, {}, [&](io::SequenceRecord& raw) {
    FoldRecord record{raw.id, {}, raw.sequence, {}, raw.error, nullptr};
    try {
      if (!record.error)
        record.sequence = structure_models::esmfold_sequence(raw.sequence, {options.linker, options.residue_offset});
    } catch (const Error& error) {
      record.error = error.at(raw.line > 0 ? fmt::format("{}:{} ({})", raw.source, raw.line, raw.id) : raw.id);
    }
    unknown += record.sequence.unknown;
    with_unknown += record.sequence.unknown > 0 ? 1 : 0;
    lower += record.sequence.lower_case;
    out.push_back(std::move(record));
  });
  io::SequenceSummary summary;
  summary.add(notes);
  summary.tell(sink);
  if (unknown > 0)
    sink.warning(fmt::format("{} in {} {} none of the twenty residues and {} read as X, which gets no atoms",
                             counted(unknown, "letter"), counted(with_unknown, "sequence"), unknown == 1 ? "is" : "are",
                             unknown == 1 ? "is" : "are"));
  if (lower > 0) sink.note(fmt::format("{} read as upper case", counted(lower, "lower-case letter")));
  name_files(out, sink);
  return out;
}

}  // namespace groel::tasks
