// Runs a benchmark scenario.
#include "tasks/bench/run.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "base/threads.h"
#include "checkpoints/random_model.h"
#include "engine/plan.h"
#include "engine/precision.h"
#include "engine/runner.h"
#include "io/sequences.h"
#include "ops/limits.h"

namespace groel::tasks {
namespace {

using Clock = std::chrono::steady_clock;
using Sequences = std::vector<bio::Encoded>;

// Records, whole or cut into pieces of `length`; what is left of a record is dropped.
std::vector<std::string> pieces(const std::string& sequence, std::int64_t length) {
  if (length == 0) return {sequence};
  std::vector<std::string> out;
  const auto size = static_cast<std::size_t>(length);
  for (std::size_t at = 0; at + size <= sequence.size(); at += size) out.push_back(sequence.substr(at, size));
  return out;
}

Sequences read_sequences(const Scenario& scenario, const bio::Tokenizer& tokenizer) {
  Sequences out;
  std::int64_t residues = 0;
  for (const io::SequenceRecord& record : io::read_sequences({scenario.data.string()})) {
    if (record.error) throw *record.error;
    for (const std::string& piece : pieces(record.sequence, scenario.length)) {
      if (residues >= scenario.residues) return out;
      bio::Encoded encoded = tokenizer.encode(piece);
      residues += encoded.residues();
      out.push_back(std::move(encoded));
    }
  }
  if (out.empty())
    throw Error(ErrorKind::bad_input, {fmt::format("no sequence of {} residues", scenario.length),
                                       scenario.data.string(), "give the scenario a smaller 'length'"});
  return out;
}

double best_product(const models::ModelInfo& info, ops::Precision precision) {
  double best = 0;
  for (const ops::ProductShape& shape : {ops::ProductShape{info.width, 3 * info.width},
                                         {info.width, info.width},
                                         {info.width, info.inner},
                                         {info.ffn, info.width}})
    best = std::max(best, ops::measure_product_rate(shape, precision));
  return best;
}

checkpoints::LoadedModel load(const Scenario& scenario) {
  const auto precision = engine::parse_precision(scenario.dtype);
  if (!scenario.model.empty()) return checkpoints::load_model(scenario.model, precision);
  try {
    return checkpoints::random_model(models::family_named(scenario.family).configure(scenario.shape), 1, precision);
  } catch (const Error& error) {
    throw error.at(scenario.file.string());
  }
}

// A model and its input, ready to run any number of times, as the embedding task does it.
struct Workload {
  const models::Model& model;
  std::unique_ptr<const Sequences> sequences;  // of the jobs
  engine::Runner runner;
  engine::RunJobs jobs;
};

// Results are dropped.
class Nowhere final : public engine::RunStore {
 public:
  void refuse(std::int64_t, const Error& error) override { throw Error(error); }
  void keep(std::int64_t, engine::OutputValues) override {}
  std::int64_t batch_kept() override { return 0; }
};

Workload prepare(const Scenario& scenario, const models::Model& model) {
  const auto last = static_cast<int>(model.info().layers);
  auto sequences = std::make_unique<const Sequences>(read_sequences(scenario, model.tokenizer()));
  engine::RunJobs jobs = engine::jobs_of(*sequences);
  return {model, std::move(sequences),
          engine::Runner(model, {{last}, {bio::Output::mean}}, {.plan = {.max_tokens = scenario.batch_tokens}}),
          std::move(jobs)};
}

double run_once(const Workload& work) {
  Nowhere nowhere;
  Sink silent;
  const auto begin = Clock::now();
  work.runner.run(work.jobs, nowhere, silent);
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

void profile_once(const Workload& work, BenchResult& result) {
  start_profile();
  result.profile_seconds = run_once(work);
  stop_profile();
  result.profile = profile();
}

BenchResult count(const Scenario& scenario, const Workload& work) {
  BenchResult result{.scenario = scenario, .sequences = work.jobs.count};
  for (std::int64_t key = 0; key < work.jobs.count; ++key) {
    const std::int64_t tokens = work.jobs.lengths(key).tokens;
    result.tokens += tokens;
    result.flops += forward_flops(work.model.info(), tokens);
  }
  return result;
}

Spread scaled(const Spread& seconds, double amount) {
  return {amount / seconds.median, amount / seconds.highest, amount / seconds.lowest};
}

// With the threads set.
void measure(const Workload& work, const BenchOptions& options, BenchResult& result) {
  for (int i = 0; i < options.warmups; ++i) run_once(work);
  std::vector<double> seconds;
  for (int i = 0; i < options.runs; ++i) seconds.push_back(run_once(work));
  if (options.profile) profile_once(work, result);
  result.tokens_per_second = scaled(spread(seconds), static_cast<double>(result.tokens));
  result.flops_per_second = scaled(spread(seconds), result.flops);
  result.product_limit = best_product(work.model.info(), engine::parse_precision(result.scenario.dtype));
  result.bandwidth = ops::measure_memory_bandwidth();
}

}  // namespace

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median = values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

double forward_flops(const models::ModelInfo& info, std::int64_t tokens) {
  const auto n = static_cast<double>(tokens);
  const auto width = static_cast<double>(info.width);
  const double linear = 2 * (4 * width * width + width * static_cast<double>(info.inner + info.ffn));
  return static_cast<double>(info.layers) * n * (linear + 4 * n * width);
}

std::vector<BenchResult> run_bench(const Scenario& scenario, const std::vector<int>& threads,
                                   const BenchOptions& options) {
  set_num_threads(0);
  const checkpoints::LoadedModel loaded = load(scenario);
  const Workload work = prepare(scenario, *loaded.model);
  std::vector<BenchResult> results;
  for (const int count_of_threads : threads) {
    set_num_threads(count_of_threads);
    results.push_back(count(scenario, work));
    results.back().threads = num_threads();
    measure(work, options, results.back());
  }
  return results;
}

}  // namespace groel::tasks
