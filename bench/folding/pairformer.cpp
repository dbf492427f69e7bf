// Measures a stack of Pairformer blocks of AlphaFold 3's size: time of a block, and memory, planned and held.
//
//   bench_pairformer [f32|f32x3|bf16] [BLOCKS] TOKENS...
//
// Weights are random (their speed is that of any others).
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/system.h"
#include "base/threads.h"
#include "nn/folding/pairformer.h"
#include "tensor/shape_run.h"

namespace {

using namespace groel;
using namespace groel::nn::folding;

constexpr std::int64_t kPairWidth = 128, kSingleWidth = 384;

Tensor noise(const Shape& shape, float scale) {
  Tensor out = Tensor::empty(shape);
  std::uint32_t state = 1;
  for (std::int64_t i = 0; i < out.count(); ++i) {
    state = state * 1664525U + 1013904223U;
    out.mutable_data<float>()[i] = scale * (static_cast<float>(state >> 8) / 8388608.0F - 1);
  }
  return out;
}

void fill(Pairformer& stack, ops::Precision precision, Device device) {
  const nn::Tree tree = nn::tree_of(stack);
  for (const nn::Parameter& parameter : tree.parameters)
    *parameter.slot =
        device == Device::cpu ? noise(parameter.shape, 0.1F) : Tensor::empty(parameter.shape, DType::f32, device);
  nn::ready(tree, precision);
}

// Bytes that a pass without data counts: of pairs and single tokens, and all that a block makes of them.
std::size_t planned(std::int64_t n, ops::Precision precision) {
  Pairformer block(1, {});
  fill(block, precision, Device::shape);
  const auto pool = std::make_shared<ShapePool>();
  const ShapeRun run(*pool);
  Pairs pairs{Tensor::empty({n * n, kPairWidth}, DType::f32, Device::shape)};
  Tensor s = Tensor::empty({n, kSingleWidth}, DType::f32, Device::shape);
  block.update(pairs, s);
  return pool->held();
}

void measure(std::int64_t n, std::int64_t blocks, ops::Precision precision) {
  Pairformer stack(blocks, {});
  fill(stack, precision, Device::cpu);
  release_cached_memory();
  const std::size_t weights = memory_statistics().live;
  Pairs pairs{noise({n * n, kPairWidth}, 1)};
  Tensor s = noise({n, kSingleWidth}, 1);
  stack.update(pairs, s);
  const auto begin = std::chrono::steady_clock::now();
  stack.update(pairs, s);
  const double time = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  const MemoryStatistics memory = memory_statistics();
  std::printf("N %lld  %8.3f s a block, %8.2f s for %lld  memory %.2f GB planned, %.2f GB held\n",
              static_cast<long long>(n), time / static_cast<double>(blocks), time, static_cast<long long>(blocks),
              static_cast<double>(planned(n, precision)) / 1e9,
              static_cast<double>(memory.live + memory.cached - weights) / 1e9);
  std::fflush(stdout);
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
  const std::int64_t blocks = numbers.empty() ? 1 : numbers.front();
  if (numbers.size() < 2) numbers = {blocks, 128, 256, 512, 768, 1024};
  std::printf("%d threads, %s\n", num_threads(), dtype.c_str());
  for (std::size_t i = 1; i < numbers.size(); ++i) measure(numbers[i], blocks, precision);
  std::printf("resident at most: %.2f GB\n", static_cast<double>(peak_resident_memory()) / 1e9);
}
