// Prediction heads: their outputs by plain loops, their gradients by differences, and that nothing else sways them.
#include "nn/heads/prediction_head.h"

#include <gtest/gtest.h>
#include <algorithm>

#include <map>

#include "autograd/functions.h"
#include "base/error.h"
#include "nn/training.h"
#include "ops/helpers.h"

namespace groel::nn {
namespace {

const std::vector<std::int32_t> kLengths{4, 1, 6};
constexpr std::int64_t kRows = 11, kWidth = 5;

Tensor bounds_of(const std::vector<std::int32_t>& lengths) {
  std::vector<std::int32_t> bounds{0};
  for (const std::int32_t length : lengths) bounds.push_back(bounds.back() + length);
  return test::ints(bounds);
}

HeadShape shape_of(const std::string& kind, LabelsOf of = LabelsOf::sequences) {
  HeadShape shape{.kind = kind, .inputs = kWidth, .outputs = 3, .labels_of = of};
  if (kind == "mlp" || kind == "cnn") shape.hidden = {6, 4};
  if (kind == "attention") shape.hidden = {4};
  if (kind == "lstm") shape.hidden = {3, 2};
  if (kind == "transformer") shape.hidden = {8, 8};
  shape.kernel = 3;
  shape.attention_heads = 2;
  return shape;
}

// Every kind, with labels of either.
std::vector<HeadShape> all_shapes() {
  std::vector<HeadShape> out;
  for (const std::string& kind : head_kinds())
    for (const LabelsOf of : {LabelsOf::sequences, LabelsOf::residues})
      if (kind != "attention" || of == LabelsOf::sequences) out.push_back(shape_of(kind, of));
  for (const char* kind : {"mlp", "cnn"}) {
    HeadShape other = shape_of(kind);
    other.batch_norm = BatchNorm::yes;
    other.activation = "tanh";
    other.pooling = "max";
    other.output_scale = OutputScale::yes;
    out.push_back(other);
  }
  return out;
}

std::string name_of(const HeadShape& shape) {
  return shape.kind + (shape.labels_of == LabelsOf::residues ? ", residues" : "") +
         (shape.batch_norm == BatchNorm::yes ? ", batch norm" : "");
}

HeadInput input_of(const PredictionHead& head) {
  if (!head.reads_residues()) return {test::random({3, kWidth}, 1), {}};
  return {test::random({kRows, kWidth}, 1), bounds_of(kLengths)};
}

std::map<std::string, Tensor> tensors(PredictionHead& head) {
  std::map<std::string, Tensor> out;
  for (const Parameter& p : tree_of(head).parameters) out[p.name] = *p.slot;
  return out;
}

std::unique_ptr<PredictionHead> drawn(const HeadShape& shape) {
  auto head = make_head(shape);
  draw(*head, 7);
  return head;
}

std::unique_ptr<PredictionHead> predicting(const HeadShape& shape) {
  auto head = drawn(shape);
  ready(tree_of(*head), ops::Precision::f32);
  return head;
}

TEST(Heads, OutputsHaveARowForEveryLabelAndDependOnNeitherThreadsNorBatch) {
  for (const HeadShape& shape : all_shapes()) {
    SCOPED_TRACE(name_of(shape));
    const auto head = predicting(shape);
    const HeadInput input = input_of(*head);
    const Tensor y = (*head)(input);
    const bool residues = shape.labels_of == LabelsOf::residues;
    ASSERT_EQ(y.shape(), (Shape{residues ? kRows : 3, 3}));
    test::expect_same_for_any_threads([&] { return (*head)(input); });
    const HeadInput last{
        head->reads_residues() ? input.features.rows(5, 11).clone() : input.features.rows(2, 3).clone(),
        head->reads_residues() ? bounds_of({6}) : Tensor()};
    EXPECT_TRUE(test::same_bits((*head)(last), residues ? y.rows(5, 11) : y.rows(2, 3)));
  }
}

// Loss: dot of the outputs with fixed numbers. Differences of that in f32, of a few elements of every tensor.
double value(const PredictionHead& head, const HeadInput& input, const Tensor& dy) {
  const autograd::Recording replayable(nullptr, 5);
  const Tensor y = head(input);
  double sum = 0;
  for (std::int64_t i = 0; i < y.count(); ++i) sum += double{y.data<float>()[i]} * dy.data<float>()[i];
  return sum;
}

void expect_slopes(PredictionHead& head, const HeadInput& input) {
  const Tree tree = tree_of(head);
  make_gradients(tree, [](const Parameter&) { return true; });
  ready_for_training(head);
  const bool residues = head.shape().labels_of == LabelsOf::residues;
  const Tensor dy = test::random({residues ? kRows : 3, 3}, 9);
  autograd::Tape tape;
  {
    const autograd::Recording recording(&tape, 5);
    const Tensor y = head(input);
    tape.add(y, dy.clone());
  }
  tape.backward();
  for (const Parameter& p : tree.parameters) {
    if (p.gradient == nullptr) continue;
    const Tensor gradient = p.gradient->clone();
    for (std::int64_t i = 0; i < p.slot->count(); i += std::max<std::int64_t>(1, p.slot->count() / 5)) {
      constexpr float kStep = 4e-3F;
      float& element = p.slot->mutable_data<float>()[i];
      const float before = element;
      const auto at = [&](float x) {
        element = x;
        repack(tree);
        return value(head, input, dy);
      };
      const double slope = (at(before + kStep) - at(before - kStep)) / (2 * kStep);
      at(before);
      EXPECT_NEAR(gradient.data<float>()[i], slope, 4e-3 * (1 + std::abs(slope))) << p.name << ", element " << i;
    }
  }
}

TEST(Heads, GradientsOfEveryTensorAreTheSlopes) {
  for (HeadShape shape : all_shapes()) {
    SCOPED_TRACE(name_of(shape));
    shape.dropout = 0.25;  // the same elements each time
    const auto head = drawn(shape);
    expect_slopes(*head, input_of(*head));
  }
}

// A convolution, GELU, the maximum and the output, by plain loops.
TEST(Heads, AConvolutionHeadIsItsFormula) {
  HeadShape shape = shape_of("cnn");
  shape.hidden = {4};
  shape.pooling = "max";
  const auto head = drawn(shape);
  auto t = tensors(*head);
  ready(tree_of(*head), ops::Precision::f32);
  const HeadInput input = input_of(*head);
  const Tensor y = (*head)(input);
  const auto at = [](const Tensor& x, std::int64_t i, std::int64_t j) {
    return double{x.data<float>()[i * x.size(1) + j]};
  };
  std::int64_t begin = 0;
  for (std::int64_t b = 0; b < 3; ++b) {
    const std::int64_t end = begin + kLengths[static_cast<std::size_t>(b)];
    std::vector<double> pooled(4, -1e9);
    for (std::int64_t r = begin; r < end; ++r)
      for (std::int64_t o = 0; o < 4; ++o) {
        double sum = t["layers.0.bias"].data<float>()[o];
        for (std::int64_t tap = 0; tap < 3; ++tap)
          for (std::int64_t c = 0; c < kWidth; ++c)
            if (r + tap - 1 >= begin && r + tap - 1 < end)
              sum += at(t["layers.0.weight"], o, tap * kWidth + c) * at(input.features, r + tap - 1, c);
        const double gelu = 0.5 * sum * (1 + std::erf(sum / std::sqrt(2.0)));
        pooled[static_cast<std::size_t>(o)] = std::max(pooled[static_cast<std::size_t>(o)], gelu);
      }
    for (std::int64_t c = 0; c < 3; ++c) {
      double sum = t["output.bias"].data<float>()[c];
      for (std::int64_t o = 0; o < 4; ++o) sum += at(t["output.weight"], c, o) * pooled[static_cast<std::size_t>(o)];
      EXPECT_NEAR(at(y, b, c), sum, 2e-6);
    }
    begin = end;
  }
}

TEST(Heads, BatchNormGathersStatisticsAsTorchDoes) {
  HeadShape shape = shape_of("mlp");
  shape.hidden = {1};
  shape.batch_norm = BatchNorm::yes;
  const auto head = drawn(shape);
  make_gradients(tree_of(*head), [](const Parameter&) { return true; });
  ready_for_training(*head);
  auto t = tensors(*head);
  const HeadInput input = input_of(*head);
  std::vector<double> h;
  for (std::int64_t r = 0; r < 3; ++r) {
    h.push_back(t["layers.0.bias"].data<float>()[0]);
    for (std::int64_t c = 0; c < kWidth; ++c)
      h.back() += double{t["layers.0.weight"].data<float>()[c]} * input.features.data<float>()[r * kWidth + c];
  }
  const double mean = (h[0] + h[1] + h[2]) / 3;
  double squares = 0;
  for (const double x : h) squares += (x - mean) * (x - mean);
  {
    const autograd::Recording replayable(nullptr, 1);
    (*head)(input);
  }
  EXPECT_NEAR(t["after.0.norm.running_mean"].data<float>()[0], 0.1 * mean, 1e-6);
  EXPECT_NEAR(t["after.0.norm.running_var"].data<float>()[0], 0.9 + 0.1 * squares / 2, 1e-6);
  const float before = t["after.0.norm.running_mean"].data<float>()[0];
  (*head)(input);  // predicting changes nothing
  EXPECT_EQ(t["after.0.norm.running_mean"].data<float>()[0], before);
}

TEST(Heads, NewWeightsAreDrawnAsTorchDrawsThem) {
  const auto head = drawn({.kind = "lstm", .inputs = 100, .outputs = 3, .hidden = {25}});
  auto t = tensors(*head);
  const auto largest = [&](const char* name) {
    float most = 0;
    for (const float x : t.at(name).values<float>()) most = std::max(most, std::abs(x));
    return most;
  };
  EXPECT_NEAR(largest("layers.0.forward.input.weight"), 0.2, 2e-3);  // 1 / sqrt(25)
  EXPECT_NEAR(largest("layers.0.backward.recurrent.weight"), 0.2, 2e-3);
  EXPECT_LE(largest("layers.0.forward.input.bias"), 0.2F);
  EXPECT_LE(largest("output.weight"), 1 / std::sqrt(50.0));
  EXPECT_GE(largest("output.weight"), 0.95 / std::sqrt(50.0));
  const auto again = drawn({.kind = "lstm", .inputs = 100, .outputs = 3, .hidden = {25}});
  EXPECT_TRUE(test::same_bits(tensors(*again).at("output.weight"), t.at("output.weight")));
}

TEST(Heads, WhatCannotBeIsSaid) {
  const auto error_of = [](HeadShape shape) {
    try {
      make_head(shape);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  const HeadShape good = shape_of("mlp");
  const auto with = [&](auto change) {
    HeadShape shape = good;
    change(shape);
    return error_of(shape);
  };
  EXPECT_EQ(error_of(good), "");
  EXPECT_NE(with([](HeadShape& s) { s.kind = "forest"; }).find("forest"), std::string::npos);
  EXPECT_NE(with([](HeadShape& s) { s.activation = "sine"; }).find("gelu, relu or tanh"), std::string::npos);
  EXPECT_NE(with([](HeadShape& s) { s.dropout = 1; }).find("dropout"), std::string::npos);
  EXPECT_NE(with([](HeadShape& s) { s.kind = "linear"; }).find("no hidden layers"), std::string::npos);
  EXPECT_NE(with([](HeadShape& s) { s.kind = "cnn", s.kernel = 4; }).find("odd"), std::string::npos);
  EXPECT_NE(with([](HeadShape& s) { s.kind = "cnn", s.pooling = "least"; }).find("mean or max"), std::string::npos);
  EXPECT_NE(with([](HeadShape& s) { s.kind = "lstm", s.batch_norm = BatchNorm::yes; }).find("mlp and cnn"),
            std::string::npos);
  EXPECT_NE(with([](HeadShape& s) { s.kind = "transformer"; }).find("one width"), std::string::npos);
  EXPECT_NE(with([](HeadShape& s) { s.kind = "transformer", s.hidden = {6}; }).find("cannot be shared"),
            std::string::npos);
}

}  // namespace
}  // namespace groel::nn
