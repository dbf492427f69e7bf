// The jobs of a run of groel fold, and what is done with them.
#pragma once

#include <string>
#include <vector>

#include "folding/components.h"
#include "folding/job.h"
#include "folding/tokens.h"
#include "tasks/fold/options.h"

namespace groel::tasks {

struct FoldJob {
  std::string file;  ///< that it is from
  folding::Job job;
  folding::ComponentTable components;
};

/// All jobs of the files and folders named, with their components. Notes of jobs go to the sink. Errors: usage, where
/// none is named or two have one name; those of the reader.
std::vector<FoldJob> read_fold_jobs(const FoldOptions& options, Context& context);

/// --check: chains, tokens, alignments, and what is to be searched.
void check_fold_jobs(const std::vector<FoldJob>& jobs, const FoldOptions& options, Context& context);
/// --features: of the only job.
void write_fold_features(const std::vector<FoldJob>& jobs, const FoldOptions& options, Context& context);
/// -o: completes each job, and predicts it. -> exit status. Errors: usage, without weights; those of the network.
int run_fold_jobs(const std::vector<FoldJob>& jobs, const FoldOptions& options, Context& context);
/// --examples: to standard output, a line each; with --output as files.
void list_fold_examples(const FoldOptions& options, Context& context);

}  // namespace groel::tasks
