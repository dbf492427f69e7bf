// Every operator gives tensors of the same shape, type and layout on every device, and on the device of its input.
#include "ops/backend.h"

#include <gtest/gtest.h>

#include "attention_input.h"
#include "base/error.h"
#include "ops/activation_grad.h"
#include "ops/compare.h"
#include "ops/elementwise.h"
#include "ops/embedding.h"
#include "ops/gate.h"
#include "ops/graph.h"
#include "ops/pair_grid.h"
#include "ops/pool_grad.h"
#include "ops/prompt_gate.h"
#include "ops/swiglu.h"
#include "tensor/shape_run.h"

namespace groel::ops {
namespace {

using test::ints;
using test::random;

struct Call {
  const char* name;
  std::vector<Tensor> (*run)(Device device);
};

// Values on that device.
Tensor on(Device device, const Shape& shape) { return random(shape, 1).to(device); }
Tensor strided(Device device, std::int64_t rows, std::int64_t width) {
  return on(device, {rows, width + 5}).columns(2, 2 + width);
}

AttentionInput attention_input(Device device, Precision precision) {
  AttentionInput input = test_input::make({{3, 9}, {5, 9}, 4, 2, 8}, AttentionMask{});
  input.precision = precision;
  for (Tensor* x : {&input.q, &input.k, &input.v, &input.rotary.cosine, &input.rotary.sine}) *x = x->to(device);
  return input;
}

std::vector<Tensor> attention_gradients(Device device, Precision precision) {
  const AttentionInput input = attention_input(device, precision);
  const AttentionResult forward = attention_with_sums(input);
  AttentionGradients to{input.q.clone(), input.k.clone(), input.v.clone()};
  attention_grad(input, forward, input.q.clone(), to);
  return {forward.y, forward.log_sums, to.q, to.k, to.v};
}

std::vector<Tensor> linear_calls(Device device, Precision precision) {
  const PackedWeight weight({on(device, {300, 24}), on(device, {7, 24})}, precision);
  const Tensor x = strided(device, 70, 24);
  LinearGradients to{on(device, {307, 24}), on(device, {307})};
  linear_grad(x, strided(device, 70, 307), precision, to);
  return {linear(x, weight), linear(x, weight, {.bias = on(device, {307}), .output = DType::bf16}),
          linear(x, weight, {.into = on(device, {70, 400}).columns(10, 317)}), to.weight, to.bias};
}

std::vector<Tensor> losses(Device device) {
  const Tensor x = on(device, {4, 5});
  return {cross_entropy(x, ints({0, 4, kIgnoredTarget, 1})).gradient, squared_error(x, on(device, {4, 5})).gradient,
          binary_cross_entropy(x, on(device, {4, 5})).gradient, argmax(x)};
}

std::vector<Tensor> contacts(Device device) {
  const Tensor maps = on(device, {3, 8, 8});
  const std::int64_t silent[] = {4};
  Tensor logits = Tensor::zeros({6, 6}, DType::f32, device);
  add_contacts(logits, {maps, 1, 7}, on(device, {1, 3}), silent);
  contact_probabilities(logits, on(device, {1}));
  return {contact_channels({maps, 1, 7}), logits};
}

std::vector<Tensor> rotation(Device device) {
  const RotaryTable table = rotary_table(on(device, {4}), 16);
  Tensor x = strided(device, 7, 16);
  rotary_inplace(x, table, ints({0, 3, 7}), {.heads = 2});
  return {table.cosine, table.sine, x};
}

std::vector<Tensor> norms(Device device) {
  const LayerNormOptions options{.gain = on(device, {9}), .bias = on(device, {9})};
  const Tensor x = strided(device, 70, 9);
  LayerNormGradients to{on(device, {70, 9}), Into::add, on(device, {9}), on(device, {9})};
  layer_norm_grad(x, options, on(device, {70, 9}), to);
  LayerNormOptions rounded = options;
  rounded.output = DType::bf16;
  return {layer_norm(x, options), layer_norm(x, rounded), to.x, to.gain, to.bias};
}

std::vector<Tensor> rows(Device device) {
  const Tensor table = on(device, {6, 9});
  Tensor gradient = on(device, {6, 9});
  embedding_grad(on(device, {3, 9}), {ints({1, 5, 1}), {}, -1}, gradient);
  return {embedding(table, ints({0, 5, 2, 2})), gather_rows(table, ints({3})), gradient};
}

std::vector<Tensor> graph(Device device) {
  const Tensor x = on(device, {3, 9});
  const PairRows pairs{ints({0, 2}), ints({1, 0}), PairForm::all},
      ordered{pairs.first, pairs.second, PairForm::ordered};
  return {neighbour_sum(x, {ints({0, 1, 2, 2}), ints({1, 0})}), join_pairs(x, pairs),
          join_pairs_grad(x, pairs, on(device, {2, 27})), join_pairs(x, ordered),
          join_pairs_grad(x, ordered, on(device, {2, 36}))};
}

std::vector<Tensor> segments(Device device) {
  const Segments two{ints({0, 4}), ints({3, 6})};
  const Tensor x = strided(device, 6, 9);
  return {segment_mean(x, two), segment_max(x, two), segment_mean_grad(on(device, {2, 9}), two, 6)};
}

std::vector<Tensor> pools(Device device) {
  const Segments two{ints({0, 4}), ints({3, 6})};
  const PoolInput input{on(device, {6, 9}), on(device, {6, 9}), two};
  const PoolGradients to = attention_pool_grad(input, attention_pool(input), on(device, {2, 9}));
  const Tensor y = segment_max(input.values, two);
  return {y, segment_max_grad({input.values, two, y}, on(device, {2, 9})), to.values, to.scores};
}

std::vector<Tensor> batch_norms(Device device) {
  const Tensor x = strided(device, 7, 9);
  const BatchNormOptions options{on(device, {9}), on(device, {9})};
  const BatchStatistics statistics = batch_statistics(x);
  BatchNormGradients to{on(device, {7, 9}), on(device, {9}), on(device, {9})};
  batch_norm_grad({x, statistics, StatisticsOf::rows}, options, on(device, {7, 9}), to);
  return {statistics.mean, statistics.variance, batch_norm(x, statistics, options), to.x, to.gain, to.bias};
}

std::vector<Tensor> sequences(Device device) {
  const Windows windows{ints({0, 3, 7}), 3, 1, 6};
  Tensor dx = on(device, {7, 8});
  const Tensor rows = gather_windows(dx, windows);
  add_windows(rows, windows, dx);
  const Tensor weight = on(device, {8, 2});
  const LstmInput input{dx, windows.bounds, PackedWeight(weight, Precision::f32), ReadingOrder::backward};
  const LstmResult forward = lstm(input);
  const Tensor gradient =
      lstm_grad(input, forward, PackedWeight::transposed(weight, Precision::f32), forward.h.clone());
  return {rows, dx, forward.h, forward.c, forward.active, gradient, states_before(forward.h, input)};
}

std::vector<Tensor> activations(Device device) {
  const Tensor x = on(device, {5, 8});
  return {activate_as(x, Activation::gelu_erf, DType::bf16),
          activation_grad(x, x, Activation::gelu_erf),
          tanh(x),
          tanh_grad(x, x),
          swiglu(strided(device, 5, 8), DType::bf16),
          swiglu_grad(x, on(device, {5, 4}))};
}

std::vector<Tensor> elementwise(Device device) {
  const Tensor x = strided(device, 5, 8);
  return {add(x, on(device, {5, 8})),
          scale(x, 2),
          activate(x, Activation::gelu_tanh),
          softmax(x),
          log_softmax(x),
          dropout(on(device, {5, 8}), {0.5, 1}),
          transpose(x)};
}

std::vector<Tensor> pair_grids(Device device) {
  Tensor z = on(device, {16, 9});
  const ColumnPairs pairs{4, 5, 12};
  const Tensor taken = take_column_pairs(z, pairs);
  add_column_pairs(taken, pairs, z);
  Tensor planes = on(device, {3, 16}), gated = on(device, {8, 5});
  multiply_planes(planes, on(device, {3, 16}), 4, Precision::f32, planes);
  const Tensor x = strided(device, 5, 8), gates = strided(device, 5, 8);
  gate_planes(x, gates, on(device, {5}), gated);
  return {taken,          z,
          planes,         blocks_as_rows(on(device, {6, 8}), {3, 4}),
          gated,          planes_as_rows(strided(device, 5, 8)),
          gate(x, gates), gate(x, {}, {.factor = on(device, {5}), .residual = gates, .output = DType::bf16})};
}

std::vector<Tensor> prompts(Device device) {
  const Tensor x = on(device, {6, 4});
  const PromptGate gate{test::bounds_of<std::int64_t>({2, 4}), 1, on(device, {1, 4})};
  const PromptGateResult closed = prompt_gate(x, gate);
  return {closed.y, closed.gates, prompt_gate_grad(x, gate, on(device, {6, 4}), on(device, {1, 4}))};
}

std::vector<Tensor> conversions(Device device) {
  const Tensor x = strided(device, 5, 8);
  return {x.clone(), x.to(DType::bf16), x, Tensor::zeros({3}, DType::i32, device)};
}

const Call kCalls[] = {
    {"activations", activations},
    {"attention", [](Device d) { return attention_gradients(d, Precision::f32); }},
    {"attention in bf16", [](Device d) { return attention_gradients(d, Precision::bf16); }},
    {"attention_maps", [](Device d) { return std::vector{attention_maps(attention_input(d, Precision::f32), 1)}; }},
    {"batch norms", batch_norms},
    {"contacts", contacts},
    {"conversions", conversions},
    {"elementwise", elementwise},
    {"graph", graph},
    {"linear", [](Device d) { return linear_calls(d, Precision::f32); }},
    {"linear in bf16", [](Device d) { return linear_calls(d, Precision::bf16); }},
    {"linear in f32x3", [](Device d) { return linear_calls(d, Precision::f32x3); }},
    {"losses", losses},
    {"norms", norms},
    {"pair grids", pair_grids},
    {"pools", pools},
    {"prompts", prompts},
    {"rotation", rotation},
    {"rows", rows},
    {"segments", segments},
    {"sequences", sequences},
};

TEST(Backend, ShapesAreThoseOfTheCpu) {
  for (const Call& call : kCalls) {
    const std::vector<Tensor> real = call.run(Device::cpu);
    const std::vector<Tensor> shapes = call.run(Device::shape);
    ASSERT_EQ(shapes.size(), real.size()) << call.name;
    for (std::size_t i = 0; i < real.size(); ++i) {
      EXPECT_EQ(real[i].device(), Device::cpu) << call.name << i;
      EXPECT_EQ(shapes[i].device(), Device::shape) << call.name << i;
      EXPECT_EQ(shapes[i].shape(), real[i].shape()) << call.name << i;
      EXPECT_EQ(shapes[i].dtype(), real[i].dtype()) << call.name << i;
      EXPECT_EQ(shapes[i].row_stride(), real[i].row_stride()) << call.name << i;
    }
  }
}

TEST(Backend, AnswersWithoutDataAreTheHopefulOnes) {
  const Tensor x = on(Device::shape, {3, 4});
  EXPECT_TRUE(all_finite(x));
  EXPECT_TRUE(equal(x, x));
  EXPECT_FALSE(equal(x, on(Device::shape, {4, 3})));
  EXPECT_EQ(sum(x), 0);
}

TEST(Backend, ThereIsNoneForOtherDevices) { EXPECT_THROW(backend(Device::cuda), Error); }

}  // namespace
}  // namespace groel::ops
