// Reads the records, and contains options that several tasks share.
#include "tasks/reading/input.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "bio/residues.h"
#include "io/sequences.h"
#include "tasks/reading/alignment.h"
#include "tasks/reading/flags.h"
#include "tasks/reading/id_parts.h"
#include "tasks/reading/model.h"
#include "tasks/reading/written_out.h"

namespace groel::tasks {
namespace {

ReadRecord tokenised(io::SequenceRecord& raw, const bio::Tokenizer& tokenizer, io::SequenceSummary& summary) {
  summary.take(raw);
  ReadRecord out{raw.id, {}, raw.error};
  if (out.error) return out;
  try {
    out.encoded = tokenizer.encode(raw.sequence);
    summary.add(out.encoded.counts);
  } catch (const Error& error) {
    out.error = error.at(raw.line > 0 ? fmt::format("{}:{} ({})", raw.source, raw.line, raw.id) : raw.id);
  }
  return out;
}

// "P01308" and "INS_HUMAN" name "sp|P01308|INS_HUMAN".
bool is_named(const std::string& id, const std::string& name) {
  const auto parts = id_parts(id);
  return id == name || std::find(parts.begin(), parts.end(), name) != parts.end();
}

// The id that was meant, or the first of those there are.
std::string ids_there(const std::string& wanted, const std::vector<std::string>& ids) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> names = ids;
  for (const std::string& id : ids)
    for (const std::string_view part : id_parts(id)) names.emplace_back(part);
  if (const auto near = nearest(wanted, names)) return fmt::format("did you mean {}?", shell_quoted(*near));
  return ids.empty() ? std::string() : "there are " + listed(ids, kShown);
}

}  // namespace

engine::RunJobs jobs_of(const std::vector<ReadRecord>& records) {
  const auto record = [&records](std::int64_t key) -> const ReadRecord& {
    return records[static_cast<std::size_t>(key)];
  };
  return {.count = static_cast<std::int64_t>(records.size()),
          .lengths =
              [record](std::int64_t key) {
                return bio::Lengths{record(key).residues(), record(key).tokens()};
              },
          .sequence = [record](std::int64_t key) { return record(key).encoded; }};
}

std::vector<ReadRecord> read_records(const SequenceOptions& options, const bio::Tokenizer& tokenizer, Sink& sink,
                                     const SequenceEdit& edit) {
  const std::string wanted = options.record.value_or("");
  io::SequenceSummary summary(parse_gaps(options.gaps));
  std::vector<ReadRecord> out;
  std::vector<std::string> others;
  const auto take = [&](io::SequenceRecord& record) {
    if (!wanted.empty() && !is_named(record.id, wanted)) {
      others.push_back(record.id);
      return;
    }
    if (edit && !record.error) record.sequence = edit(record.sequence);
    out.push_back(tokenised(record, tokenizer, summary));
  };
  summary.add(for_each_input(options.input, {}, options, tokenizer, take));
  if (out.empty())
    throw Error(ErrorKind::not_found,
                {fmt::format("no record is called '{}'", wanted), "--record", ids_there(wanted, others)});
  summary.tell(sink);
  return out;
}

void Failures::add(const std::string& id, const Error& error) {
  constexpr std::int64_t kShown = 10;
  ++count_;
  const bool named = error.parts().where.find(id.substr(0, 40)) != std::string::npos;
  if (count_ <= kShown) sink_.warning(named ? error.what() : fmt::format("'{}' failed: {}", id, error.what()));
  if (count_ == kShown + 1) sink_.warning("further failures are only counted");
}

nlohmann::ordered_json error_json(const std::string& id, const Error& error) {
  return {{"id", id}, {"kind", name(error.kind())}, {"message", with_flags(error).what()}};
}

checkpoints::LoadedModel load_reader(const ModelOptions& options, Sink& sink) {
  checkpoints::LoadedModel loaded = load_model_of(options, sink);
  models::require<models::MaskedLm>(*loaded.model);
  return loaded;
}

std::vector<std::int32_t> residue_ids(const bio::Tokenizer& tokenizer) {
  std::vector<std::int32_t> out;
  for (const char letter : bio::kResidues) {
    out.push_back(tokenizer.id(std::string_view(&letter, 1)));
    if (out.back() < 0)
      throw Error(ErrorKind::unsupported, {fmt::format("this model's vocabulary has no '{}'", letter), {}, {}});
  }
  return out;
}

bool is_residue(const bio::Tokenizer& tokenizer, std::int32_t id) {
  const std::string& token = tokenizer.token(id);
  return token.size() == 1 && std::isalpha(static_cast<unsigned char>(token[0])) != 0;
}

bool is_standard_residue(const bio::Tokenizer& tokenizer, std::int32_t id) {
  const std::string& token = tokenizer.token(id);
  return token.size() == 1 && bio::kResidues.find(token[0]) != std::string_view::npos;
}

void require_residues(const bio::Tokenizer& tokenizer, const bio::Encoded& encoded) {
  for (std::int64_t p = 1; p <= encoded.residues(); ++p)
    if (const std::int32_t id = encoded.residue(p); !is_residue(tokenizer, id))
      throw Error(ErrorKind::bad_input, fmt::format("position {} is '{}', not a residue", p, tokenizer.token(id)));
}

std::string bar(double value, int width) {
  const int filled = static_cast<int>(std::lround(std::clamp(value, 0.0, 1.0) * width));
  return std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(width - filled), ' ');
}

}  // namespace groel::tasks
