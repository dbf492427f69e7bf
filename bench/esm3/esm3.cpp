// Measures ESM3 of a shape: a pass over one protein with and without coordinates, and generating a protein in 20 steps.
//
//   bench_esm3 [LAYERS WIDTH HEADS] [f32|bf16] [RESIDUES] [STEPS]
//
// Weights are random (their speed is that of any others). A pass is given as a share of the limit: its matrix products
// at the speed that one large product reaches in the same run.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/threads.h"
#include "checkpoints/random_model.h"
#include "esm3/generate.h"
#include "models/family.h"

namespace {

using Clock = std::chrono::steady_clock;
using namespace groel;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

// The median of several runs.
template <class Body>
double median(int runs, const Body& body) {
  std::vector<double> all;
  for (int i = 0; i < runs; ++i) {
    const auto begin = Clock::now();
    body();
    all.push_back(seconds_since(begin));
  }
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

// Floating-point operations per second of one large product.
double peak(ops::Precision precision) {
  constexpr std::int64_t kSide = 2048;
  const ops::PackedWeight weight(Tensor::zeros({kSide, kSide}), precision);
  const Tensor x = Tensor::zeros({kSide, kSide});
  return 2.0 * kSide * kSide * kSide / median(5, [&] { ops::linear(x, weight); });
}

ESMProteinTensor protein_of(std::int64_t residues, bool placed) {
  ESMProteinTensor out;
  out.sequence = esm3::masked_track(Track::sequence, residues);
  for (std::int64_t i = 1; i <= residues; ++i)
    if (i % 3 != 0) (*out.sequence)[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(4 + i % 20);
  if (!placed) return out;
  out.coordinates.assign(static_cast<std::size_t>((residues + 2) * esm3::kAtoms * 3), INFINITY);
  for (std::int64_t t = 1; t <= residues; ++t)
    for (std::int64_t i = 0; i < 9; ++i)
      out.coordinates[static_cast<std::size_t>(t * esm3::kAtoms * 3 + i)] =
          static_cast<float>((t * 37 + i * 11) % 29) + static_cast<float>(t);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::int64_t> numbers;
  std::string dtype = "f32";
  for (int i = 1; i < argc; ++i)
    if (const std::string word = argv[i]; word == "bf16" || word == "f32")
      dtype = word;
    else
      numbers.push_back(std::atoll(argv[i]));
  models::ModelShape shape{48, 1536, 24};
  if (numbers.size() >= 3) shape = {numbers[0], numbers[1], numbers[2]};
  const std::int64_t residues = numbers.size() > 3 ? numbers[3] : 130, steps = numbers.size() > 4 ? numbers[4] : 20;
  const auto precision = dtype == "bf16" ? ops::Precision::bf16 : ops::Precision::f32;
  const double limit = peak(precision);
  const auto loaded = checkpoints::random_model(models::family_named("esm3").configure(shape), 1, precision);
  const models::ModelInfo info = loaded.model->info();
  const esm3::Client client(*loaded.model);
  const double tokens = static_cast<double>(esm3::token_count(residues));
  const double width = static_cast<double>(info.width);
  const double operations = 2 * tokens * static_cast<double>(info.layers) *
                                (4 * width * width + 3 * width * static_cast<double>(info.ffn) + 2 * tokens * width) +
                            2 * tokens * (width * width + 64 * width);
  std::printf("threads %d, %s, %.0f M parameters, %lld residues; products alone reach %.0f GFLOP/s\n", num_threads(),
              dtype.c_str(), static_cast<double>(info.parameters) / 1e6, static_cast<long long>(residues), limit / 1e9);
  const LogitsConfig config{.sequence = true};
  const ESMProteinTensor bare = protein_of(residues, false), placed = protein_of(residues, true);
  client.logits(bare, config);
  const double plain = median(3, [&] { client.logits(bare, config); });
  const double turned = median(3, [&] { client.logits(placed, config); });
  std::printf("a pass %.2f s (%.2f of the limit); with coordinates %.2f s (geometric attention %.1f %%)\n", plain,
              operations / plain / limit, turned, 100 * (turned - plain) / turned);
  GenerationConfig generation;
  generation.num_steps = steps;
  generation.temperature = 0.7;
  const double made = median(1, [&] { esm3::batch_generate(client, std::span(&bare, 1), std::span(&generation, 1)); });
  std::printf("a sequence in %lld steps %.2f s\n", static_cast<long long>(steps), made);
}
