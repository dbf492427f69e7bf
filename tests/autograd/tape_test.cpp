// The tape: views of one storage, sums of several uses, and what is not recorded.
#include "autograd/tape.h"

#include <gtest/gtest.h>

#include <cmath>

#include "autograd/functions.h"
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

TEST(Tape, CheckpointGivesTheSameBitsAndKeepsItsInput) {
  const Tensor x = row({0.3F, -1, 2});
  const auto f = [](const Tensor& in) { return add(tanh(in), tanh(tanh(in))); };
  const auto run = [&](bool checkpointed) {
    Tape tape;
    tape.watch(x);
    Tensor y;
    {
      const Recording recording(&tape);
      y = checkpointed ? checkpoint(f, x) : f(x);
    }
    tape.add(y, row({1, 2, 3}));
    tape.backward();
    return values(tape.gradient(x));
  };
  EXPECT_EQ(run(true), run(false));
  EXPECT_EQ(values(x), (std::vector<float>{0.3F, -1, 2}));
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
