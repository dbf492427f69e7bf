// Reads records and reduces them to distinct sequences.
#include "tasks/embed/records.h"

#include <array>
#include <cctype>
#include <charconv>
#include <unordered_map>

#include "base/sha256.h"
#include "base/words.h"
#include "tasks/reading/alignment.h"

namespace groel::tasks {
namespace {

// Residues [0, limit) of a cleaned sequence, in which <mask> and its like are one residue.
std::string first_residues(const std::string& sequence, std::int64_t limit) {
  std::size_t at = 0;
  for (std::int64_t n = 0; n < limit && at < sequence.size(); ++n)
    at = sequence[at] == '<' ? std::min(sequence.find('>', at), sequence.size() - 1) + 1 : at + 1;
  return sequence.substr(0, at);
}

std::shared_ptr<const Error> shared(const std::optional<Error>& error) {
  return error ? std::make_shared<const Error>(*error) : nullptr;
}

/// Half of a SHA-256: enough that no two sequences of one run share it.
using DigestKey = std::array<std::uint64_t, 2>;
struct KeyHash {
  std::size_t operator()(const DigestKey& key) const noexcept { return key[0]; }
};

DigestKey key_of(const std::string& digest) {
  DigestKey key{};
  for (std::size_t half = 0; half < key.size(); ++half)
    std::from_chars(digest.data() + 16 * half, digest.data() + 16 * (half + 1), key[half], 16);
  return key;
}

// What the allocator takes for a text that does not fit into the string itself.
std::size_t heap_bytes(const std::string& text) {
  constexpr std::size_t kInside = 15, kHead = 16;
  return text.capacity() > kInside ? text.capacity() + kHead : 0;
}

// A record with its digest, in a vector that may have just doubled; a distinct sequence with its entries in the index,
// the journal's table and the lists of what is to be done.
constexpr std::size_t kRecordBytes = 2 * sizeof(EmbedRecord) + 80;
constexpr std::size_t kSequenceBytes = 2 * sizeof(std::string) + 2 * 48 + 5 * sizeof(std::int64_t);

class InputBuilder {
 public:
  InputBuilder(const EmbedInputOptions& options, const models::Model& model)
      : tokenizer_(model.tokenizer()),
        limit_(model.info().max_residues),
        most_tokens_(model.info().max_tokens),
        policy_(options.long_policy) {
    out_.summary = io::SequenceSummary(options.gaps);
  }

  void add_record(io::SequenceRecord&& raw) {
    out_.summary.take(raw);
    EmbedRecord record{std::move(raw.id), std::move(raw.header), 0, {}, -1, shared(raw.error)};
    digest_.update(record.id + '\n' + record.header + '\n' + raw.sequence + '\n');
    if (!record.error) {
      try {
        take_sequence(record, raw.sequence);
      } catch (const Error& error) {
        record.error =
            shared(error.at(raw.line > 0 ? fmt::format("{}:{} ({})", raw.source, raw.line, record.id) : record.id));
      }
    }
    out_.bytes += kRecordBytes + heap_bytes(record.id) + heap_bytes(record.header);
    out_.records.push_back(std::move(record));
  }

  EmbedInput finish(const io::ReadingNotes& notes) {
    out_.summary.add(notes);
    out_.digest = digest_.finish();
    return std::move(out_);
  }

 private:
  void take_sequence(EmbedRecord& record, const std::string& raw) {
    const bio::Encoded encoded = tokenizer_.encode(raw);
    std::string sequence = clean_text(raw, tokenizer_);
    record.length = encoded.residues();
    record.sha256 = sha256(sequence);
    out_.summary.add(encoded.counts);
    if (limit_ && (most_tokens_ ? encoded.tokens() > *most_tokens_ : record.length > *limit_))
      apply_limit(record, sequence);
    const auto [found, is_new] =
        index_.emplace(key_of(sha256(sequence)), static_cast<std::int64_t>(out_.sequences.size()));
    if (is_new) {
      out_.bytes += kSequenceBytes + heap_bytes(sequence);
      out_.sequences.push_back(std::move(sequence));
      out_.residues.push_back(record.length);
      out_.tokens.push_back(record.length == encoded.residues() ? encoded.tokens()
                                                                : tokenizer_.encode(out_.sequences.back()).tokens());
    }
    record.distinct = found->second;
  }

  void apply_limit(EmbedRecord& record, std::string& sequence) {
    if (policy_ == LongPolicy::window) return;
    if (policy_ == LongPolicy::error)
      throw Error(ErrorKind::bad_input,
                  {fmt::format("{}, but this model reads at most {}", counted(record.length, "residue"), *limit_),
                   {},
                   "use --long truncate or --long window"});
    sequence = first_residues(sequence, *limit_);
    record.length = *limit_;
    ++out_.truncated;
  }

  const bio::Tokenizer& tokenizer_;
  std::optional<std::int64_t> limit_, most_tokens_;
  LongPolicy policy_;
  EmbedInput out_;
  Sha256 digest_;
  std::unordered_map<DigestKey, std::int64_t, KeyHash> index_;
};

}  // namespace

std::string clean_sequence(std::string_view sequence) {
  std::string out;
  out.reserve(sequence.size());
  bool in_token = false;
  for (const char c : sequence) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte)) continue;
    in_token = c == '<' || (in_token && c != '>');
    out.push_back(in_token || c == '>' ? c : static_cast<char>(std::toupper(byte)));
  }
  while (!out.empty() && out.back() == '*') out.pop_back();
  return out;
}

EmbedInput read_embed_input(const EmbedInputOptions& options, const models::Model& model) {
  InputBuilder builder(options, model);
  const io::ReadingNotes notes =
      for_each_input(options.paths, options.reader, options.alignments, model.tokenizer(),
                     [&](io::SequenceRecord& record) { builder.add_record(std::move(record)); });
  return builder.finish(notes);
}

engine::RunJobs jobs_of(const EmbedInput& input, const bio::Tokenizer& tokenizer) {
  return {
      .count = static_cast<std::int64_t>(input.sequences.size()),
      .lengths =
          [&input](std::int64_t key) {
            const auto at = static_cast<std::size_t>(key);
            return bio::Lengths{input.residues[at], input.tokens[at]};
          },
      .sequence = [&input, &tokenizer](
                      std::int64_t key) { return tokenizer.encode(input.sequences[static_cast<std::size_t>(key)]); }};
}

}  // namespace groel::tasks
