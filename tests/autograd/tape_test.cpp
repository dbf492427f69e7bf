// The tape: views of one storage, sums of several uses, and what is not recorded.
#include "autograd/tape.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/functions.h"
#include "autograd/sequences.h"
#include "ops/attention_grad.h"
#include "ops/elementwise.h"

namespace groel::autograd {
namespace {

Tensor row(std::initializer_list<float> values) {
  return Tensor::of<float>({1, static_cast<std::int64_t>(values.size())}, values);
}

std::vector<float> values(const Tensor& x) {
  const Tensor packed = x.clone();
  return {packed.values<float>().begin(), packed.values<float>().end()};
}

TEST(Tape, AGradientOfColumnsIsAViewOfTheWholes) {
  Tape tape;
  const Tensor x = Tensor::zeros({2, 4});
  tape.watch(x);
  tape.add(x.columns(2, 4), Tensor::of<float>({2, 2}, {1, 2, 3, 4}));
  EXPECT_EQ(values(tape.gradient(x)), (std::vector<float>{0, 0, 1, 2, 0, 0, 3, 4}));
  tape.add(x.columns(2, 4), Tensor::of<float>({2, 2}, {1, 1, 1, 1}));
  tape.add(x, Tensor::of<float>({2, 4}, {10, 10, 10, 10, 10, 10, 10, 10}));
  tape.add(x.columns(1, 3), Tensor::of<float>({2, 2}, {100, 100, 100, 100}));
  EXPECT_EQ(values(tape.gradient(x)), (std::vector<float>{10, 110, 112, 13, 10, 110, 114, 15}));
}

TEST(Tape, UsesOfATensorAddUp) {
  Tape tape;
  const Tensor x = row({1, -2});
  tape.watch(x);
  Tensor y;
  {
    const Recording recording(&tape);
    y = add(add(x, x), tanh(x));
  }
  tape.add(y, row({1, 1}));
  tape.backward();
  const auto expected = [](double v) { return static_cast<float>(3 - std::tanh(v) * std::tanh(v)); };
  const auto got = values(tape.gradient(x));
  EXPECT_NEAR(got[0], expected(1), 1e-6);
  EXPECT_NEAR(got[1], expected(-2), 1e-6);
}

TEST(Tape, WhatNothingIsTrainedInIsNotRecorded) {
  Tape tape;
  const Tensor x = row({1, 2});
  const Recording recording(&tape);
  EXPECT_FALSE(tape.tracks(tanh(x)));
  tape.watch(x);
  EXPECT_TRUE(tape.tracks(tanh(x)));
}

TEST(Tape, AnUnusedResultHasNoGradient) {
  Tape tape;
  const Tensor x = row({1, 2});
  tape.watch(x);
  {
    const Recording recording(&tape);
    tanh(x);
  }
  tape.backward();
  EXPECT_FALSE(tape.gradient(x).defined());
}

TEST(Tape, RecomputingGivesTheSameBitsAndKeepsItsInput) {
  const Tensor x = row({0.3F, -1, 2});
  const auto f = [](const Tensor& in) { return add(tanh(in), tanh(tanh(in))); };
  const auto run = [&](bool recomputed) {
    Tape tape;
    tape.watch(x);
    Tensor y;
    {
      const Recording recording(&tape);
      y = recomputed ? recompute(f, x) : f(x);
    }
    tape.add(y, row({1, 2, 3}));
    tape.backward();
    return values(tape.gradient(x));
  };
  EXPECT_EQ(run(true), run(false));
  EXPECT_EQ(values(x), (std::vector<float>{0.3F, -1, 2}));
}

Tensor ramp(const Shape& shape, float step) {
  Tensor x = Tensor::empty(shape);
  for (std::int64_t i = 0; i < x.count(); ++i) x.mutable_data<float>()[i] = std::sin(static_cast<float>(i + 1) * step);
  return x;
}

// Cached keys, shared by two heads of queries, and a bias.
ops::AttentionInput attention_input() {
  ops::AttentionInput input{ramp({3, 8}, 0.7F), ramp({5, 4}, 1.1F), ramp({5, 4}, 1.7F),
                            Tensor::of<std::int32_t>({2}, {0, 3}), 2};
  input.cu_keys = Tensor::of<std::int32_t>({2}, {0, 5});
  input.mask = ops::AttentionMask::causal();
  input.bias = {ramp({2, 3, 5}, 2.3F)};
  return input;
}

// The keys have a gradient already when attention's turn comes, and the queries have none.
void expect_added(const ops::AttentionInput& input) {
  const Tensor dy = ramp(input.q.shape(), 0.3F);
  const Tensor dk = ramp(input.k.shape(), 0.9F);
  ops::AttentionGradients expected{Tensor::empty(input.q.shape()), Tensor::empty(input.k.shape()),
                                   Tensor::empty(input.v.shape())};
  Tape tape;
  for (const Tensor* x : {&input.q, &input.k, &input.v}) tape.watch(*x);
  for (const Tensor& bias : input.bias) {
    tape.watch(bias);
    expected.bias.push_back(Tensor::empty(bias.shape()));
  }
  {
    const Recording recording(&tape);
    tape.add(autograd::attention(input), dy);
  }
  tape.add(input.k, dk.clone());
  tape.backward();
  ops::attention_grad(input, dy, expected);
  EXPECT_EQ(values(tape.gradient(input.q)), values(expected.q));
  EXPECT_EQ(values(tape.gradient(input.k)), values(ops::add(expected.k, dk)));
  EXPECT_EQ(values(tape.gradient(input.v)), values(expected.v));
  for (std::size_t b = 0; b < input.bias.size(); ++b)
    EXPECT_EQ(values(tape.gradient(input.bias[b])), values(expected.bias[b]));
}

TEST(Tape, AttentionAddsToWhatIsThere) {
  expect_added(attention_input());
  expect_added({ramp({3, 8}, 0.7F), ramp({3, 8}, 1.1F), ramp({3, 8}, 1.7F), Tensor::of<std::int32_t>({2}, {0, 3}), 2});
}

TEST(Tape, AttentionOfViewsOfOneStorage) {
  const Tensor joint = ramp({5, 12}, 0.7F);
  ops::AttentionInput input{joint.rows(4, 5).columns(0, 4), joint.columns(4, 8), joint.columns(8, 12),
                            Tensor::of<std::int32_t>({2}, {0, 1})};
  input.cu_keys = Tensor::of<std::int32_t>({2}, {0, 5});
  const Tensor dy = ramp({1, 4}, 0.3F);
  ops::AttentionGradients expected{Tensor::empty({1, 4}), Tensor::empty({5, 4}), Tensor::empty({5, 4})};
  ops::attention_grad(input, dy, expected);
  Tape tape;
  tape.watch(joint);
  {
    const Recording recording(&tape);
    tape.add(autograd::attention(input), dy);
  }
  tape.backward();
  const Tensor gradient = tape.gradient(joint);
  EXPECT_EQ(values(gradient.rows(4, 5).columns(0, 4)), values(expected.q));
  EXPECT_EQ(values(gradient.columns(4, 8)), values(expected.k));
  EXPECT_EQ(values(gradient.columns(8, 12)), values(expected.v));
  EXPECT_EQ(values(gradient.rows(0, 4).columns(0, 4)), std::vector<float>(16, 0));
}

// Rows of one matrix, one part after the other: what the first part got stays.
TEST(Tape, AttentionOfRowsOfOneStorage) {
  const Tensor joint = ramp({9, 4}, 0.7F);
  const ops::AttentionInput input{joint.rows(0, 3), joint.rows(3, 6), joint.rows(6, 9),
                                  Tensor::of<std::int32_t>({2}, {0, 3}), 2};
  const Tensor dy = ramp({3, 4}, 0.3F);
  ops::AttentionGradients expected{Tensor::empty({3, 4}), Tensor::empty({3, 4}), Tensor::empty({3, 4})};
  ops::attention_grad(input, dy, expected);
  Tape tape;
  tape.watch(joint);
  {
    const Recording recording(&tape);
    tape.add(autograd::attention(input), dy);
  }
  tape.backward();
  const Tensor gradient = tape.gradient(joint);
  EXPECT_EQ(values(gradient.rows(0, 3)), values(expected.q));
  EXPECT_EQ(values(gradient.rows(3, 6)), values(expected.k));
  EXPECT_EQ(values(gradient.rows(6, 9)), values(expected.v));
}

TEST(Tape, AttentionOfOneTrainedInput) {
  const ops::AttentionInput input = attention_input();
  const Tensor dy = ramp({3, 8}, 0.3F);
  ops::AttentionGradients expected{Tensor::empty({3, 8}), Tensor::empty({5, 4}), Tensor::empty({5, 4})};
  ops::attention_grad(input, dy, expected);
  Tape tape;
  tape.watch(input.v);
  {
    const Recording recording(&tape);
    tape.add(autograd::attention(input), dy);
  }
  tape.backward();
  EXPECT_EQ(values(tape.gradient(input.v)), values(expected.v));
  EXPECT_FALSE(tape.tracks(input.q));
}

TEST(Tape, JoinedRowsGetTheirPartOfTheGradient) {
  const Tensor a = ramp({2, 3}, 0.7F), b = ramp({4, 3}, 1.1F), apart = ramp({1, 3}, 0.9F);
  EXPECT_EQ(join_rows({a}).storage(), a.storage());
  const Tensor dy = ramp({7, 3}, 0.3F);
  Tape tape;
  tape.watch(a);
  tape.watch(b);
  {
    const Recording recording(&tape);
    const Tensor y = join_rows({a, apart, b});
    EXPECT_EQ(values(y.rows(0, 2)), values(a));
    EXPECT_EQ(values(y.rows(2, 3)), values(apart));
    EXPECT_EQ(values(y.rows(3, 7)), values(b));
    tape.add(y, dy);
  }
  tape.backward();
  EXPECT_EQ(values(tape.gradient(a)), values(dy.rows(0, 2)));
  EXPECT_EQ(values(tape.gradient(b)), values(dy.rows(3, 7)));
}

TEST(Tape, RecordingsNest) {
  EXPECT_EQ(mode(), Mode::inference);
  Tape tape;
  const Recording outer(&tape, 7);
  EXPECT_EQ(dropout_key(), 7U);
  {
    const Recording inner(nullptr);
    EXPECT_EQ(mode(), Mode::replayable);
    EXPECT_EQ(autograd::tape(), nullptr);
  }
  EXPECT_EQ(mode(), Mode::recording);
  EXPECT_EQ(autograd::tape(), &tape);
}

}  // namespace
}  // namespace groel::autograd
