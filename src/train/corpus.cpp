// Reads and splits the proteins of a corpus.
#include "train/corpus.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "base/random.h"
#include "base/sha256.h"
#include "base/words.h"
#include "io/sequences.h"
#include "train/duplicates.h"
#include "train/random_purposes.h"

namespace groel::train {
namespace {

// Records that cannot be learned from, told in one sentence.
struct LeftOut {
  std::int64_t count = 0;
  std::string first;

  void add(const io::SequenceRecord& record, const std::string& why) {
    if (count++ == 0) first = fmt::format("{}:{}: '{}': {}", record.source, record.line, record.id, why);
  }
  void tell(Sink& sink) const {
    if (count > 0)
      sink.warning(
          fmt::format("{} record{} cannot be learned from; the first: {}", count, count > 1 ? "s" : "", first));
  }
};

template <class T>
std::string_view text_of(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

class Reader {
 public:
  Reader(const bio::Tokenizer& tokenizer, const LengthFilter& filter)
      : tokenizer_(tokenizer), filter_(filter), summary_(filter.gaps) {}

  void read(const std::string& path) {
    io::SequenceReader records(path);
    for (io::SequenceRecord record; records.next(record);) take(record);
    summary_.add(records.notes());
  }

  Corpus finish(const std::string& paths, Sink& sink) {
    summary_.tell(sink);
    left_out_.tell(sink);
    if (filtered_ > 0)
      sink.note(fmt::format("{} outside the length filter", counted(filtered_, "sequence is", "sequences are")));
    if (corpus_.size() == 0)
      throw Error(ErrorKind::bad_input,
                  {"no sequence is left to learn from", paths, filtered_ > 0 ? "lower `min_length`" : ""});
    return std::move(corpus_);
  }

 private:
  void take(io::SequenceRecord& record) {
    summary_.take(record);
    if (record.error) return left_out_.add(record, record.error->parts().what);
    try {
      const bio::Encoded encoded = tokenizer_.encode(record.sequence);
      summary_.add(encoded.counts);
      const bool fits =
          encoded.residues() >= filter_.shortest && (filter_.longest == 0 || encoded.residues() <= filter_.longest);
      if (!fits)
        ++filtered_;
      else
        corpus_.add(encoded.residue_ids(), fmt::format("{}: {}", record.source, record.id));
    } catch (const Error& error) {
      left_out_.add(record, error.parts().what);
    }
  }

  const bio::Tokenizer& tokenizer_;
  LengthFilter filter_;
  io::SequenceSummary summary_;
  LeftOut left_out_;
  std::int64_t filtered_ = 0;
  Corpus corpus_;
};

}  // namespace

Corpus Corpus::read(const std::vector<std::string>& paths, const bio::Tokenizer& tokenizer, const LengthFilter& filter,
                    Sink& sink) {
  Reader reader(tokenizer, filter);
  for (const std::string& path : paths) reader.read(path);
  return reader.finish(listed(paths, paths.size()), sink);
}

void Corpus::add(std::span<const std::int32_t> residue_ids, std::string name) {
  for (const std::int32_t id : residue_ids) {
    GROEL_REQUIRE(id >= 0 && id <= 0xffff);
    tokens_.push_back(static_cast<std::uint16_t>(id));
  }
  ends_.push_back(static_cast<std::int64_t>(tokens_.size()));
  names_.push_back(std::move(name));
}

std::int64_t Corpus::longest() const {
  std::int64_t most = 0;
  for (std::int64_t i = 0; i < size(); ++i) most = std::max(most, length(i));
  return most;
}

std::string Corpus::fingerprint() const {
  Sha256 digest;
  digest.update(text_of(tokens_));
  digest.update(text_of(ends_));
  return digest.finish();
}

std::vector<std::int64_t> all_of(const Corpus& corpus) {
  std::vector<std::int64_t> members(static_cast<std::size_t>(corpus.size()));
  std::iota(members.begin(), members.end(), std::int64_t{0});
  return members;
}

std::vector<std::int64_t> shuffled(std::int64_t count, std::uint64_t key) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::int64_t i = count - 1; i > 0; --i) {
    const auto words = philox(key, static_cast<std::uint64_t>(i));
    const std::uint64_t draw = (std::uint64_t{words[1]} << 32 | words[0]) % static_cast<std::uint64_t>(i + 1);
    std::swap(order[static_cast<std::size_t>(i)], order[draw]);
  }
  return order;
}

Split split_corpus(const Corpus& corpus, double fraction, std::uint64_t seed) {
  return split_by_keys(sequence_keys(corpus), fraction, seed);
}

Split split_by_keys(const std::vector<std::uint64_t>& keys, double fraction, std::uint64_t seed) {
  if (!(fraction >= 0 && fraction < 1))
    throw Error(ErrorKind::usage, {"the held-out fraction lies in [0, 1)", "`valid_fraction`", {}});
  const auto size = static_cast<std::int64_t>(keys.size());
  const auto wanted = static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(size)));
  std::unordered_map<std::uint64_t, std::vector<std::int64_t>> groups;
  for (std::int64_t i = 0; i < size; ++i) groups[keys[static_cast<std::size_t>(i)]].push_back(i);
  Split split;
  for (const std::int64_t drawn : shuffled(size, derive_key(seed, purpose::kSplit))) {
    std::vector<std::int64_t>& group = groups[keys[static_cast<std::size_t>(drawn)]];
    const bool fits = split.held_out.size() + group.size() <= wanted;
    auto& side = fits ? split.held_out : split.train;
    side.insert(side.end(), group.begin(), group.end());
    group.clear();  // it is on its side, with all that equal it
  }
  const auto refuse = [&](const std::string& what, const char* remedy) {
    throw Error(ErrorKind::bad_input, {what, "`valid_fraction`", remedy});
  };
  if (split.train.empty())
    refuse(fmt::format("holding out {} of {} leaves none to learn from", wanted, counted(size, "sequence")), "");
  if (wanted > 0 && split.held_out.empty())
    refuse(fmt::format("no {} sequences can be held out: all are repeated more often, and equal ones stay together",
                       wanted),
           "a larger part, or other data");
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.held_out.begin(), split.held_out.end());
  return split;
}

}  // namespace groel::train
