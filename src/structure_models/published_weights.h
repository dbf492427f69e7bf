// Weights under the names of a network here, and the network that is filled with them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "checkpoints/load.h"
#include "io/arrays.h"
#include "ops/linear.h"

namespace groel::structure_models {

struct PublishedWeights {
  io::ArrayMap arrays;
  std::string identifier;  ///< of the weights: that of their file, or a digest of its arrays
  std::int64_t parameters = 0;
};

/// How many numbers arrays have.
std::int64_t count_of_numbers(const io::ArrayMap& published);
/// A digest of the names, shapes and pieces of arrays.
std::string digest_of(const io::ArrayMap& published, const std::filesystem::path& path);

/// Fills a network with weights that have its `shape`; `path` is named in errors. Errors: bad_model, where numbers are
/// none.
template <class Network, class Weights>
std::unique_ptr<Network> network_of(Weights weights, ops::Precision precision, const std::filesystem::path& path) {
  auto out = std::make_unique<Network>(weights.shape);
  checkpoints::fill_slots(*out, weights.arrays, {}, path);
  weights.arrays.clear();  // each goes as soon as it is packed
  out->prepare(precision);
  return out;
}

}  // namespace groel::structure_models
