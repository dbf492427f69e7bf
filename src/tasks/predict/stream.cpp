// The loop of a prediction run.
#include "tasks/predict/stream.h"

#include <chrono>
#include <new>

#include "base/sha256.h"
#include "base/words.h"
#include "engine/runner.h"
#include "tasks/embed/records.h"
#include "tasks/reading/flags.h"
#include "tasks/reading/written_out.h"

namespace groel::tasks {
namespace {

// So much is read before it is computed: enough that the last batch, which is not full, does not count.
constexpr std::size_t kPieceRecords = 20'000;
constexpr std::int64_t kPieceResidues = 2'000'000;

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kKeepEvery{2};

std::vector<std::vector<float>> rows_of(const Tensor& outputs) {
  const auto values = outputs.values<float>();
  const auto width = static_cast<std::size_t>(outputs.size(1));
  std::vector<std::vector<float>> rows;
  for (std::size_t at = 0; at < values.size(); at += width)
    rows.emplace_back(values.begin() + static_cast<std::ptrdiff_t>(at),
                      values.begin() + static_cast<std::ptrdiff_t>(at + width));
  return rows;
}

class Stream {
 public:
  explicit Stream(const PredictParts& parts)
      : parts_(parts),
        tokenizer_(parts.predictor.model().tokenizer()),
        most_(parts.predictor.max_residues()),
        runner_(
            parts.predictor.model(), parts.predictor.request(),
            {.plan = parts.options.plan(), .keeping = engine::Keeping::beside, .progress = {.phase = "predicting"}}) {
    summary_.input = io::SequenceSummary(parse_gaps(parts.options.gaps));
    to_skip_ = written_records_ = parts.kept.before().records;
    summary_.resumed = to_skip_;
    begun_ = to_skip_ > 0;
    summary_.failed = parts.kept.before().failed;
  }

  PredictSummary run() {
    try {
      const io::SequenceReaderOptions reader{io::SequenceFormat::automatic, parts_.options.id_column,
                                             parts_.options.sequence_column};
      summary_.input.add(for_each_input(parts_.options.input, reader,
                                        [this](io::SequenceRecord& record) { take(std::move(record)); }));
      if (to_skip_ > 0) other_input();
      compute_piece();
      parts_.kept.finish();
    } catch (const Error& error) {
      throw parts_.kept.kept(error);
    } catch (const std::bad_alloc&) {
      throw parts_.kept.kept(Error(ErrorKind::memory, {"out of memory", {}, "lower --max-tokens, or lower --memory"}));
    }
    return std::move(summary_);
  }

 private:
  struct Record {
    Predicted shown;
    bio::Encoded encoded;
    std::string digest;  // of all records up to it
    bool done = false;
  };

  [[noreturn]] void other_input() const {
    throw Error(ErrorKind::usage, {"the input is not what the unfinished run has read",
                                   {},
                                   "give it the same input, or add --overwrite to start afresh"});
  }

  void take(io::SequenceRecord&& raw) {
    ++summary_.records;
    digest_ = sha256(digest_ + raw.id + '\n' + raw.sequence);
    if (to_skip_ > 0) {
      if (--to_skip_ == 0 && digest_ != parts_.kept.before().digest) other_input();
      return;
    }
    summary_.input.take(raw);
    Record record{{std::move(raw.id), clean_sequence(raw.sequence), {}, std::move(raw.error)}, {}, digest_};
    if (!record.shown.error) encode(record, raw);
    residues_ += record.shown.error ? 0 : record.encoded.residues();
    piece_.push_back(std::move(record));
    if (piece_.size() >= kPieceRecords || residues_ >= kPieceResidues) compute_piece();
  }

  void encode(Record& record, const io::SequenceRecord& raw) {
    try {
      record.encoded = tokenizer_.encode(raw.sequence);
      summary_.input.add(record.encoded.counts);
      if (most_ && record.encoded.residues() > *most_) cut(record);
    } catch (const Error& error) {
      record.shown.error = error.at(raw.line > 0 ? fmt::format("{}:{}", raw.source, raw.line) : record.shown.id);
    }
  }

  void cut(Record& record) {
    if (parts_.options.longer == "error")
      throw Error(ErrorKind::bad_input, {fmt::format("{}, but this predictor reads at most {}",
                                                     counted(record.encoded.residues(), "residue"), *most_),
                                         {},
                                         "use --long truncate"});
    record.encoded = parts_.predictor.readable(std::move(record.encoded));
    ++summary_.truncated;
  }

  // Those that failed are no jobs; the others' keys are their places in the piece.
  void compute_piece() {
    if (piece_.empty()) return;
    std::vector<std::size_t> jobs;
    for (std::size_t i = 0; i < piece_.size(); ++i)
      if (piece_[i].shown.error)
        piece_[i].done = true;
      else
        jobs.push_back(i);
    places_ = std::move(jobs);
    const auto job = [this](std::int64_t key) -> const bio::Encoded& { return piece_[place(key)].encoded; };
    const engine::RunJobs run{.count = static_cast<std::int64_t>(places_.size()),
                              .lengths =
                                  [job](std::int64_t key) {
                                    return bio::Lengths{job(key).residues(), job(key).tokens()};
                                  },
                              .sequence = [job](std::int64_t key) { return job(key); }};
    Store store(*this);
    const engine::RunSummary done = runner_.run(run, store, parts_.sink);
    summary_.residues += done.residues;
    summary_.tokens += done.tokens;
    summary_.seconds += done.seconds;
    write_ready();
    keep_written();
    piece_.clear();
    written_ = 0;
    residues_ = 0;
  }

  void keep_written() {
    if (!digest_written_.empty()) parts_.kept.keep({written_records_, summary_.failed, digest_written_});
    last_kept_ = Clock::now();
  }

  std::size_t place(std::int64_t key) const { return places_[static_cast<std::size_t>(key)]; }

  // What comes of the piece's records.
  struct Store final : engine::RunStore {
    explicit Store(Stream& of) : stream(of) {}
    void refuse(std::int64_t key, const Error& error) override {
      Record& record = stream.piece_[stream.place(key)];
      record.shown.error = with_flags(error);
      record.done = true;
    }
    void keep(std::int64_t key, engine::OutputValues values) override {
      Record& record = stream.piece_[stream.place(key)];
      try {
        if (values.failure) throw Error(*values.failure);
        record.shown.outputs = rows_of(stream.parts_.predictor.head_outputs(values));
      } catch (const Error& error) {
        record.shown.error = with_flags(error);
      }
      record.done = true;
      stream.write_ready();
    }
    std::int64_t batch_kept() override { return stream.written_records_; }
    Stream& stream;
  };

  void write_ready() {
    if (!begun_) parts_.kept.add(parts_.rows.header());
    begun_ = true;
    for (; written_ < piece_.size() && piece_[written_].done; ++written_) {
      Record& record = piece_[written_];
      if (record.shown.error) fail(record.shown);
      parts_.kept.add(parts_.rows.rows(record.shown));
      digest_written_ = std::move(record.digest);
      ++written_records_;
      record = {};
    }
    if (Clock::now() - last_kept_ > kKeepEvery) keep_written();
  }

  void fail(const Predicted& record) {
    constexpr std::int64_t kShown = 10;
    ++summary_.failed;
    const std::int64_t here = summary_.failed - parts_.kept.before().failed;
    if (here <= kShown) parts_.sink.warning(fmt::format("record '{}' failed: {}", record.id, record.error->what()));
    if (here == kShown + 1) parts_.sink.warning("further failed records are only counted; the table names each");
  }

  const PredictParts& parts_;
  const bio::Tokenizer& tokenizer_;
  std::optional<std::int64_t> most_;
  engine::Runner runner_;
  PredictSummary summary_;
  std::int64_t to_skip_ = 0;
  std::string digest_;
  std::vector<Record> piece_;
  std::vector<std::size_t> places_;
  std::size_t written_ = 0;
  std::int64_t residues_ = 0;
  std::int64_t written_records_ = 0;  // those of an earlier run, too
  std::string digest_written_;
  bool begun_ = false;  // the table has its header
  Clock::time_point last_kept_ = Clock::now();
};

}  // namespace

PredictSummary predict_stream(const PredictParts& parts) { return Stream(parts).run(); }

}  // namespace groel::tasks
