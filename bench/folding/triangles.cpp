// Measures the blocks on pairs of tokens: time, and share of the limit, which is their matrix products at the speed
// that one large product reaches in the same run.
//
//   bench_folding [f32|f32x3|bf16] [CHANNELS] TOKENS...
//
// Weights are random (their speed is that of any others).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "base/threads.h"
#include "nn/folding/pair_block.h"

namespace {

using Clock = std::chrono::steady_clock;
using namespace groel;
using namespace groel::nn::folding;

double seconds(const std::function<void()>& body) {
  const auto begin = Clock::now();
  body();
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

double median(int runs, const std::function<void()>& body) {
  std::vector<double> all;
  body();
  for (int i = 0; i < runs; ++i) all.push_back(seconds(body));
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

// Floating-point operations per second of one large product.
double peak(ops::Precision precision) {
  constexpr std::int64_t kSide = 1536;
  const ops::PackedWeight weight(Tensor::zeros({kSide, kSide}), precision);
  const Tensor x = Tensor::zeros({kSide, kSide});
  return 2.0 * kSide * kSide * kSide / median(5, [&] { ops::linear(x, weight); });
}

Tensor noise(const Shape& shape, float scale) {
  Tensor out = Tensor::empty(shape);
  std::uint32_t state = 1;
  for (std::int64_t i = 0; i < out.count(); ++i) {
    state = state * 1664525U + 1013904223U;
    out.mutable_data<float>()[i] = scale * (static_cast<float>(state >> 8) / 8388608.0F - 1);
  }
  return out;
}

void fill(nn::Module& module, ops::Precision precision) {
  const nn::Tree tree = nn::tree_of(module);
  for (const nn::Parameter& parameter : tree.parameters) *parameter.slot = noise(parameter.shape, 0.1F);
  nn::ready(tree, precision);
}

struct Measure {
  const char* name;
  double products;  // floating-point operations
  std::function<void()> run;
};

void measure(std::int64_t n, std::int64_t channels, ops::Precision precision, double limit) {
  const std::int64_t heads = channels / 32;
  const double pairs = static_cast<double>(n * n), c = static_cast<double>(channels), side = static_cast<double>(n);
  TriangleMultiplication multiplication({.width = channels, .inner = channels});
  TriangleMultiplication incoming({.width = channels, .inner = channels, .edges = Edges::incoming});
  TriangleAttention attention({.width = channels, .heads = heads});
  TriangleAttention ending({.width = channels, .heads = heads, .node = Node::ending});
  Transition transition({.width = channels, .inner = 4 * channels});
  for (nn::Module* module :
       {static_cast<nn::Module*>(&multiplication), static_cast<nn::Module*>(&incoming),
        static_cast<nn::Module*>(&attention), static_cast<nn::Module*>(&ending), static_cast<nn::Module*>(&transition)})
    fill(*module, precision);
  const Pairs in{noise({n * n, channels}, 1)};
  Tensor to = Tensor::zeros({n * n, channels});
  const double multiplied = pairs * c * (12 * c + 2 * side), attended = pairs * c * (10 * c + 4 * side);
  const Measure all[] = {{"multiplication, outgoing", multiplied, [&] { multiplication.add(in, to); }},
                         {"multiplication, incoming", multiplied, [&] { incoming.add(in, to); }},
                         {"attention, starting", attended, [&] { attention.add(in, to); }},
                         {"attention, ending", attended, [&] { ending.add(in, to); }},
                         {"transition", pairs * c * 24 * c, [&] { transition.add(in.z, to); }}};
  for (const Measure& one : all) {
    const double time = median(3, one.run);
    std::printf("N %lld  %-26s %8.3f s  %6.1f GFLOP/s  %.2f of the limit\n", static_cast<long long>(n), one.name, time,
                one.products / time / 1e9, one.products / time / limit);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::int64_t> numbers;
  std::string dtype = "f32";
  for (int i = 1; i < argc; ++i)
    if (const std::string word = argv[i]; word == "bf16" || word == "f32" || word == "f32x3")
      dtype = word;
    else
      numbers.push_back(std::atoll(argv[i]));
  const auto precision = dtype == "bf16"    ? ops::Precision::bf16
                         : dtype == "f32x3" ? ops::Precision::f32x3
                                            : ops::Precision::f32;
  const std::int64_t channels = numbers.empty() ? 128 : numbers.front();
  if (numbers.size() < 2) numbers = {channels, 256, 512};
  const double limit = peak(precision);
  std::printf("%d threads, %s, %lld channels; one large product: %.1f GFLOP/s\n", num_threads(), dtype.c_str(),
              static_cast<long long>(channels), limit / 1e9);
  for (std::size_t i = 1; i < numbers.size(); ++i) measure(numbers[i], channels, precision, limit);
}
