// A head that keeps what it has seen: the nearest known vectors say what a new one is.
#pragma once

#include <filesystem>
#include <optional>

#include "analysis/vectors.h"
#include "models/classifier.h"
#include "tensor/tensor.h"

namespace groel::predictors {

inline constexpr const char* kNeighboursKind = "knn";
inline constexpr const char* kNeighboursFile = "neighbours.safetensors";

/// By Euclidean distance; every neighbour counts the same, as in scikit-learn's KNeighborsClassifier and -Regressor.
class NeighbourHead {
 public:
  /// features [N, D] f32 and what is true of them: [N] i32 classes, or [N, C] f32 labels, numbers. Errors: usage, where
  /// there are fewer vectors than neighbours are asked for, or none.
  NeighbourHead(const Tensor& features, Tensor targets, std::int64_t neighbours);

  std::int64_t neighbours() const { return neighbours_; }
  std::int64_t known() const { return vectors_.rows; }
  std::int64_t width() const { return vectors_.width; }
  /// vectors [B, D] -> [B, C] f32: logarithms of shares (of labels: of shares to their rest), or means of numbers. A
  /// share of 0 is taken for a millionth.
  Tensor outputs(const Tensor& vectors, const models::Classification& classes) const;

  /// neighbours.safetensors in `folder`. Errors: io.
  void save(const std::filesystem::path& folder) const;
  /// Errors: not_found, io, bad_model.
  static NeighbourHead load(const std::filesystem::path& folder);

 private:
  std::vector<double> means(std::span<const float> vector, const models::Classification& classes) const;

  analysis::Vectors vectors_;
  Tensor targets_;
  std::int64_t neighbours_;
};

}  // namespace groel::predictors
