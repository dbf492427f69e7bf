// Finds rigid motions, and searches those that bring most residues near.
#include "analysis/superposition.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Eigenvalues>

#include "base/error.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

constexpr std::array<double, 5> kCutoffs{0.5, 1, 2, 4, 8};
constexpr int kRounds = 20;
constexpr std::int64_t kShortest = 4;

Coordinates centre_of(std::span<const Coordinates> x) {
  Coordinates out{};
  for (const Coordinates& one : x)
    for (std::size_t c = 0; c < 3; ++c) out[c] += one[c];
  for (double& value : out) value /= static_cast<double>(x.size());
  return out;
}

double gap_squared(const Coordinates& a, const Coordinates& b) {
  double out = 0;
  for (std::size_t c = 0; c < 3; ++c) out += (a[c] - b[c]) * (a[c] - b[c]);
  return out;
}

// The best that was seen of everything that is looked for.
struct Best {
  double tm = -1;
  Superposition by;
  std::array<std::int64_t, kCutoffs.size()> within{};

  void take(const Best& other) {
    if (other.tm > tm) {
      tm = other.tm;
      by = other.by;
    }
    for (std::size_t i = 0; i < within.size(); ++i) within[i] = std::max(within[i], other.within[i]);
  }
};

class FragmentSearch {
 public:
  FragmentSearch(std::span<const Coordinates> moving, std::span<const Coordinates> fixed, std::int64_t length)
      : moving_(moving), fixed_(fixed), d0_(tm_distance(length)), reach_(std::clamp(d0_, 4.5, 8.0)) {}

  // From one fragment on.
  Best from(std::int64_t start, std::int64_t count) const {
    Best best;
    std::vector<std::int64_t> chosen;
    for (std::int64_t i = start; i < start + count; ++i) chosen.push_back(i);
    Superposition by = of(chosen);
    std::vector<double> distances = look(by, best);
    std::vector<std::int64_t> before;
    for (int round = 0; round < kRounds; ++round) {
      // The first time a little nearer, then a little wider, as the program does it.
      const double reach = round == 0 ? reach_ - 1 : reach_ + 1;
      chosen = near(distances, reach);
      if (chosen == before) break;
      before = chosen;
      by = of(chosen);
      distances = look(by, best);
    }
    return best;
  }

 private:
  Superposition of(const std::vector<std::int64_t>& chosen) const {
    std::vector<Coordinates> a, b;
    for (const std::int64_t i : chosen) {
      a.push_back(moving_[static_cast<std::size_t>(i)]);
      b.push_back(fixed_[static_cast<std::size_t>(i)]);
    }
    return superpose(a, b);
  }

  // Pairs within the reach; where there are fewer than three, of a wider one.
  static std::vector<std::int64_t> near(const std::vector<double>& distances, double reach) {
    std::vector<std::int64_t> out;
    const auto wanted = std::min<std::size_t>(3, distances.size());
    for (; out.size() < wanted; reach += 0.5) {
      out.clear();
      for (std::size_t i = 0; i < distances.size(); ++i)
        if (distances[i] < reach * reach) out.push_back(static_cast<std::int64_t>(i));
    }
    return out;
  }

  // Squared distances of all pairs; what they are worth goes to `best`.
  std::vector<double> look(const Superposition& by, Best& best) const {
    std::vector<double> out;
    Best now{0, by, {}};
    for (std::size_t i = 0; i < moving_.size(); ++i) {
      const double distance = gap_squared(by(moving_[i]), fixed_[i]);
      out.push_back(distance);
      now.tm += 1 / (1 + distance / (d0_ * d0_));
      for (std::size_t c = 0; c < kCutoffs.size(); ++c) now.within[c] += distance <= kCutoffs[c] * kCutoffs[c];
    }
    best.take(now);
    return out;
  }

  std::span<const Coordinates> moving_, fixed_;
  double d0_, reach_;
};

}  // namespace

Coordinates Superposition::operator()(const Coordinates& x) const {
  Coordinates out = shift;
  for (std::size_t r = 0; r < 3; ++r)
    for (std::size_t c = 0; c < 3; ++c) out[r] += rotation[3 * r + c] * x[c];
  return out;
}

Superposition superpose(std::span<const Coordinates> moving, std::span<const Coordinates> fixed) {
  GROEL_REQUIRE(moving.size() == fixed.size() && !moving.empty());
  const Coordinates from = centre_of(moving), to = centre_of(fixed);
  double s[3][3] = {};
  for (std::size_t i = 0; i < moving.size(); ++i)
    for (std::size_t r = 0; r < 3; ++r)
      for (std::size_t c = 0; c < 3; ++c) s[r][c] += (moving[i][r] - from[r]) * (fixed[i][c] - to[c]);
  Eigen::Matrix4d key;
  key << s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2], s[0][1] - s[1][0],  //
      s[1][2] - s[2][1], s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2],     //
      s[2][0] - s[0][2], s[0][1] + s[1][0], s[1][1] - s[0][0] - s[2][2], s[1][2] + s[2][1],     //
      s[0][1] - s[1][0], s[2][0] + s[0][2], s[1][2] + s[2][1], s[2][2] - s[0][0] - s[1][1];
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix4d> solver(key);
  const Eigen::Vector4d q = solver.eigenvectors().col(3);  // of the largest eigenvalue
  const double w = q[0], x = q[1], y = q[2], z = q[3];
  Superposition out;
  out.rotation = {w * w + x * x - y * y - z * z, 2 * (x * y - w * z),           2 * (x * z + w * y),
                  2 * (x * y + w * z),           w * w - x * x + y * y - z * z, 2 * (y * z - w * x),
                  2 * (x * z - w * y),           2 * (y * z + w * x),           w * w - x * x - y * y + z * z};
  const Coordinates turned = out(from);
  for (std::size_t c = 0; c < 3; ++c) out.shift[c] = to[c] - turned[c];
  return out;
}

double rmsd(std::span<const Coordinates> moving, std::span<const Coordinates> fixed, const Superposition& by) {
  GROEL_REQUIRE(moving.size() == fixed.size() && !moving.empty());
  double sum = 0;
  for (std::size_t i = 0; i < moving.size(); ++i) sum += gap_squared(by(moving[i]), fixed[i]);
  return std::sqrt(sum / static_cast<double>(moving.size()));
}

double tm_distance(std::int64_t length) {
  if (length <= 15) return 0.5;
  return std::max(0.5, 1.24 * std::cbrt(static_cast<double>(length - 15)) - 1.8);
}

Similarity similarity(std::span<const Coordinates> moving, std::span<const Coordinates> fixed, std::int64_t length) {
  const auto n = static_cast<std::int64_t>(moving.size());
  GROEL_REQUIRE(moving.size() == fixed.size() && n > 0 && length >= n);
  const FragmentSearch search(moving, fixed, length);
  struct Fragment {
    std::int64_t start, count;
  };
  std::vector<Fragment> fragments;
  for (std::int64_t count = n;; count = std::max(kShortest, count / 2)) {
    for (std::int64_t start = 0; start + count <= n; ++start) fragments.push_back({start, count});
    if (count <= kShortest) break;
  }
  std::vector<Best> found(fragments.size());
  parallel_for(static_cast<std::int64_t>(fragments.size()), [&](std::int64_t i) {
    const Fragment& one = fragments[static_cast<std::size_t>(i)];
    found[static_cast<std::size_t>(i)] = search.from(one.start, one.count);
  });
  Best best;
  for (const Best& one : found) best.take(one);
  const auto part = [&](std::size_t cutoff) {
    return static_cast<double>(best.within[cutoff]) / static_cast<double>(length);
  };
  return {best.tm / static_cast<double>(length), (part(1) + part(2) + part(3) + part(4)) / 4,
          (part(0) + part(1) + part(2) + part(3)) / 4, best.by};
}

}  // namespace groel::analysis
