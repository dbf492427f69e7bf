// Runs a benchmark and measures it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/profile.h"
#include "checkpoints/load.h"
#include "tasks/bench/scenario.h"

namespace groel::tasks {

/// Median, lowest and highest of several runs.
struct Spread {
  double median = 0, lowest = 0, highest = 0;
};
Spread spread(std::vector<double> values);

struct BenchResult {
  Scenario scenario;
  int threads = 0;
  std::int64_t sequences = 0, tokens = 0;
  double flops = 0;          ///< of the products and of attention, for all tokens
  Spread tokens_per_second;  ///< real tokens, those at the ends included, never padding
  Spread flops_per_second;
  double product_limit = 0;         ///< FLOP/s of the best bare oneDNN product over the model's shapes, same threads
  double bandwidth = 0;             ///< bytes/s of a triad, same threads
  std::vector<ProfileRow> profile;  ///< of one run after the counted ones, when asked for; else empty
  double profile_seconds = 0;       ///< that run took in all: the rows' time, and what passed between operators
};

struct BenchOptions {
  int warmups = 1;
  int runs = 5;
  bool profile = false;
};

/// Runs the model of a scenario once for each number of threads (0: every core): packed batches as `groel embed` makes
/// them, last hidden state pooled by mean. Errors: as load_model and
/// random_model, naming the scenario's file; bad_input where the data hold no sequence; usage (threads).
std::vector<BenchResult> run_bench(const Scenario& scenario, const std::vector<int>& threads,
                                   const BenchOptions& options);

/// FLOPs of one forward pass over a sequence of n tokens: 2 a multiply-add of every linear layer, 4·n·D a token and
/// layer for attention; the embedding, norms and heads are not counted.
double forward_flops(const models::ModelInfo& info, std::int64_t tokens);

}  // namespace groel::tasks
