// Clusters of similar sequences: from a file, or made by MMseqs2.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/progress.h"
#include "statistics/split.h"

namespace groel::tasks {

/// The cluster of each row, numbered in the order in which they first occur.
using Clusters = std::vector<std::int64_t>;

/// Of ids, by a file of representative and member, two ids a line. Ids that are not in it are alone, and counted.
/// Errors: as read_bytes_of; bad_input for a line of one word, and where no id is in it.
Clusters clusters_by_file(const std::string& path, const std::vector<std::string>& ids, Sink& sink);

/// Of sequences, by `mmseqs easy-cluster` at that identity over 80 % of the longer one. Equal sequences are in one
/// cluster whatever it says, empty ones alone. Errors: unsupported where MMseqs2 is not installed, saying how to get
/// it; io with its last words where it fails.
Clusters clusters_by_identity(const std::vector<std::string>& sequences, double identity, Sink& sink);

struct ClusterSplit {
  double test_size = 0, val_size = 0;  ///< below 1 a part of the rows, else so many
  std::uint32_t seed = 0;
};

struct ClusterParts {
  std::vector<std::int64_t> train, val, test;
};

/// Whole clusters, in an order drawn by the seed, go to the test set while they fit, then to the validation set while
/// they fit; all others are for training. No part is larger than asked for. Rows stay in their order.
ClusterParts split_clusters(const Clusters& clusters, const ClusterSplit& how);

/// The test rows of each of so many folds: clusters from the largest to the smallest, each to the fold with the fewest
/// rows, as scikit-learn's GroupKFold does it. Errors: usage for fewer than two folds or more than clusters.
std::vector<std::vector<std::int64_t>> cluster_folds(const Clusters& clusters, std::int64_t folds);

}  // namespace groel::tasks
