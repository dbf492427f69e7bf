// t-SNE and PCA: clusters, threads, odd data; tests/golden compares them with scikit-learn.
#include "analysis/tsne.h"

#include <groel/error.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "analysis/neighbours.h"
#include "analysis/pca.h"
#include "base/threads.h"
#include "io/arrays.h"

namespace groel::analysis {
namespace {

const std::string kFolder = std::string(GROEL_TEST_DATA) + "/tsne/";

template <class Value>
std::vector<Value> values_of(const std::string& name) {
  static const io::ArrayFile file = io::read_safetensors(kFolder + "expected.safetensors");
  const io::Array& array = file.arrays.at(name);
  std::vector<Value> out(array.bytes.size() / sizeof(Value));
  std::memcpy(out.data(), array.bytes.data(), array.bytes.size());
  return out;
}

Vectors examples() { return {40, 320, values_of<float>("X")}; }

TEST(Tsne, KeepsClustersTogether) {
  const auto cluster = values_of<std::int64_t>("cluster");
  TsneOptions options;
  options.perplexity = 10;
  const TsneResult found = tsne(examples(), options);
  for (std::size_t i = 0; i < 40; ++i) {
    std::size_t nearest = i == 0 ? 1 : 0;
    const auto distance = [&](std::size_t j) {
      return std::hypot(found.points[i][0] - found.points[j][0], found.points[i][1] - found.points[j][1]);
    };
    for (std::size_t j = 0; j < 40; ++j)
      if (j != i && distance(j) < distance(nearest)) nearest = j;
    EXPECT_EQ(cluster[i], cluster[nearest]) << i;
  }
}

TEST(Tsne, ThreadsChangeNothingAndSeedsDo) {
  TsneOptions options;
  options.perplexity = 8;
  options.iterations = 60;
  options.start = TsneOptions::Start::random;
  set_num_threads(1);
  const auto one = tsne(examples(), options).points;
  set_num_threads(3);
  EXPECT_EQ(tsne(examples(), options).points, one);
  set_num_threads(0);
  options.seed = 43;
  EXPECT_NE(tsne(examples(), options).points, one);
}

TEST(Tsne, ManyPointsInOnePlaceAreNoTrouble) {
  Vectors same{30, 4, std::vector<float>(120, 0.5F)};
  same.values[0] = 1;
  TsneOptions options;
  options.perplexity = 5;
  const TsneResult found = tsne(same, options);
  for (const auto& point : found.points) EXPECT_TRUE(std::isfinite(point[0]) && std::isfinite(point[1]));
}

TEST(Tsne, RefusesAPerplexityThatCannotBe) {
  TsneOptions options;
  options.perplexity = 40;
  EXPECT_THROW(tsne(examples(), options), Error);
  options.perplexity = 0.5;
  EXPECT_THROW(tsne(examples(), options), Error);
  EXPECT_THROW(tsne({2, 2, {1, 2, 3, 4}}, {}), Error);
}

// Against the sums over all pairs.
TEST(Quadtree, AnExactAngleGivesTheSumOfAllPairsAndAWideOneNearlyThat) {
  std::vector<Point> points;
  for (int i = 0; i < 300; ++i) points.push_back({std::sin(i * 0.7) * (1 + i % 5), std::cos(i * 1.3) * (1 + i % 7)});
  points.push_back(points.front());  // two in one place
  const Quadtree tree(points);
  for (const std::size_t i : {std::size_t{0}, std::size_t{17}, points.size() - 1}) {
    double weights = 0;
    Point force{};
    for (std::size_t j = 0; j < points.size(); ++j) {
      if (j == i) continue;
      const Point away{points[i][0] - points[j][0], points[i][1] - points[j][1]};
      const double weight = 1 / (1 + away[0] * away[0] + away[1] * away[1]);
      weights += weight;
      for (std::size_t d = 0; d < 2; ++d) force[d] += weight * weight * away[d];
    }
    const auto exact = tree.repulsion(points[i], 0);
    EXPECT_NEAR(exact.weights, weights, 1e-9);
    EXPECT_NEAR(exact.force[0], force[0], 1e-9);
    const auto near = tree.repulsion(points[i], 0.5);
    EXPECT_NEAR(near.weights / weights, 1, 0.02);
    EXPECT_NE(near.weights, exact.weights) << "nothing was taken together";
  }
}

TEST(Pca, TallAndWideAgree) {
  Vectors wide{3, 4, {1, 2, 3, 4, 2, 0, 1, 5, 7, 1, 0, 2}};
  Vectors tall{6, 4, {}};  // every row twice: the same components
  for (int i = 0; i < 2; ++i) tall.values.insert(tall.values.end(), wide.values.begin(), wide.values.end());
  const Components a = principal_components(wide, 2);
  const Components b = principal_components(tall, 2);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(a.scores.values[i], b.scores.values[i], 1e-5);
  EXPECT_NEAR(a.variance_fraction[1], b.variance_fraction[1], 1e-12);
  EXPECT_THROW(principal_components(wide, 4), Error);
}

TEST(Neighbours, NearestFirstAndTiesByRow) {
  const Vectors data{4, 2, {0, 0, 3, 4, 0, 1, 0, -1}};
  const std::vector<float> query{0, 0};
  const auto found = nearest_rows(data, query, 3, Metric::euclidean);
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].row, 0);
  EXPECT_EQ(found[1].row, 2);
  EXPECT_EQ(found[2].row, 3);
  EXPECT_EQ(nearest_others(data, 9, Metric::euclidean)[1].back().distance, std::sqrt(9.0 + 25.0));
  const Vectors unit = normalised(data);
  EXPECT_NEAR(nearest_others(unit, 1, Metric::cosine)[1].front().distance, 1 - 0.8, 1e-7);
  EXPECT_TRUE(nearest_rows(data, query, 0, Metric::euclidean).empty());
}

}  // namespace
}  // namespace groel::analysis
