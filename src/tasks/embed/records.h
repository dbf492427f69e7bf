// The records of an embedding run: read, cleaned, checked, and reduced to distinct sequences.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "engine/runner.h"
#include "io/sequences.h"
#include "io/sequences_summary.h"
#include "tasks/reading/options.h"

namespace groel::tasks {

enum class LongPolicy { error, truncate, window };

struct EmbedRecord {
  std::string id;
  std::string header;
  std::int64_t length = 0;             ///< residues
  std::string sha256;                  ///< of the cleaned sequence; empty when it could not be read
  std::int64_t distinct = -1;          ///< index into EmbedInput::sequences, -1 when `error` is set
  std::shared_ptr<const Error> error;  ///< null: none; most have none, so that it takes little room
};

struct EmbedInput {
  std::vector<EmbedRecord> records;    ///< in the input's order
  std::vector<std::string> sequences;  ///< distinct, cleaned, in order of first appearance
  std::vector<std::int64_t> residues;  ///< of each distinct sequence
  std::vector<std::int64_t> tokens;    ///< likewise, end tokens too
  io::SequenceSummary summary;         ///< what is to be said of the records
  std::int64_t truncated = 0;          ///< records cut to the model's limit
  std::size_t bytes = 0;               ///< of memory that all of this takes, and the book-keeping of a run over it
  std::string digest;                  ///< of ids, headers and sequences in order
};

struct EmbedInputOptions {
  std::vector<std::string> paths;
  io::SequenceReaderOptions reader;
  LongPolicy long_policy = LongPolicy::error;
  io::Gaps gaps = io::Gaps::keep;
  AlignmentOptions alignments{};
};

/// Reads everything. Errors for an input as a whole are thrown; those of a record stay with it.
EmbedInput read_embed_input(const EmbedInputOptions& options, const models::Model& model);

/// The distinct sequences as jobs; `input` and the tokenizer outlive them.
engine::RunJobs jobs_of(const EmbedInput& input, const bio::Tokenizer& tokenizer);

/// A sequence as it counts for identity: white space gone, letters upper case, a trailing `*` dropped.
std::string clean_sequence(std::string_view sequence);

}  // namespace groel::tasks
