// t-SNE: vectors laid out in the plane so that near ones stay near (van der Maaten 2014, Barnes-Hut).
#pragma once

#include <functional>

#include "analysis/quadtree.h"
#include "analysis/vectors.h"

namespace groel::analysis {

/// Defaults are scikit-learn's.
struct TsneOptions {
  Metric metric = Metric::euclidean;
  double perplexity = 30;
  int iterations = 1000;
  double angle = 0.5;  // 0: exact, with every pair
  double early_exaggeration = 12;
  double learning_rate = 0;  // 0: max(rows / exaggeration / 4, 50)
  enum class Start { pca, random } start = Start::pca;
  std::uint64_t seed = 42;
  std::function<void(int iteration, double divergence)> progress;  // every 50 iterations
};

struct TsneResult {
  std::vector<Point> points;
  double divergence = 0;  // Kullback-Leibler, of the pairs that count
  int iterations = 0;
};

/// Bitwise the same for any number of threads. Errors: usage when the perplexity is not below the number of rows, or
/// there are fewer than three; interrupted.
TsneResult tsne(const Vectors& x, const TsneOptions& options);

}  // namespace groel::analysis
