// One benchmark: which shape on which lengths, and what came out.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/profile.h"
#include "engine/load.h"

namespace groel::tasks {

/// A scenario file (JSON): {"name", "layers", "width", "heads" (random weights of that shape) or "model" (a
/// checkpoint), "data": FASTA, "dtype", "threads", "residues": how many at most, in the file's order}, and where wanted
/// {"length": records are cut into pieces of so many residues, "batch_tokens": tokens a batch at most; 1 runs each
/// sequence alone}. Paths are relative to the file.
struct Scenario {
  std::string name;
  std::filesystem::path model;  ///< empty: random weights
  std::int64_t layers = 0, width = 0, heads = 0;
  std::filesystem::path data;
  std::string dtype;
  int threads = 0;
  std::int64_t residues = 0;
  std::int64_t length = 0;  ///< 0: records whole
  std::optional<std::int64_t> batch_tokens{};
};

/// Errors: not_found, bad_input naming the member.
Scenario read_scenario(const std::filesystem::path& path);

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
  Spread tokens_per_second;  ///< real tokens, <cls> and <eos> included, never padding
  Spread flops_per_second;
  double product_limit = 0;         ///< FLOP/s of the best bare oneDNN product over the model's shapes, same threads
  double bandwidth = 0;             ///< bytes/s of a triad, same threads
  std::vector<ProfileRow> profile;  ///< of one run, when asked for
};

struct BenchOptions {
  int warmups = 1;
  int runs = 5;
  bool profile = false;
};

/// Runs the model of a scenario once for each number of threads (0: every core): packed batches as `groel embed` makes
/// them, last hidden state pooled by mean. Errors: as load_model; bad_input where the data hold no sequence.
std::vector<BenchResult> run_bench(const Scenario& scenario, const std::vector<int>& threads,
                                   const BenchOptions& options);

/// FLOPs of one forward pass over a sequence of n tokens: 2 a multiply-add of every linear layer, 4·n·D a token and
/// layer for attention; the embedding, norms and heads are not counted.
double forward_flops(const models::ModelInfo& info, std::int64_t tokens);

}  // namespace groel::tasks
