// Computes batches on this thread, and passes on the results here or on another thread.
#include "engine/runner.h"

#include <chrono>
#include <future>
#include <limits>

#include "base/words.h"
#include "base/work.h"
#include "engine/packed_run.h"
#include "engine/ranked_models.h"
#include "engine/ranked_values.h"
#include "engine/windows.h"

namespace groel::engine {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// One piece of work that is done while this thread goes on; here, where the system has no more threads to give.
class Beside {
 public:
  void start(std::function<void()> work) {
    wait();
    work_ = std::move(work);
    // What it calls lies here, not in the call: where a thread is refused, libstdc++ defers a call that it has already
    // moved from.
    running_ = std::async(std::launch::async | std::launch::deferred, [this, context = work_context()] {
      const WorkScope scope(context);
      work_();
    });
  }
  void wait() {
    if (running_.valid()) running_.get();
  }

 private:
  std::function<void()> work_;
  std::future<void> running_;  // last: waited for before the work goes
};

class InMemory final : public RunStore {
 public:
  explicit InMemory(std::int64_t count) : results(static_cast<std::size_t>(count)) {}
  void refuse(std::int64_t key, const Error& error) override { results[static_cast<std::size_t>(key)].failure = error; }
  void keep(std::int64_t key, OutputValues values) override {
    results[static_cast<std::size_t>(key)] = std::move(values);
    ++done_;
  }
  std::int64_t batch_kept() override { return done_; }

  std::vector<OutputValues> results;

 private:
  std::int64_t done_ = 0;
};

}  // namespace

RunJobs jobs_of(const std::vector<bio::Encoded>& sequences) {
  const auto one = [&sequences](std::int64_t key) -> const bio::Encoded& {
    return sequences[static_cast<std::size_t>(key)];
  };
  return {.count = static_cast<std::int64_t>(sequences.size()),
          .lengths =
              [one](std::int64_t key) {
                return bio::Lengths{one(key).residues(), one(key).tokens()};
              },
          .sequence = [one](std::int64_t key) { return one(key); }};
}

struct Runner::Job {
  std::int64_t key;
  bio::Lengths lengths;
  bio::Encoded sequence;
};

struct Runner::Done {
  std::int64_t key;
  bio::Lengths lengths;
  OutputValues values;
};

Runner::Runner(const models::Model& model, OutputRequest request, RunnerOptions options)
    : model_(model),
      request_(std::move(request)),
      options_(std::move(options)),
      most_residues_(model.info().max_residues.value_or(std::numeric_limits<std::int64_t>::max())),
      plan_(model, request_, options_.plan) {
  check_request(model, request_);
}

// Where several residues may share a token, what has many residues may still be short enough.
bool Runner::is_too_long(const bio::Lengths& of) const {
  const auto most_tokens = model_.info().max_tokens;
  return most_tokens ? of.tokens > *most_tokens : of.residues > most_residues_;
}

bool Runner::is_windowed(const bio::Lengths& of) const {
  return options_.long_sequences == LongSequences::window && is_too_long(of);
}

std::optional<Error> Runner::refusal(const bio::Lengths& of) const {
  if (const auto most = model_.info().max_tokens; most && is_too_long(of) && !is_windowed(of))
    return Error(ErrorKind::bad_input,
                 fmt::format("{}, but this model reads at most {}", counted(of.tokens, "token"), *most));
  if (is_too_long(of) && !is_windowed(of))
    return Error(ErrorKind::bad_input,
                 fmt::format("{}, but this model reads at most {}", counted(of.residues, "residue"), most_residues_));
  if (!plan_.fits(of.tokens)) return plan_.too_large(of.tokens);
  return std::nullopt;
}

OutputValues Runner::compute_windows(const bio::Encoded& sequence) const {
  const OutputRequest request = window_request(request_);
  const std::vector<Window> cut = windows(sequence.residues(), most_residues_);
  std::vector<OutputValues> parts;
  for (const Window& window : cut) {
    const auto piece = model_.tokenizer().with_ends(sequence.ids_of(window.begin, window.end));
    parts.push_back(std::move(outputs_of(model_, std::span(&piece, 1), request).front()));
  }
  return join_windows(parts, cut, request_, model_.info().layers);
}

std::vector<Runner::Done> Runner::compute(const std::vector<Job>& batch) const {
  std::vector<Done> out;
  std::vector<std::size_t> whole;
  std::vector<std::vector<std::int32_t>> sequences;
  for (const Job& job : batch) {
    out.push_back({job.key, job.lengths, {}});
    if (is_windowed(job.lengths)) {
      out.back().values = compute_windows(job.sequence);
    } else {
      whole.push_back(out.size() - 1);
      sequences.push_back(job.sequence.ids);
    }
  }
  std::vector<OutputValues> values = outputs_of(model_, sequences, request_);
  for (std::size_t i = 0; i < whole.size(); ++i) out[whole[i]].values = std::move(values[i]);
  if (options_.finish)
    for (Done& one : out)
      if (!one.values.failure) options_.finish(one.key, one.values);
  return out;
}

RunSummary Runner::run(const RunJobs& jobs, RunStore& store, Sink& sink) const {
  RunSummary summary;
  Progress progress = options_.progress;
  progress.total = jobs.total > 0 ? jobs.total : jobs.count;
  std::vector<std::int64_t> todo;
  for (std::int64_t key = 0; key < jobs.count; ++key) {
    if (store.has(key)) continue;
    const bio::Lengths of = jobs.lengths(key);
    if (const auto error = refusal(of)) {
      store.refuse(key, *error);
      continue;
    }
    todo.push_back(key);
    progress.total_tokens += of.residues;
  }
  const auto started = Clock::now();
  auto at = todo.begin();
  const auto next = [&]() -> std::optional<Job> {
    if (at == todo.end()) return std::nullopt;
    const std::int64_t key = *at++;
    return Job{key, jobs.lengths(key), jobs.sequence(key)};
  };
  const auto keep = [&](std::vector<Done>& batch) {
    for (Done& one : batch) {
      store.keep(one.key, std::move(one.values));
      summary.residues += one.lengths.residues;
      summary.tokens += one.lengths.tokens;
    }
    progress.done = store.batch_kept();
    progress.tokens = summary.residues;
    progress.seconds = seconds_since(started);
    sink.progress(progress);
  };
  Beside keeping;
  const auto tokens_of = [](const Job& job) { return job.lengths.tokens; };
  const auto compute_here = [&](const std::vector<Job>& batch) {
    auto done = std::make_shared<std::vector<Done>>(compute(batch));
    if (options_.keeping == Keeping::in_turn)
      keep(*done);
    else
      keeping.start([&keep, done = std::move(done)] { keep(*done); });
  };
  const auto take = [&](const std::vector<Job>& batch, ranks::BytesView result) {
    std::vector<OutputValues> values = read_values(result);
    GROEL_REQUIRE(values.size() == batch.size());
    std::vector<Done> done;
    for (std::size_t i = 0; i < batch.size(); ++i)
      done.push_back({batch[i].key, batch[i].lengths, std::move(values[i])});
    if (options_.finish)
      for (Done& one : done)
        if (!one.values.failure) options_.finish(one.key, one.values);
    keep(done);
  };
  const auto bytes = [](const std::vector<Job>& batch) {
    std::vector<bio::Encoded> sequences;
    for (const Job& job : batch) sequences.push_back(job.sequence);
    return sequences_bytes(sequences);
  };
  if (ranks::Crew* const crew = crew_of(model_))
    run_packed<Job>(*crew, plan_in_shards(model_, request_, options_.plan, {progress.total_tokens, crew->size()}), next,
                    tokens_of, {kValuesWork, values_setup(model_, request_, options_.long_sequences), bytes, take});
  else
    run_packed<Job>(plan_, next, tokens_of, compute_here);
  keeping.wait();
  summary.seconds = seconds_since(started);
  if (!todo.empty()) sink.progress_done();
  return summary;
}

std::vector<OutputValues> run_all(const Runner& runner, const RunJobs& jobs, Sink& sink) {
  InMemory store(jobs.count);
  runner.run(jobs, store, sink);
  return std::move(store.results);
}

}  // namespace groel::engine
