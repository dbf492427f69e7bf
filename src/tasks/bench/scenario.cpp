// Running a scenario.
#include "tasks/bench/scenario.h"

#include <algorithm>
#include <chrono>

#include "base/text_file.h"
#include "base/threads.h"
#include "engine/embed.h"
#include "engine/plan.h"
#include "engine/random_model.h"
#include "io/sequences.h"
#include "ops/limits.h"

namespace groel::tasks {
namespace {

using Clock = std::chrono::steady_clock;
using Tokens = std::vector<std::vector<std::int32_t>>;

template <class Value>
Value member(const nlohmann::json& json, const char* name, const std::string& file) {
  try {
    return json.at(name).get<Value>();
  } catch (const nlohmann::json::exception&) {
    throw Error(ErrorKind::bad_input,
                {fmt::format("'{}' is missing or of the wrong type", name), file, "see bench/scenarios"});
  }
}

Tokens read_tokens(const Scenario& scenario, const bio::Tokenizer& tokenizer) {
  Tokens out;
  std::int64_t residues = 0;
  for (const io::SequenceRecord& record : io::read_sequences({scenario.data.string()})) {
    if (residues >= scenario.residues) break;
    out.push_back(tokenizer.encode(record.sequence).ids);
    residues += static_cast<std::int64_t>(out.back().size()) - 2;
  }
  return out;
}

double best_product(const models::ModelInfo& info, ops::Precision precision) {
  double best = 0;
  for (const ops::ProductShape& shape : {ops::ProductShape{info.width, 3 * info.width},
                                         {info.width, info.width},
                                         {info.width, info.ffn},
                                         {info.ffn, info.width}})
    best = std::max(best, ops::measure_product_rate(shape, precision));
  return best;
}

// The sequences' batches, as the embedding task makes them.
std::vector<std::size_t> batches(const models::Model& model, const Tokens& tokens,
                                 const engine::EmbedRequest& request) {
  std::vector<std::int64_t> counts;
  for (const auto& sequence : tokens) counts.push_back(static_cast<std::int64_t>(sequence.size()));
  return engine::MemoryPlan(model, request, {}).batches(counts);
}

double run_once(const models::Model& model, const Tokens& tokens) {
  const engine::EmbedRequest request{.layers = {static_cast<int>(model.info().layers)}, .mean = true};
  const auto ends = batches(model, tokens, request);
  const auto begin = Clock::now();
  std::size_t first = 0;
  for (const std::size_t end : ends) {
    engine::embed_batch(model, std::span(tokens).subspan(first, end - first), request);
    first = end;
  }
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

Spread scaled(const Spread& seconds, double amount) {
  return {amount / seconds.median, amount / seconds.highest, amount / seconds.lowest};
}

}  // namespace

Scenario read_scenario(const std::filesystem::path& path) {
  const nlohmann::json json = read_json(path);
  const std::string file = path.string();
  return {member<std::string>(json, "name", file),
          member<std::int64_t>(json, "layers", file),
          member<std::int64_t>(json, "width", file),
          member<std::int64_t>(json, "heads", file),
          path.parent_path() / member<std::string>(json, "data", file),
          member<std::string>(json, "dtype", file),
          member<int>(json, "threads", file),
          member<std::int64_t>(json, "residues", file)};
}

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  const double median = values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

double forward_flops(const models::ModelInfo& info, std::int64_t tokens) {
  const auto n = static_cast<double>(tokens);
  const auto width = static_cast<double>(info.width);
  const double linear = 2 * (4 * width * width + 2 * width * static_cast<double>(info.ffn));
  return static_cast<double>(info.layers) * n * (linear + 4 * n * width);
}

BenchResult run_bench(const Scenario& scenario, const BenchOptions& options) {
  set_num_threads(scenario.threads);
  const auto precision = engine::parse_precision(scenario.dtype);
  const auto loaded =
      engine::random_model(engine::esm2_config(scenario.layers, scenario.width, scenario.heads), 1, precision);
  const models::ModelInfo info = loaded.model->info();
  const Tokens tokens = read_tokens(scenario, loaded.model->tokenizer());
  BenchResult result{.scenario = scenario, .sequences = static_cast<std::int64_t>(tokens.size())};
  for (const auto& sequence : tokens) {
    result.tokens += static_cast<std::int64_t>(sequence.size());
    result.flops += forward_flops(info, static_cast<std::int64_t>(sequence.size()));
  }
  for (int i = 0; i < options.warmups; ++i) run_once(*loaded.model, tokens);
  std::vector<double> seconds;
  for (int i = 0; i < options.runs; ++i) seconds.push_back(run_once(*loaded.model, tokens));
  if (options.profile) {
    start_profile();
    run_once(*loaded.model, tokens);
    stop_profile();
    result.profile = profile();
  }
  result.tokens_per_second = scaled(spread(seconds), static_cast<double>(result.tokens));
  result.flops_per_second = scaled(spread(seconds), result.flops);
  result.product_limit = best_product(info, precision);
  result.bandwidth = ops::measure_memory_bandwidth();
  return result;
}

}  // namespace groel::tasks
