// Runs many sequences through a model: packs them into batches, stays within the memory, resumes from earlier results,
// reports progress, and stops when it is cancelled.
#pragma once

#include <functional>
#include <string_view>

#include "base/progress.h"
#include "engine/outputs.h"
#include "engine/plan.h"

namespace groel::engine {

/// The sequences of a run, by key: 0 to count - 1.
struct RunJobs {
  std::int64_t count = 0;
  std::function<bio::Lengths(std::int64_t key)> lengths;
  std::function<bio::Encoded(std::int64_t key)> sequence;  ///< asked for when its batch is made
  std::int64_t total = 0;                                  ///< of what RunStore::batch_kept counts; 0: as many
};

/// Sequences in memory as jobs, by their index; `sequences` outlive them.
RunJobs jobs_of(const std::vector<bio::Encoded>& sequences);

/// Where results go. Called by one thread at a time.
class RunStore {
 public:
  virtual ~RunStore() = default;
  /// Computed by a run before this one; asked before anything is computed.
  virtual bool has(std::int64_t /*key*/) const { return false; }
  /// A sequence that cannot be computed here: too long for the model, or for the memory. Before anything is computed.
  virtual void refuse(std::int64_t key, const Error& error) = 0;
  /// What came of a sequence; in the order of the keys.
  virtual void keep(std::int64_t key, OutputValues values) = 0;
  /// A batch is kept. -> what is done so far, in the unit of RunnerOptions::progress.
  virtual std::int64_t batch_kept() = 0;
};

/// What to do with a sequence that is longer than the model reads.
enum class LongSequences { refuse, window };

/// When what came of a batch is kept: before the next one is computed, or while it is, by another thread.
enum class Keeping { in_turn, beside };

struct RunnerOptions {
  PlanOptions plan;
  LongSequences long_sequences = LongSequences::refuse;
  Keeping keeping = Keeping::in_turn;
  Progress progress{};  ///< its phase and units
  /// Done to each result that is finite, by the thread that computed it.
  std::function<void(std::int64_t key, OutputValues& values)> finish{};
};

struct RunSummary {
  std::int64_t residues = 0;  ///< computed in this run
  std::int64_t tokens = 0;    ///< likewise, end tokens too
  double seconds = 0;         ///< of computing
};

class Runner {
 public:
  /// Errors: unsupported, when the model cannot give what is asked for; memory, when not even its weights fit; usage.
  Runner(const models::Model& model, OutputRequest request, RunnerOptions options);

  const MemoryPlan& plan() const noexcept { return plan_; }
  /// Why a sequence cannot be computed here; none: it can.
  std::optional<Error> refusal(const bio::Lengths& of) const;

  /// Errors: interrupted; those of the store.
  RunSummary run(const RunJobs& jobs, RunStore& store, Sink& sink) const;

 private:
  struct Job;
  struct Done;
  bool is_too_long(const bio::Lengths& of) const;
  bool is_windowed(const bio::Lengths& of) const;
  std::vector<Done> compute(const std::vector<Job>& batch) const;
  OutputValues compute_windows(const bio::Encoded& sequence) const;

  const models::Model& model_;
  OutputRequest request_;
  RunnerOptions options_;
  std::int64_t most_residues_;  // that the model reads at once
  MemoryPlan plan_;
};

/// The results of all sequences, in their order; `failure` says what became of one without. For small runs.
std::vector<OutputValues> run_all(const Runner& runner, const RunJobs& jobs, Sink& sink);

}  // namespace groel::engine
