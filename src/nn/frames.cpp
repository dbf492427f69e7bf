// Gram-Schmidt on the atoms of a backbone.
#include "nn/frames.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "base/error.h"

namespace groel::nn {
namespace {

using Backbone = std::array<float, 9>;  // N, CA, C

constexpr float kFarthest = 1e6F;
constexpr float kEpsilon = 1e-10F;
constexpr std::array<float, 9> kIdentity{1, 0, 0, 0, 1, 0, 0, 0, 1};

bool is_known(const float* atoms) {
  return std::all_of(atoms, atoms + 9, [](float x) { return std::isfinite(x) && x < kFarthest; });
}

void frame_of(const float* atoms, float* rotation, float* translation) {
  float x_axis[3], in_plane[3];
  for (int i = 0; i < 3; ++i) {
    x_axis[i] = atoms[3 + i] - atoms[6 + i];
    in_plane[i] = atoms[i] - atoms[3 + i];
    translation[i] = atoms[3 + i];
  }
  axes_of(x_axis, in_plane, kEpsilon, rotation);
}

Backbone mean_of(const float* atoms, std::int64_t residues, std::int64_t known) {
  Backbone mean{};
  for (std::int64_t t = 0; t < residues; ++t)
    if (is_known(atoms + 9 * t))
      for (std::size_t i = 0; i < 9; ++i) mean[i] += atoms[9 * t + static_cast<std::int64_t>(i)];
  for (float& x : mean) x /= static_cast<float>(known) + 1e-8F;
  return mean;
}

}  // namespace

void axes_of(const float* x_axis, const float* in_plane, float epsilon, float* rotation) {
  float x[3], y[3];
  float square = 0, along = 0;
  for (int i = 0; i < 3; ++i) square += x_axis[i] * x_axis[i];
  const float length = std::sqrt(square + epsilon);
  for (int i = 0; i < 3; ++i) {
    x[i] = x_axis[i] / length;
    along += x[i] * in_plane[i];
  }
  square = 0;
  for (int i = 0; i < 3; ++i) {
    y[i] = in_plane[i] - x[i] * along;
    square += y[i] * y[i];
  }
  const float height = std::sqrt(square + epsilon);
  for (float& value : y) value /= height;
  for (int i = 0; i < 3; ++i) {
    const int j = (i + 1) % 3, k = (i + 2) % 3;
    rotation[3 * i] = x[i];
    rotation[3 * i + 1] = y[i];
    rotation[3 * i + 2] = x[j] * y[k] - x[k] * y[j];
  }
}

ops::Frames frames_of(const Tensor& coordinates, const Tensor& cu_seqlens) {
  const std::int64_t tokens = coordinates.size(0);
  GROEL_REQUIRE(coordinates.shape() == (Shape{tokens, 3, 3}));
  ops::Frames out{Tensor::empty({tokens, 9}), Tensor::empty({tokens, 3}), Tensor::empty({tokens}, DType::i32)};
  const float* atoms = coordinates.data<float>();
  float* rotation = out.rotation.mutable_data<float>();
  float* translation = out.translation.mutable_data<float>();
  auto* known = out.known.mutable_data<std::int32_t>();
  const auto bounds = cu_seqlens.values<std::int32_t>();
  for (std::size_t b = 0; b + 1 < bounds.size(); ++b) {
    std::int64_t count = 0;
    for (std::int64_t t = bounds[b]; t < bounds[b + 1]; ++t) {
      known[t] = is_known(atoms + 9 * t) ? 1 : 0;
      count += known[t];
    }
    const Backbone mean = mean_of(atoms + 9 * bounds[b], bounds[b + 1] - bounds[b], count);
    for (std::int64_t t = bounds[b]; t < bounds[b + 1]; ++t) {
      frame_of(known[t] != 0 ? atoms + 9 * t : mean.data(), rotation + 9 * t, translation + 3 * t);
      if (count == 0) std::copy(kIdentity.begin(), kIdentity.end(), rotation + 9 * t);
    }
  }
  return out;
}

}  // namespace groel::nn
