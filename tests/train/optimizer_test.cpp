// The optimisers against the formulas written out in f64, and clipping and decay rules.
#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/threads.h"
#include "train/pieces.h"

namespace groel::train {
namespace {

std::vector<TrainedParameter> parameters_of(std::int64_t count) {
  std::vector<TrainedParameter> out;
  for (const auto& [name, role] : {std::pair{"a.weight", nn::Role::matrix}, std::pair{"a.bias", nn::Role::bias}}) {
    out.push_back({name, Tensor::empty({count}), Tensor::empty({count}), role});
    for (std::int64_t i = 0; i < count; ++i)
      out.back().value.mutable_data<float>()[i] = 1.0F + 0.01F * static_cast<float>(i % 97);
  }
  out.push_back({"free.weight", Tensor::of<float>({1}, {3.0F}), {}});
  return out;
}

float gradient_at(std::int64_t i, int step) { return 0.01F * std::sin(static_cast<float>(i * 7 + step * 13)); }

void fill_gradients(std::vector<TrainedParameter>& parameters, int step) {
  for (TrainedParameter& parameter : parameters)
    if (parameter.grad.defined())
      for (std::int64_t i = 0; i < parameter.grad.count(); ++i)
        parameter.grad.mutable_data<float>()[i] = gradient_at(i, step);
}

struct Reference {
  double value, first = 0, second = 0;
  // torch.optim.AdamW: p *= 1 - lr*wd; m, v; p -= lr/(1-b1^t) * m / (sqrt(v)/sqrt(1-b2^t) + eps)
  void adamw(double grad, double rate, double decay, int step) {
    value *= 1 - rate * decay;
    first = 0.9 * first + 0.1 * grad;
    second = 0.999 * second + 0.001 * grad * grad;
    const double below = std::sqrt(second) / std::sqrt(1 - std::pow(0.999, step)) + 1e-8;
    value -= rate / (1 - std::pow(0.9, step)) * first / below;
  }
  // torch.optim.SGD: d = g + wd*p; v = mu*v + d; p -= lr*v
  void sgd(double grad, double rate, double decay) {
    first = 0.9 * first + grad + decay * value;
    value -= rate * first;
  }
};

// An odd size leaves a rest at every vector width; a large one spans several pieces.
class Sizes : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(Sizes, AdamWIsTheFormula) {
  auto parameters = parameters_of(GetParam());
  const auto start = parameters[0].value.clone();
  auto optimizer = make_optimizer({.weight_decay = 0.1}, parameters);
  for (int step = 1; step <= 10; ++step) {
    fill_gradients(parameters, step);
    optimizer->step({0.01, 0.5, step});
  }
  for (std::int64_t i = 0; i < GetParam(); ++i)
    for (const int p : {0, 1}) {
      Reference expected{start.data<float>()[i]};
      for (int step = 1; step <= 10; ++step) expected.adamw(0.5 * gradient_at(i, step), 0.01, p == 0 ? 0.1 : 0, step);
      ASSERT_NEAR(parameters[static_cast<std::size_t>(p)].value.data<float>()[i], expected.value, 2e-6) << i;
      ASSERT_EQ(parameters[static_cast<std::size_t>(p)].grad.data<float>()[i], 0.0F);
    }
  EXPECT_EQ(parameters[2].value.data<float>()[0], 3.0F) << "a parameter without gradient was decayed";
  EXPECT_EQ(optimizer->state().size(), 4U);
}

TEST_P(Sizes, SgdIsTheFormula) {
  auto parameters = parameters_of(GetParam());
  const auto start = parameters[0].value.clone();
  auto optimizer = make_optimizer({.kind = OptimizerKind::sgd, .momentum = 0.9, .weight_decay = 0.1}, parameters);
  for (int step = 1; step <= 5; ++step) {
    fill_gradients(parameters, step);
    optimizer->step({0.1, 1, step});
  }
  for (std::int64_t i = 0; i < GetParam(); ++i)
    for (const int p : {0, 1}) {
      Reference expected{start.data<float>()[i]};
      for (int step = 1; step <= 5; ++step) expected.sgd(gradient_at(i, step), 0.1, p == 0 ? 0.1 : 0);
      ASSERT_NEAR(parameters[static_cast<std::size_t>(p)].value.data<float>()[i], expected.value, 2e-6) << i;
    }
}

INSTANTIATE_TEST_SUITE_P(Optimizer, Sizes, ::testing::Values(1, 7, 1000, 100'003));

TEST(Optimizer, ThreadsDoNotMatter) {
  std::vector<float> first;
  double norm = 0;
  for (const int threads : {1, 2, 3}) {
    set_num_threads(threads);
    auto parameters = parameters_of(100'003);
    auto optimizer = make_optimizer({.weight_decay = 0.1}, parameters);
    fill_gradients(parameters, 1);
    const double own = gradient_norm(parameters);
    optimizer->step({0.01, 1, 1});
    const auto values = parameters[0].value.values<float>();
    if (threads == 1) {
      first.assign(values.begin(), values.end());
      norm = own;
    }
    EXPECT_TRUE(std::equal(values.begin(), values.end(), first.begin()));
    EXPECT_EQ(own, norm);
  }
  set_num_threads(0);
}

TEST(Optimizer, ClippingIsThatOfTorch) {
  std::vector<TrainedParameter> parameters{{"a", Tensor::zeros({2}), Tensor::of<float>({2}, {3.0F, 0.0F})},
                                           {"b", Tensor::zeros({1}), Tensor::of<float>({1}, {4.0F})}};
  EXPECT_DOUBLE_EQ(gradient_norm(parameters), 5.0);
  EXPECT_DOUBLE_EQ(clip_factor(5.0, 1.0), 1.0 / (5.0 + 1e-6));
  EXPECT_DOUBLE_EQ(clip_factor(0.5, 1.0), 1.0);
  EXPECT_DOUBLE_EQ(clip_factor(5.0, 0.0), 1.0);
  parameters[0].grad.mutable_data<float>()[1] = NAN;
  EXPECT_TRUE(std::isnan(gradient_norm(parameters)));
}

TEST(Optimizer, DecayLeavesBiasesAndNormsOut) {
  for (const nn::Role role : {nn::Role::matrix, nn::Role::embedding, nn::Role::position})
    EXPECT_TRUE(is_decayed({"w", Tensor::zeros({2}), {}, role}));
  for (const nn::Role role : {nn::Role::bias, nn::Role::norm})
    EXPECT_FALSE(is_decayed({"w", Tensor::zeros({2}), {}, role}));
}

TEST(Optimizer, BadValuesAreNamed) {
  const auto complaint = [](const OptimizerOptions& options) -> std::string {
    try {
      make_optimizer(options, {});
    } catch (const Error& error) {
      return error.parts().where;
    }
    return "";
  };
  EXPECT_EQ(complaint({.beta1 = 1.0}), "`beta1`");
  EXPECT_EQ(complaint({.beta2 = -0.1}), "`beta2`");
  EXPECT_EQ(complaint({.epsilon = 0.0}), "`epsilon`");
  EXPECT_EQ(complaint({.weight_decay = -1.0}), "`weight_decay`");
  EXPECT_EQ(complaint({.kind = OptimizerKind::sgd, .momentum = 1.0}), "`momentum`");
  EXPECT_THROW(parse_optimizer("adam"), Error);
}

}  // namespace
}  // namespace groel::train
