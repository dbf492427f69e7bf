// Measures how fast a GPT-2 of a shape writes: one sequence and many at a time, against what memory can deliver.
//
//   bench_generate [LAYERS WIDTH HEADS] [bf16|f32] [int8] [BATCH...]
//
// Weights are random (their speed is that of any others). For each batch: tokens per second, the bytes that a step has
// to read (weights once, keys and values of every sequence), and their share of the bandwidth that reading a large
// array reaches in the same run.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/threads.h"
#include "checkpoints/random_model.h"
#include "generation/generator.h"
#include "models/family.h"

namespace {

using Clock = std::chrono::steady_clock;
using namespace groel;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// Bytes per second of all threads reading an array that no cache holds; the best of several passes.
double bandwidth() {
  constexpr std::int64_t kWords = std::int64_t{1} << 27, kChunk = std::int64_t{1} << 20;  // 1 GiB
  std::vector<std::uint64_t> words(kWords, 1);
  std::vector<std::uint64_t> sums(kWords / kChunk);
  double best = 0;
  for (int pass = 0; pass < 6; ++pass) {
    const auto begin = Clock::now();
    parallel_for(kWords / kChunk, [&](std::int64_t chunk) {
      std::uint64_t sum[8] = {};
      for (std::int64_t i = chunk * kChunk; i < (chunk + 1) * kChunk; i += 8)
        for (int k = 0; k < 8; ++k) sum[k] += words[static_cast<std::size_t>(i + k)];
      for (const std::uint64_t one : sum) sums[static_cast<std::size_t>(chunk)] += one;
    });
    best = std::max(best, static_cast<double>(kWords) * 8 / seconds_since(begin));
  }
  return sums[0] > 0 ? best : 0;
}

// Seconds of writing that many tokens with `batch` sequences at a time, the first pass over the prompts left out.
double seconds_of(const models::Model& model, std::int64_t batch, std::int64_t tokens, DType held) {
  const auto run = [&](std::int64_t length) {
    generation::GenerationSettings settings;
    settings.rules.top_k = 950;
    settings.rules.repetition_penalty = 1.2;
    settings.max_new_tokens = length;
    settings.batch = batch;
    settings.held = held;
    const generation::Generator generator(model, settings);
    std::int64_t given = 0;
    const auto begin = Clock::now();
    generator.run(
        [&]() -> std::optional<generation::Request> {
          if (given == batch) return {};
          return generation::Request{given++, {0}};
        },
        [](const generation::Written&) {});
    return seconds_since(begin);
  };
  const double start = run(1);
  return run(tokens + 1) - start;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::int64_t> numbers;
  std::string dtype = "bf16";
  auto weights = ops::WeightForm::exact;
  for (int i = 1; i < argc; ++i)
    if (const std::string word = argv[i]; word == "bf16" || word == "f32")
      dtype = word;
    else if (word == "int8")
      weights = ops::WeightForm::int8;
    else
      numbers.push_back(std::atoll(argv[i]));
  models::ModelShape shape{36, 1280, 20};
  if (numbers.size() >= 3) shape = {numbers[0], numbers[1], numbers[2]};
  std::vector<std::int64_t> batches{1, 32};
  if (numbers.size() > 3) batches.assign(numbers.begin() + 3, numbers.end());
  const double memory = bandwidth();
  const auto loaded = checkpoints::random_model(models::family_named("gpt2").configure(shape), 1,
                                                dtype == "bf16" ? ops::Precision::bf16 : ops::Precision::f32, weights);
  const models::Model& model = *loaded.model;
  const DType held = dtype == "bf16" ? DType::bf16 : DType::f32;
  const auto& causal = models::require<models::CausalLm>(model);
  const auto table = static_cast<double>(model.info().vocabulary * model.info().width) * sizeof(float);
  std::printf("threads %d, memory %.1f GB/s, %s%s, %.0f M parameters\n", num_threads(), memory / 1e9, dtype.c_str(),
              weights == ops::WeightForm::int8 ? " with int8 weights" : "",
              static_cast<double>(model.info().parameters) / 1e6);
  for (const std::int64_t batch : batches) {
    const std::int64_t tokens = batch == 1 ? 100 : 40;
    const double seconds = seconds_of(model, batch, tokens, held);
    const double steps = seconds / static_cast<double>(tokens);
    // Of the f32 table of embeddings a row per token is read; the head's copy of it is read whole.
    const double bytes = static_cast<double>(model.weight_bytes()) - table +
                         static_cast<double>(batch) * static_cast<double>(causal.prefix_bytes(tokens / 2, held));
    std::printf("batch %3lld: %8.2f tokens/s, %7.1f ms per step, %6.1f MB read per step, %.2f of memory's limit\n",
                static_cast<long long>(batch), static_cast<double>(batch) / steps, steps * 1e3, bytes / 1e6,
                bytes / steps / memory);
  }
}
