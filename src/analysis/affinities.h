// How similar vectors are for t-SNE: probabilities of pairs, most of them zero.
#pragma once

#include "analysis/neighbours.h"

namespace groel::analysis {

/// A sparse symmetric matrix, row by row, columns rising; the values add up to 1.
struct Affinities {
  std::vector<std::int64_t> starts;  // [rows + 1]
  std::vector<std::int64_t> columns;
  std::vector<double> values;
};

/// Joint probabilities of van der Maaten and Hinton (2008): for each row a Gaussian over its neighbours whose width
/// gives the wanted perplexity, made symmetric. As in scikit-learn, distances of either metric are squared.
Affinities joint_probabilities(const std::vector<std::vector<Neighbour>>& neighbours, double perplexity);

}  // namespace groel::analysis
