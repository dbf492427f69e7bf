// Reading and reducing records.
#include "tasks/embed/records.h"

#include <cctype>
#include <unordered_map>

#include "base/sha256.h"
#include "base/words.h"
#include "tasks/reading/written_out.h"

namespace groel::tasks {
namespace {

// Residues [0, limit) of a cleaned sequence, in which <mask> and its like are one residue.
std::string first_residues(const std::string& sequence, std::int64_t limit) {
  std::size_t at = 0;
  for (std::int64_t n = 0; n < limit && at < sequence.size(); ++n)
    at = sequence[at] == '<' ? std::min(sequence.find('>', at), sequence.size() - 1) + 1 : at + 1;
  return sequence.substr(0, at);
}

void add(bio::CleaningCounts& sum, const bio::CleaningCounts& more) {
  sum.lower_case += more.lower_case;
  sum.stars_dropped += more.stars_dropped;
  sum.unknown += more.unknown;
}

class InputBuilder {
 public:
  InputBuilder(const EmbedInputOptions& options, const models::Model& model)
      : tokenizer_(model.tokenizer()), limit_(model.info().max_residues), policy_(options.long_policy) {}

  void add_record(io::SequenceRecord&& raw) {
    EmbedRecord record{std::move(raw.id), std::move(raw.header), 0, {}, -1, std::move(raw.error)};
    digest_.update(record.id + '\n' + record.header + '\n' + raw.sequence + '\n');
    if (!record.error) {
      try {
        take_sequence(record, raw.sequence);
      } catch (const Error& error) {
        record.error = error.at(raw.line > 0 ? fmt::format("{}:{} ({})", raw.source, raw.line, record.id) : record.id);
      }
    }
    out_.records.push_back(std::move(record));
  }

  EmbedInput finish() {
    out_.digest = digest_.finish();
    return std::move(out_);
  }

 private:
  void take_sequence(EmbedRecord& record, const std::string& raw) {
    const bio::Tokenizer::Encoded encoded = tokenizer_.encode(raw);
    std::string sequence = clean_sequence(raw);
    record.length = encoded.residues();
    record.sha256 = sha256(sequence);
    add(out_.cleaned, encoded.counts);
    if (limit_ && record.length > *limit_) apply_limit(record, sequence);
    const auto [found, is_new] = index_.emplace(sha256(sequence), static_cast<std::int64_t>(out_.sequences.size()));
    if (is_new) {
      out_.sequences.push_back(std::move(sequence));
      out_.residues.push_back(record.length);
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
  std::optional<std::int64_t> limit_;
  LongPolicy policy_;
  EmbedInput out_;
  Sha256 digest_;
  std::unordered_map<std::string, std::int64_t> index_;
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
  for (io::SequenceRecord& record : read_inputs(options.paths, options.reader)) builder.add_record(std::move(record));
  return builder.finish();
}

}  // namespace groel::tasks
