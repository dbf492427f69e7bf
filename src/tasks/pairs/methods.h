// The predictor of pairs and its baselines, each learned and judged on the same split.
#pragma once

#include "interactions/split.h"
#include "tasks/pairs/material.h"

namespace groel::tasks {

inline constexpr const char* kPairHead = "predictor";
/// The same on the vectors of the model as it was, beside a model that was fine-tuned.
inline constexpr const char* kFrozenHead = "frozen";

struct MethodSettings {
  std::int64_t hidden = 256;
  double dropout = 0.2;
  std::int64_t epochs = 40, patience = 0, batch = 64;
  double rate = 1e-3, weight_decay = 0.01;
  std::int64_t baseline_epochs = 12;
  std::uint64_t seed = 0;
};

struct MethodInput {
  const PairsOfRun& pairs;
  const interactions::PairSplit& split;
  const train::VectorSource& vectors;   ///< one for each protein, of the model as it was
  const train::VectorSource& tuned;     ///< the same of the fine-tuned model, for the predictor; or as `vectors`
  const train::VectorSource& residues;  ///< one-hot
  const train::PairSet& train;
  const train::PairSet& valid;
  const train::PairSet& test;
};

struct MethodResult {
  std::string name, words;
  std::vector<double> test;  ///< [N, C]: probabilities, of the epoch that is best on the validation pairs
  double valid_f1 = 0, test_f1 = 0;
  double test_f1_of_best = 0;              ///< were the epoch chosen by the test pairs
  std::vector<train::PairEpoch> epochs{};  ///< empty: fitted at once
  std::size_t epoch = 0;                   ///< the chosen one
  std::unique_ptr<nn::PairNetwork> network{};
  std::vector<NamedTensor> tensors{};  ///< of the network
  double seconds = 0;
};

/// `name`: kPairHead, kFrozenHead, or one of pair_baselines(). Errors: as train::fit_pairs.
MethodResult run_method(const std::string& name, const MethodInput& input, const MethodSettings& settings, Sink& sink);

/// Residues of a protein that networks on residues read.
inline constexpr std::size_t kResiduesRead = 512;

}  // namespace groel::tasks
