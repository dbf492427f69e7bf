// The input of tasks that ask a model about sequences: records of files, or sequences on the command line.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/progress.h"
#include "checkpoints/load.h"
#include "engine/masked_scan.h"
#include "engine/runner.h"
#include "io/sequences_summary.h"
#include "tasks/reading/options.h"

namespace groel::tasks {

struct ReadRecord {
  std::string id;              ///< "sequence" for one written on the command line
  bio::Encoded encoded;        ///< as the model reads it
  std::optional<Error> error;  ///< this record alone cannot be used

  std::int64_t tokens() const noexcept { return encoded.tokens(); }
  std::int64_t residues() const noexcept { return encoded.residues(); }
};

/// Records as jobs, by their index; those with an error are jobs, too. `records` outlive them.
engine::RunJobs jobs_of(const std::vector<ReadRecord>& records);

/// What is done to the text of a sequence before it is read.
using SequenceEdit = std::function<std::string(const std::string&)>;

/// Records of `--input` (files, - for stdin, or a sequence itself), those that `--record` names. The sink is told what
/// io::SequenceSummary has to say of them. Errors: not_found when `--record` names none; those of a record stay with
/// it.
std::vector<ReadRecord> read_records(const SequenceOptions& options, const bio::Tokenizer& tokenizer, Sink& sink,
                                     const SequenceEdit& edit = {});

/// Warns of the record's error, and counts it: for the exit status.
class Failures {
 public:
  explicit Failures(Sink& sink) : sink_(sink) {}
  void add(const std::string& id, const Error& error);
  std::int64_t count() const noexcept { return count_; }
  int exit_status() const noexcept { return count_ > 0 ? 1 : 0; }

 private:
  Sink& sink_;
  std::int64_t count_ = 0;
};

/// {"id", "kind", "message"} of a record that failed.
nlohmann::ordered_json error_json(const std::string& id, const Error& error);

/// The masked language model of --model.
checkpoints::LoadedModel load_reader(const ModelOptions& options, Sink& sink);

/// The 20 residues in alphabetical order of their letters, by id. Errors: unsupported when the vocabulary lacks one.
std::vector<std::int32_t> residue_ids(const bio::Tokenizer& tokenizer);
/// Whether a token stands for a known residue: one letter, neither a gap nor <mask> nor <unk>.
bool is_residue(const bio::Tokenizer& tokenizer, std::int32_t id);

/// Whether a token is one of the 20 residues.
bool is_standard_residue(const bio::Tokenizer& tokenizer, std::int32_t id);

/// Throws a bad_input error naming the first residue that is none of those known.
void require_residues(const bio::Tokenizer& tokenizer, const bio::Encoded& encoded);

/// "#######  " of `width` characters for a value in 0..1.
std::string bar(double value, int width);

}  // namespace groel::tasks
