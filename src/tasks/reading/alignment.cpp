// Reads alignments, row by row, and says what is left out of them.
#include "tasks/reading/alignment.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "base/words.h"
#include "bio/alignment.h"
#include "bio/alignment_tokenizer.h"
#include "tasks/embed/records.h"
#include "tasks/reading/written_out.h"

namespace groel::tasks {
namespace {

struct AlignedRow {
  std::string id;
  std::int64_t line;
  std::string text;     // as the model reads it
  std::string letters;  // one for each column
};

// What HH-suite puts before the query: predicted and observed structure.
bool is_annotation(const std::string& id) {
  constexpr std::array<std::string_view, 5> kNames{"ss_pred", "ss_conf", "ss_dssp", "aa_dssp", "aa_pred"};
  return std::find(kNames.begin(), kNames.end(), id) != kNames.end();
}

class AlignmentFile {
 public:
  // `insertions`: small letters are in no column (A3M, A2M); else they are residues, and '.' is a gap.
  AlignmentFile(const std::string& path, const io::SequenceReaderOptions& options, bool insertions)
      : reader_(path, options), insertions_(insertions) {
    for (io::SequenceRecord raw; reader_.next(raw);) {
      if (is_annotation(raw.id)) {
        ++annotations_;
        continue;
      }
      if (record_.source.empty()) record_ = {raw.id, raw.header, {}, raw.source, raw.line, {}};
      if (!record_.error) take(raw);
    }
  }

  io::SequenceRecord record(const bio::RowFilter& filter, io::ReadingNotes& notes) {
    notes.add(reader_.notes());
    if (record_.source.empty()) fail_empty();
    if (!record_.error) choose(filter, notes);
    return std::move(record_);
  }

 private:
  void take(const io::SequenceRecord& raw) {
    if (raw.error) {
      record_.error = raw.error;
      return;
    }
    AlignedRow row{raw.id, raw.line, {}, {}};
    if (insertions_) {
      row.text = bio::without_insertions(raw.sequence, counts_);
    } else {
      row.text = clean_sequence(raw.sequence);
      points_ += std::count(row.text.begin(), row.text.end(), '.');
      std::replace(row.text.begin(), row.text.end(), '.', '-');
    }
    row.letters = bio::column_letters(row.text);
    const std::size_t columns = rows_.empty() ? row.letters.size() : rows_.front().letters.size();
    if (row.letters.empty() || row.letters.size() != columns) return fail_length(raw, row.letters.size(), columns);
    rows_.push_back(std::move(row));
  }

  void fail_length(const io::SequenceRecord& raw, std::size_t own, std::size_t columns) {
    const auto number = rows_.size() + 1;
    const std::string remedy =
        insertions_ ? "in A3M capitals and '-' are columns, and small letters and '.' are insertions: all rows have as "
                      "many columns as the query, which comes first"
                    : "all records of an alignment are equally long";
    record_.error = Error(
        ErrorKind::bad_input,
        {own == 0 ? fmt::format("row {} of the alignment has no columns", number)
                  : fmt::format("row {} of the alignment has {} columns, but the query has {}", number, own, columns),
         fmt::format("{}:{} ({})", raw.source, raw.line, raw.id), remedy});
  }

  [[noreturn]] void fail_empty() const {
    throw Error(ErrorKind::bad_input, {"there are no rows of an alignment in it", {}, "is the file empty?"});
  }

  void choose(const bio::RowFilter& filter, io::ReadingNotes& notes) {
    std::vector<std::string> letters;
    for (AlignedRow& row : rows_) letters.push_back(std::move(row.letters));
    const bio::ChosenRows chosen = bio::choose_rows(letters, filter);
    std::vector<std::string> texts;
    for (const std::size_t r : chosen.rows) texts.push_back(std::move(rows_[r].text));
    record_.sequence = bio::join_rows(texts);
    notes.others.push_back(fmt::format("{}: an alignment of {} and {}; {}", record_.source,
                                       counted(rows_.size(), "row"), counted(letters.front().size(), "column"),
                                       said(chosen, filter)));
  }

  std::string said(const bio::ChosenRows& chosen, const bio::RowFilter& filter) const {
    std::string out = chosen.rows.size() == rows_.size() ? "all rows are read"
                                                         : fmt::format("{} read", counted(chosen.rows.size(), "row"));
    if (chosen.filtered > 0) out += fmt::format(", {} left out by identity", chosen.filtered);
    if (chosen.left > 0)
      out += fmt::format(", {} left out (`max_rows={}`, `choose_rows={}`)", chosen.left, filter.most,
                         filter.choice == bio::RowChoice::first     ? "first"
                         : filter.choice == bio::RowChoice::similar ? "similar"
                                                                    : "diverse");
    if (counts_.insertions > 0)
      out += fmt::format("; {} dropped (small letters and '.')", counted(counts_.insertions, "insertion"));
    if (counts_.stars > 0) out += fmt::format("; {} dropped", counted(counts_.stars, "*", "*"));
    if (points_ > 0) out += fmt::format("; {} read as -", counted(points_, ".", "."));
    if (annotations_ > 0) out += fmt::format("; {} of structure passed over", counted(annotations_, "row"));
    return out;
  }

  io::SequenceReader reader_;
  bool insertions_;
  io::SequenceRecord record_;
  std::vector<AlignedRow> rows_;
  bio::RowCounts counts_;
  std::int64_t points_ = 0, annotations_ = 0;
};

}  // namespace

bool is_alignment_file(const std::string& path) {
  std::filesystem::path name(path);
  for (const char* packed : {".gz", ".bgz", ".zst", ".zstd"})
    if (name.extension() == packed) name = name.stem();
  return name.extension() == ".a3m" || name.extension() == ".a2m";
}

io::ReadingNotes for_each_input(const std::vector<std::string>& words, const io::SequenceReaderOptions& options,
                                const AlignmentOptions& which, const bio::Tokenizer& tokenizer,
                                const std::function<void(io::SequenceRecord&)>& visit) {
  if (bio::as_alignments(tokenizer) == nullptr) {
    if (which.aligned)
      throw Error(ErrorKind::unsupported, {"this model reads sequences, and no alignments", "--aligned",
                                           "take an MSA Transformer, as -m esm-msa1b"});
    return for_each_input(words, options, visit);
  }
  const bio::RowFilter filter = which.row_filter();
  io::ReadingNotes notes;
  std::vector<std::string> others;  // since the last alignment: numbered together
  const auto flush = [&] {
    if (!others.empty()) notes.add(for_each_input(std::exchange(others, {}), options, visit));
  };
  for (const std::string& word : words) {
    const bool by_name = is_alignment_file(word);
    if (is_written_out(word) || !(by_name || which.aligned)) {
      others.push_back(word);
      continue;
    }
    flush();
    try {
      io::SequenceRecord record = AlignmentFile(word, options, by_name).record(filter, notes);
      visit(record);
    } catch (const Error& error) {
      throw error.parts().where.empty() ? error.at(word == "-" ? "stdin" : word) : error;
    }
  }
  flush();
  return notes;
}

std::string clean_text(std::string_view sequence, const bio::Tokenizer& tokenizer) {
  const bio::AlignmentTokenizer* const reader = bio::as_alignments(tokenizer);
  return reader != nullptr && bio::is_alignment(sequence) ? reader->canonical(sequence) : clean_sequence(sequence);
}

}  // namespace groel::tasks
