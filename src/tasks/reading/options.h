// Options that several tasks share: groups of fields for their structs, and the table rows of those fields.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/option_binder.h"
#include "bio/alignment.h"
#include "engine/masked_scan.h"
#include "engine/plan.h"
#include "io/sequences_summary.h"
#include "tasks/reading/output_name.h"

namespace groel::tasks {

/// run_task gives a task its threads.
struct ThreadOptions {
  std::int64_t threads = 0;
};

struct ModelOptions {
  Chosen<std::string> model;
  std::string dtype;
  std::string weights = "exact";    ///< of tasks that ask for it
  std::vector<std::string> prompt;  ///< likewise: learned prompts, by name or path
};

/// What is read of alignments, by models that read them.
struct AlignmentOptions {
  bool aligned = false;
  std::int64_t max_rows = 128;
  std::string choose_rows;
  double min_identity = 0, max_identity = 1;

  void declare_alignment(OptionBinder& to);
  /// Errors: usage.
  bio::RowFilter row_filter() const;
};

/// Sequences, as records of files or written out.
struct SequenceOptions : AlignmentOptions {
  std::vector<std::string> input;
  std::optional<std::string> record;
  std::string gaps;

  /// Which records, and what of them.
  void declare_records(OptionBinder& to);
};

/// A table and a picture.
struct OutputOptions {
  std::optional<std::string> output, picture;
  bool overwrite = false;

  bool to_file() const { return output && *output != "-"; }
  Standing standing() const { return overwrite ? Standing::replace : Standing::refuse; }
};

/// How large batches may be.
struct BatchOptions {
  std::optional<std::int64_t> max_tokens;
  std::optional<std::size_t> memory;

  void declare(OptionBinder& to);
  engine::PlanOptions plan() const;
};

/// Passes over masked copies.
struct MaskedScanOptions : BatchOptions {
  std::int64_t window = 0;

  /// Errors: usage.
  engine::ScanOptions scan_options() const;
};

OptionSpec model_option();
OptionSpec threads_option();
OptionSpec json_option();
OptionSpec dtype_option();
/// The same for what trains.
OptionSpec training_dtype_option();
OptionSpec weights_option();
OptionSpec prompt_option();
OptionSpec sequences_option();
OptionSpec record_option();
/// --gaps keep or drop.
OptionSpec gaps_option();
io::Gaps parse_gaps(const std::string& text);
OptionSpec window_option(std::int64_t otherwise);
OptionSpec memory_option();
/// --output of a task that writes a table; `more`: extensions that it knows besides.
OptionSpec table_option(std::string help, const std::vector<std::string>& more = {});
OptionSpec overwrite_option();
/// `shows`: "A bar chart of the probabilities".
OptionSpec picture_option(const std::string& shows);

}  // namespace groel::tasks
