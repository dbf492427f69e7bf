// Trains a network of pairs of proteins: epoch after epoch, of which the one that is best on validation pairs is kept.
#pragma once

#include <span>

#include "base/progress.h"
#include "nn/pairs/pair_network.h"
#include "tensor/tensor.h"
#include "train/vector_source.h"

namespace groel::train {

/// Pairs by the places of their proteins in a VectorSource.
struct PairSet {
  std::vector<std::int32_t> first, second;
  Tensor targets;  ///< [N, C] f32, 0 and 1

  std::int64_t size() const { return static_cast<std::int64_t>(first.size()); }
};

struct PairMaterial {
  const VectorSource& proteins;
  ops::Neighbours links;  ///< between all proteins, of networks that read them
  const PairSet& train;
  const PairSet& valid;
  const PairSet& test;
};

struct PairFitOptions {
  nn::PairShape shape;
  std::int64_t epochs = 40;
  std::int64_t patience = 0;  ///< epochs without a better one after which training ends; 0: never
  std::int64_t batch = 64;    ///< pairs
  double rate = 1e-3;         ///< AdamW's, constant
  double weight_decay = 0.01;
  std::uint64_t seed = 0;
  std::string_view phase = "training";  ///< for the progress
};

struct PairEpoch {
  double loss = 0;  ///< mean over the labels of the training pairs, as they were learned
  double valid_f1 = 0, test_f1 = 0;
};

struct PairFit {
  std::vector<PairEpoch> epochs;
  std::size_t best = 0;             ///< the epoch with the highest F1 on the validation pairs, the first of equals
  std::size_t best_on_test = 0;     ///< what the choice would be, were it made on the test pairs
  std::vector<double> valid, test;  ///< [N, C]: probabilities after the best epoch
  std::unique_ptr<nn::PairNetwork> network;  ///< as after the best epoch, ready to predict
  std::vector<NamedTensor> tensors;          ///< of the network
  double seconds = 0;
};

/// F1 of all labels of all pairs together (micro), predicted from a probability of 0.5 on: truth and probabilities are
/// [N, C]. 0 where nothing is true, or nothing predicted.
double micro_f1(std::span<const float> truth, std::span<const double> probabilities);

/// The loss is the binary cross entropy of every label. The same bits for a seed, whatever the number of threads.
/// Errors: usage where the loss is no finite number; interrupted.
PairFit fit_pairs(const PairMaterial& material, const PairFitOptions& options, Sink& sink);

/// Probabilities [N, C] of pairs by a network that is ready to predict. Errors: bad_model, for outputs that are no
/// finite numbers.
std::vector<double> pair_probabilities(const nn::PairNetwork& network, const VectorSource& proteins,
                                       const ops::Neighbours& links, const PairSet& pairs);

/// The same of pairs of proteins that the network has encoded, [P, E].
std::vector<double> pair_probabilities(const nn::PairNetwork& network, const Tensor& encoded,
                                       const std::vector<std::int32_t>& first, const std::vector<std::int32_t>& second);

}  // namespace groel::train
