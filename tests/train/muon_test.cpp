// Muon against its formula in f64, and which parameters it takes.
#include "train/muon.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "base/threads.h"

namespace groel::train {
namespace {

using Rows = std::vector<std::vector<double>>;

Tensor drawn(std::int64_t rows, std::int64_t columns, std::uint64_t seed) {
  Tensor out = Tensor::empty({rows, columns});
  for (std::int64_t i = 0; i < out.count(); ++i)
    out.mutable_data<float>()[i] =
        static_cast<float>(unit_double(philox(seed, static_cast<std::uint64_t>(i))[0]) - 0.5);
  return out;
}

Rows rows_of(const Tensor& x) {
  Rows out;
  for (std::int64_t r = 0; r < x.size(0); ++r) {
    const float* row = x.data<float>() + r * x.size(1);
    out.emplace_back(row, row + x.size(1));
  }
  return out;
}

Rows transposed(const Rows& x) {
  Rows out(x[0].size(), std::vector<double>(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::size_t j = 0; j < x[0].size(); ++j) out[j][i] = x[i][j];
  return out;
}

Rows product(const Rows& a, const Rows& b) {
  Rows out(a.size(), std::vector<double>(b[0].size()));
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < b.size(); ++k)
      for (std::size_t j = 0; j < b[0].size(); ++j) out[i][j] += a[i][k] * b[k][j];
  return out;
}

Rows sum(double fa, const Rows& a, double fb, const Rows& b) {
  Rows out = a;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a[0].size(); ++j) out[i][j] = fa * a[i][j] + fb * b[i][j];
  return out;
}

// As torch.optim.Muon has it: X / |X|, then five times X <- aX + (bG + cG²)X with G = XXᵀ, the short side first.
Rows expected(Rows x) {
  const bool tall = x.size() > x[0].size();
  if (tall) x = transposed(x);
  double norm = 0;
  for (const auto& row : x)
    for (const double v : row) norm += v * v;
  x = sum(1 / std::sqrt(norm), x, 0, x);
  for (int i = 0; i < 5; ++i) {
    const Rows gram = product(x, transposed(x));
    x = sum(3.4445, x, 1, product(sum(-4.7750, gram, 2.0315, product(gram, gram)), x));
  }
  return tall ? transposed(x) : x;
}

double relative(const Tensor& got, const Rows& want) {
  double off = 0, all = 0;
  for (std::size_t r = 0; r < want.size(); ++r)
    for (std::size_t c = 0; c < want[0].size(); ++c) {
      const double value = got.data<float>()[r * want[0].size() + c];
      off += (value - want[r][c]) * (value - want[r][c]);
      all += want[r][c] * want[r][c];
    }
  return std::sqrt(off / all);
}

TEST(Muon, OrthogonalisesWideAndTallMatrices) {
  for (const auto& [rows, columns] : {std::pair{48, 80}, {80, 48}, {64, 64}, {33, 7}}) {
    const Tensor x = drawn(rows, columns, 3);
    const Tensor y = orthogonalised(x);
    EXPECT_LT(relative(y, expected(rows_of(x))), 4e-2) << rows << " x " << columns;  // bf16 products: 2.6e-2
    // Of singular values near 1, so that the sum of their squares is near their number.
    double squares = 0;
    for (const float value : y.values<float>()) squares += static_cast<double>(value) * value;
    EXPECT_NEAR(squares / std::min(rows, columns), 1, 0.3);
  }
}

TEST(Muon, ZeroStaysZero) {
  const Tensor y = orthogonalised(Tensor::zeros({8, 4}));
  for (const float value : y.values<float>()) EXPECT_EQ(value, 0.0F);
}

std::vector<TrainedParameter> parameters() {
  std::vector<TrainedParameter> out;
  const auto add = [&](const char* name, const Tensor& value, nn::Role role, int block) {
    out.push_back({name, value, Tensor::zeros(value.shape()), role, {.block = block}});
  };
  add("esm.embeddings.word_embeddings.weight", drawn(33, 16, 1), nn::Role::embedding, nn::kBeforeBlocks);
  add("esm.encoder.layer.0.attention.self.query.weight", drawn(16, 16, 2), nn::Role::matrix, 0);
  add("esm.encoder.layer.0.attention.self.query.bias", drawn(1, 16, 3).reshape({16}), nn::Role::bias, 0);
  add("esm.encoder.layer.1.intermediate.dense.weight", drawn(64, 16, 4), nn::Role::matrix, 1);
  add("lm_head.dense.weight", drawn(16, 16, 5), nn::Role::matrix, nn::kAfterBlocks);
  return out;
}

TEST(Muon, TakesTheMatricesOfTheLayersAlone) {
  std::vector<bool> taken;
  for (const TrainedParameter& parameter : parameters()) taken.push_back(is_hidden_matrix(parameter));
  EXPECT_EQ(taken, (std::vector<bool>{false, true, false, true, false}));
  const auto optimizer = make_optimizer({.kind = OptimizerKind::muon}, parameters());
  std::vector<std::string> names;
  for (const NamedTensor& tensor : optimizer->state()) names.push_back(tensor.name);
  EXPECT_EQ(names.size(), 3U * 2 + 2);
  EXPECT_EQ(names.back(), "momentum_buffer.esm.encoder.layer.1.intermediate.dense.weight");
}

// Two steps written out: averages, Nesterov, decay, and the scale that makes them as large as AdamW's.
TEST(Muon, StepIsTheFormula) {
  const OptimizerOptions options{.kind = OptimizerKind::muon, .momentum = 0.95, .weight_decay = 0.1};
  auto all = parameters();
  auto& matrix = all[3];
  Rows value = rows_of(matrix.value);
  Rows average(64, std::vector<double>(16));
  const auto optimizer = make_optimizer(options, all);
  for (int step = 1; step <= 2; ++step) {
    const Tensor gradient = drawn(64, 16, 10 + static_cast<std::uint64_t>(step));
    std::copy_n(gradient.data<float>(), gradient.count(), matrix.grad.mutable_data<float>());
    optimizer->step({0.01, 0.5, step});
    const Rows scaled = sum(0.5, rows_of(gradient), 0, rows_of(gradient));
    average = sum(0.95, average, 0.05, scaled);
    value = sum(1 - 0.01 * 0.1, value, -0.01 * 0.2 * 8, expected(sum(0.05, scaled, 0.95, average)));
  }
  EXPECT_LT(relative(matrix.value, value), 1e-3);
  for (const float left : matrix.grad.values<float>()) ASSERT_EQ(left, 0.0F);
}

TEST(Muon, ThreadsDoNotMatter) {
  const Tensor x = drawn(300, 200, 7);
  std::vector<float> first;
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    const Tensor y = orthogonalised(x);
    if (threads == 1) first.assign(y.data<float>(), y.data<float>() + y.count());
    EXPECT_TRUE(std::equal(first.begin(), first.end(), y.data<float>()));
  }
  set_num_threads(0);
}

}  // namespace
}  // namespace groel::train
