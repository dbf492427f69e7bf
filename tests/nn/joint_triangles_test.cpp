// The joint triangle update against loops in double precision, with and without a mask.
#include "nn/folding/joint_triangles.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

#include "support/compare.h"

namespace groel::nn::folding {
namespace {

constexpr std::int64_t kWidth = 8;

using Values = std::map<std::string, std::vector<float>>;

std::vector<float> drawn(std::size_t count, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<float> out(count);
  for (float& x : out) x = normal(random);
  return out;
}

// y[o] = bias[o] + Σ weight[o, c] x[c]
std::vector<double> product(const std::vector<float>& weight, const std::vector<float>& bias,
                            const std::vector<double>& x) {
  std::vector<double> out(bias.begin(), bias.end());
  for (std::size_t o = 0; o < out.size(); ++o)
    for (std::size_t c = 0; c < x.size(); ++c) out[o] += weight[o * x.size() + c] * x[c];
  return out;
}

std::vector<double> normalised(const std::vector<double>& x, const std::vector<float>& gain,
                               const std::vector<float>& shift) {
  double mean = 0, square = 0;
  for (const double v : x) mean += v / static_cast<double>(x.size());
  for (const double v : x) square += (v - mean) * (v - mean) / static_cast<double>(x.size());
  std::vector<double> out;
  for (std::size_t c = 0; c < x.size(); ++c)
    out.push_back((x[c] - mean) / std::sqrt(square + 1e-5) * gain[c] + shift[c]);
  return out;
}

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// The update of z [n*n, C].
std::vector<float> by_loops(const Values& w, const std::vector<float>& z, const std::vector<float>& mask,
                            std::size_t n) {
  const auto width = static_cast<std::size_t>(kWidth), quarter = width / 4;
  std::map<std::string, std::vector<std::vector<double>>> factors;
  for (std::size_t p = 0; p < n * n; ++p) {
    const std::vector<double> row(z.begin() + static_cast<std::ptrdiff_t>(p * width),
                                  z.begin() + static_cast<std::ptrdiff_t>((p + 1) * width));
    const auto x = normalised(row, w.at("norm.weight"), w.at("norm.bias"));
    for (const std::string way : {"outgoing", "incoming"}) {
      std::vector<double> value = product(w.at(way + ".value.weight"), w.at(way + ".value.bias"), x);
      const auto gate = product(w.at(way + ".gate.weight"), w.at(way + ".gate.bias"), x);
      for (std::size_t c = 0; c < value.size(); ++c) value[c] *= sigmoid(gate[c]) * mask[p];
      factors[way].push_back(value);
    }
  }
  std::vector<float> out;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      std::vector<double> both(2 * quarter, 0);
      for (std::size_t k = 0; k < n; ++k)
        for (std::size_t c = 0; c < quarter; ++c) {
          both[c] += factors["outgoing"][i * n + k][c] * factors["outgoing"][j * n + k][quarter + c];
          both[quarter + c] += factors["incoming"][k * n + i][c] * factors["incoming"][k * n + j][quarter + c];
        }
      const auto x = normalised(both, w.at("product_norm.weight"), w.at("product_norm.bias"));
      const auto value = product(w.at("out.weight"), w.at("out.bias"), x);
      const auto gate = product(w.at("out_gate.weight"), w.at("out_gate.bias"), x);
      for (std::size_t c = 0; c < value.size(); ++c) out.push_back(static_cast<float>(value[c] * sigmoid(gate[c])));
    }
  return out;
}

class JointTrianglesTest : public ::testing::Test {
 protected:
  JointTrianglesTest() {
    const Tree tree = tree_of(update_);
    for (const Parameter& parameter : tree.parameters) {
      values_[parameter.name] = drawn(static_cast<std::size_t>(element_count(parameter.shape)), random_);
      *parameter.slot = Tensor::of<float>(parameter.shape, values_[parameter.name]);
    }
    ready(tree, ops::Precision::f32);
  }
  std::vector<float> added(const std::vector<float>& z, std::int64_t n, const Tensor& mask) const {
    Tensor to = Tensor::zeros({n * n, kWidth});
    update_.add({Tensor::of<float>({n * n, kWidth}, z), mask}, to);
    const auto all = to.values<float>();
    return {all.begin(), all.end()};
  }
  std::mt19937 random_{5};
  JointTriangles update_{kWidth};
  Values values_;
};

TEST_F(JointTrianglesTest, IsWhatLoopsGive) {
  for (const std::int64_t n : {1, 5, 19}) {
    const auto pairs = static_cast<std::size_t>(n * n);
    const std::vector<float> z = drawn(pairs * kWidth, random_), all(pairs, 1);
    EXPECT_LT(testing::relative_l2(added(z, n, {}), by_loops(values_, z, all, static_cast<std::size_t>(n))), 1e-5) << n;
  }
}

TEST_F(JointTrianglesTest, MaskedPairsTakeNoPart) {
  constexpr std::int64_t n = 7;
  const std::vector<float> z = drawn(n * n * kWidth, random_);
  std::vector<float> mask;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j) mask.push_back(i == 2 || j >= 5 ? 0.0F : 1.0F);
  const std::vector<float> ours = added(z, n, Tensor::of<float>({n * n}, mask));
  EXPECT_LT(testing::relative_l2(ours, by_loops(values_, z, mask, n)), 1e-5);
  EXPECT_GT(testing::relative_l2(ours, added(z, n, {})), 1e-2);
}

}  // namespace
}  // namespace groel::nn::folding
