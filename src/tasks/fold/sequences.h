// groel fold of sequences: one structure from each, by ESMFold or MiniFold.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/option_binder.h"
#include "tasks/task.h"

namespace groel::tasks {

/// What goes with sequences alone.
struct FoldSequenceOptions {
  std::string model;
  bool arrays = false;
  std::int64_t linker = 25, residue_offset = 512;
  std::int64_t max_tokens = 1024;
  std::optional<std::int64_t> chunk;

  void declare_sequences(OptionBinder& to);
};

struct FoldOptions;

/// Whether the files of a run are sequences rather than jobs: the first of them begins as FASTA and its kin do, or the
/// model that is named is no network of jobs.
bool folds_sequences(const FoldOptions& options);
/// Every record to a file of its name in the folder of --output. -> exit status. Errors: usage; those of the model.
int fold_sequences(const FoldOptions& options, Context& context);

}  // namespace groel::tasks
