// Linear models against scikit-learn's, and what has to hold of any: threads, limits, constant targets.
#include "analysis/linear_model.h"

#include <gtest/gtest.h>
#include <algorithm>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/threads.h"

namespace groel::analysis {
namespace {

using Numbers = std::vector<double>;

Numbers flat(const nlohmann::json& rows) {
  Numbers out;
  for (const auto& row : rows)
    for (const auto& value : row) out.push_back(value.get<double>());
  return out;
}

// Without the zeros.
SparseRows sparse_rows(const nlohmann::json& rows) {
  SparseRows out{static_cast<std::int64_t>(rows.at(0).size()), {0}, {}, {}};
  for (const auto& row : rows) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      if (row[k] == 0) continue;
      out.columns.push_back(static_cast<std::int32_t>(k));
      out.values.push_back(row[k]);
    }
    out.starts.push_back(out.entries());
  }
  return out;
}

struct Golden {
  nlohmann::json all;
  std::vector<std::int64_t> classes;
  Numbers labels, numbers;

  Golden() {
    std::ifstream(GROEL_TEST_DATA "/linear-models/cases.json") >> all;
    classes = all.at("classes").get<std::vector<std::int64_t>>();
    labels = flat(all.at("labels"));
    numbers = flat(all.at("numbers"));
  }

  LinearTargets targets(const std::string& kind) const {
    if (kind == "classes") return {LinearKind::classes, 3, classes, {}};
    if (kind == "labels") return {LinearKind::labels, 3, {}, labels};
    return {LinearKind::numbers, 2, {}, numbers};
  }
};

void expect_near(const Numbers& values, const Numbers& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(values.size(), expected.size()) << what;
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(values[i], expected[i], tolerance * std::max(1.0, std::abs(expected[i]))) << what << ' ' << i;
}

TEST(LinearModel, IsScikitLearnsOnDenseAndSparseRows) {
  const Golden golden;
  const SparseRows sparse = sparse_rows(golden.all.at("features"));
  const SparseRows dense = dense_rows(flat(golden.all.at("features")), 6);
  EXPECT_LT(sparse.entries(), dense.entries());
  int cases = 0;
  for (const auto& each : golden.all.at("cases")) {
    const std::string kind = each.at("kind");
    for (const SparseRows& rows : {sparse, dense}) {
      const LinearModel model = fit_linear(rows, golden.targets(kind), {each.at("C"), 1000, 1e-9});
      EXPECT_TRUE(model.converged) << kind;
      expect_near(model.weights, flat(each.at("weights")), 1e-6, kind + " weights");
      expect_near(model.biases, each.at("biases").get<Numbers>(), 1e-6, kind + " biases");
      Numbers first = predict_linear(model, rows);
      first.resize(static_cast<std::size_t>(5 * model.outputs));
      expect_near(first, flat(each.at("predicted")), 1e-6, kind + " predictions");
      ++cases;
    }
  }
  EXPECT_EQ(cases, 12);
}

// Many rows and outputs, so that there are several chunks and blocks.
struct Made {
  SparseRows rows{50, {0}, {}, {}};
  std::vector<std::int64_t> classes;
  Numbers labels;

  Made() {
    std::uint32_t state = 3;
    const auto draw = [&](std::uint32_t below) { return (state = state * 1664525U + 1013904223U) / 65536 % below; };
    for (int row = 0; row < 700; ++row) {
      for (std::int32_t column = static_cast<std::int32_t>(draw(10)); column < 50; column += 1 + draw(15)) {
        rows.columns.push_back(column);
        rows.values.push_back(1 + draw(4));
      }
      rows.starts.push_back(rows.entries());
      classes.push_back(draw(5));
      for (int k = 0; k < 20; ++k) labels.push_back(draw(3) == 0);
    }
  }
};

TEST(LinearModel, IsTheSameForAnyNumberOfThreads) {
  const Made made;
  for (const LinearTargets& targets :
       {LinearTargets{LinearKind::classes, 5, made.classes, {}}, LinearTargets{LinearKind::labels, 20, {}, made.labels},
        LinearTargets{LinearKind::numbers, 20, {}, made.labels}}) {
    set_num_threads(1);
    const LinearModel one = fit_linear(made.rows, targets, {});
    set_num_threads(3);
    const LinearModel three = fit_linear(made.rows, targets, {});
    set_num_threads(0);
    EXPECT_EQ(one.weights, three.weights);
    EXPECT_EQ(one.biases, three.biases);
    EXPECT_EQ(predict_linear(one, made.rows), predict_linear(three, made.rows));
  }
}

TEST(LinearModel, SaysThatItWasStopped) {
  const Made made;
  const LinearTargets targets{LinearKind::classes, 5, made.classes, {}};
  const LinearModel stopped = fit_linear(made.rows, targets, {1, 3, 1e-9});
  EXPECT_EQ(stopped.iterations, 3);
  EXPECT_FALSE(stopped.converged);
  const LinearModel done = fit_linear(made.rows, targets, {1, 1000, 1e-4});
  EXPECT_TRUE(done.converged);
  EXPECT_GT(done.iterations, 3);
}

TEST(LinearModel, LabelsOfAllOrNoRowsAreBiases) {
  const SparseRows rows = dense_rows(Numbers{1, 2, 3, 4}, 1);
  const Numbers labels{1, 0, 0,  //
                       1, 0, 1,  //
                       1, 0, 0,  //
                       1, 0, 1};
  const LinearModel model = fit_linear(rows, {LinearKind::labels, 3, {}, labels}, {});
  EXPECT_NEAR(model.biases[0], std::log(4.5 / 0.5), 1e-12);
  EXPECT_NEAR(model.biases[1], std::log(0.5 / 4.5), 1e-12);
  EXPECT_EQ(model.weights[0], 0);
  EXPECT_EQ(model.weights[1], 0);
  EXPECT_NE(model.weights[2], 0);
  EXPECT_TRUE(model.converged);
  const Numbers sevens{7, 7, 7, 7};
  const LinearModel constant = fit_linear(rows, {LinearKind::numbers, 1, {}, sevens}, {});
  EXPECT_EQ(predict_linear(constant, rows), sevens);
}

TEST(LinearModel, RefusesWhatCannotBeFitted) {
  const SparseRows none{2, {0}, {}, {}};
  EXPECT_THROW(fit_linear(none, {LinearKind::classes, 2, {}, {}}, {}), Error);
  const std::vector<std::int64_t> classes{0, 1};
  const SparseRows rows = dense_rows(Numbers{1, 2}, 1);
  EXPECT_THROW(fit_linear(rows, {LinearKind::classes, 2, classes, {}}, {0, 10, 1e-4}), Error);
  EXPECT_THROW(fit_linear(rows, {LinearKind::classes, 1, classes, {}}, {}), Error);  // 1 is no class
}

}  // namespace
}  // namespace groel::analysis
