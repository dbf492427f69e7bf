// The embedding run: runs distinct sequences through the model in planned batches, keeps results in the spool, and
// writes the records in the input's order.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/progress.h"
#include "checkpoints/load.h"
#include "engine/plan.h"
#include "engine/runner.h"
#include "formats/result.h"
#include "tasks/embed/records.h"

namespace groel::tasks {

struct EmbedRunOptions {
  engine::OutputRequest request;
  engine::PlanOptions plan;
  bool log_softmax = false;  ///< logits as natural logarithms of probabilities
  LongPolicy long_policy = LongPolicy::error;
  std::filesystem::path output;  ///< a file, of some layouts a folder; "-": stdout
  std::string format;            ///< name of the output format
  formats::FileLayout layout = formats::FileLayout::packed;
  bool resume = false;
  bool overwrite = false;
};

struct EmbedSummary {
  std::int64_t records = 0;
  std::int64_t failed = 0;
  std::int64_t distinct = 0;
  std::int64_t residues_computed = 0;  ///< in this run
  std::int64_t tokens_computed = 0;    ///< likewise, end tokens included
  std::int64_t resumed = 0;            ///< distinct sequences taken from an earlier run
  double seconds = 0;                  ///< of computing
  std::size_t bytes_per_token = 0;
  std::int64_t max_tokens = 0;
};

/// Errors: usage, io, memory, interrupted (what was computed is kept; --resume continues). Failed records do not stop
/// it.
EmbedSummary run_embed(const checkpoints::LoadedModel& loaded, const EmbedInput& input, const EmbedRunOptions& options,
                       Sink& sink);

/// Model, settings and versions, as stored with the results.
nlohmann::json describe_run(const checkpoints::LoadedModel& loaded, const EmbedRunOptions& options);

}  // namespace groel::tasks
