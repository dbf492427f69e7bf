// Rotations and translations of residues, in f32 with the order of operations of OpenFold's rigid_utils.
#pragma once

#include <array>
#include <cmath>

namespace groel::structure_models {

using Vector = std::array<float, 3>;
using Matrix = std::array<float, 9>;  ///< row by row

/// x -> rotation x + translation.
struct Frame {
  Matrix rotation{};
  Vector translation{};
};

inline constexpr Frame kIdentity{{1, 0, 0, 0, 1, 0, 0, 0, 1}, {}};

inline Vector rotated(const Matrix& r, const Vector& x) {
  return {r[0] * x[0] + r[1] * x[1] + r[2] * x[2], r[3] * x[0] + r[4] * x[1] + r[5] * x[2],
          r[6] * x[0] + r[7] * x[1] + r[8] * x[2]};
}

/// By the transpose.
inline Vector rotated_back(const Matrix& r, const Vector& x) {
  return {r[0] * x[0] + r[3] * x[1] + r[6] * x[2], r[1] * x[0] + r[4] * x[1] + r[7] * x[2],
          r[2] * x[0] + r[5] * x[1] + r[8] * x[2]};
}

inline Vector sum(const Vector& a, const Vector& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }
inline Vector difference(const Vector& a, const Vector& b) { return {a[0] - b[0], a[1] - b[1], a[2] - b[2]}; }

inline Vector applied(const Frame& frame, const Vector& x) {
  return sum(rotated(frame.rotation, x), frame.translation);
}
inline Vector applied_back(const Frame& frame, const Vector& x) {
  return rotated_back(frame.rotation, difference(x, frame.translation));
}

inline Matrix product(const Matrix& a, const Matrix& b) {
  Matrix out{};
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      out[3 * i + j] = a[3 * i] * b[j] + a[3 * i + 1] * b[3 + j] + a[3 * i + 2] * b[6 + j];
  return out;
}

/// First `inner`, then `outer`.
inline Frame composed(const Frame& outer, const Frame& inner) {
  return {product(outer.rotation, inner.rotation), applied(outer, inner.translation)};
}

/// The frame of a backbone: CA at its origin, C on its first axis, N in the plane of the first two. `least`: added to
/// squares before roots are taken of them. (OpenFold's make_transform_from_reference, step by step.)
inline Frame frame_of_backbone(const Vector& n, const Vector& ca, const Vector& c, float least) {
  const Vector to_c = difference(c, ca);
  const float flat = to_c[0] * to_c[0] + to_c[1] * to_c[1];
  const float in_plane = std::sqrt(least + flat), whole = std::sqrt(least + flat + to_c[2] * to_c[2]);
  const float sin_1 = -to_c[1] / in_plane, cos_1 = to_c[0] / in_plane;
  const float sin_2 = to_c[2] / whole, cos_2 = std::sqrt(flat) / whole;
  const Matrix first{cos_1, -sin_1, 0, sin_1, cos_1, 0, 0, 0, 1}, second{cos_2, 0, sin_2, 0, 1, 0, -sin_2, 0, cos_2};
  const Matrix both = product(second, first);
  const Vector to_n = rotated(both, difference(n, ca));
  const float across = std::sqrt(least + to_n[1] * to_n[1] + to_n[2] * to_n[2]);
  const float sin_3 = -to_n[2] / across, cos_3 = to_n[1] / across;
  const Matrix all = product({1, 0, 0, 0, cos_3, -sin_3, 0, sin_3, cos_3}, both);
  return {{all[0], all[3], all[6], all[1], all[4], all[7], all[2], all[5], all[8]}, ca};
}

/// A rotation as a unit quaternion, and a translation.
struct QuaternionFrame {
  std::array<float, 4> quaternion{1, 0, 0, 0};
  Vector translation{};

  Matrix rotation() const {
    const auto [a, b, c, d] = quaternion;
    return {a * a + b * b - c * c - d * d, 2 * b * c - 2 * a * d,         2 * b * d + 2 * a * c,
            2 * b * c + 2 * a * d,         a * a - b * b + c * c - d * d, 2 * c * d - 2 * a * b,
            2 * b * d - 2 * a * c,         2 * c * d + 2 * a * b,         a * a - b * b - c * c + d * d};
  }

  /// Turns by the quaternion (1, b, c, d) and moves, both in its own frame; `update` [6] is b, c, d, x, y, z.
  /// (Algorithm 23, with the quaternion added and normalised as OpenFold does it.)
  void update(const float* update) {
    const Vector moved = rotated(rotation(), {update[3], update[4], update[5]});
    translation = sum(translation, moved);
    const auto [a, b, c, d] = quaternion;
    const float x = update[0], y = update[1], z = update[2];
    std::array<float, 4> turned{a - (b * x + c * y + d * z), b + (a * x + c * z - d * y), c + (a * y - b * z + d * x),
                                d + (a * z + b * y - c * x)};
    const float length =
        std::sqrt(turned[0] * turned[0] + turned[1] * turned[1] + turned[2] * turned[2] + turned[3] * turned[3]);
    for (float& part : turned) part /= length;
    quaternion = turned;
  }
};

}  // namespace groel::structure_models
