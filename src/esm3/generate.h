// Fills a track of proteins step by step: in each, a pass over all of them, draws, and some of the draws are kept.
#pragma once

#include <functional>

#include "esm3/client.h"

namespace groel::esm3 {

/// Numbers in [0, 1) that decide: by step and row of the track.
struct StepDraws {
  std::function<double(std::int64_t step, std::size_t row)> token;
  std::function<double(std::int64_t step, std::size_t row)> choice;  ///< the rows with the least are kept
};
StepDraws step_draws(std::uint64_t seed);

/// A step of one prompt as it went, for who looks.
struct GenerationStep {
  std::size_t prompt;
  std::int64_t step;
  double temperature;
  const Tensor& logits;                     ///< [T, V] of the track
  const TrackSample& sample;                ///< of all masked rows
  const std::vector<bool>& kept;            ///< [T]: rows that are filled in this step
  const std::vector<std::int32_t>& tokens;  ///< the track after it
};

struct GenerationRun {
  std::function<StepDraws(std::size_t prompt)> draws{};  ///< none: those of each config's seed
  std::function<void(const GenerationStep&)> watch{};
  std::function<void(std::int64_t done, std::int64_t of)> progress{};  ///< in steps of prompts
  std::int64_t max_tokens = 4096;  ///< in one pass, unless one prompt alone has more
};

/// Rows that step `step` of `steps` leaves masked of `total`.
std::int64_t left_masked(UnmaskingSchedule schedule, std::int64_t step, std::int64_t steps, std::int64_t total);
double annealed(double temperature, std::int64_t step, std::int64_t steps);

/// A result or an error for each prompt. What comes of a prompt is bitwise the same alone and in any batch. Errors:
/// usage, of a config; interrupted.
std::vector<TensorOrError> batch_generate(const Client& model, std::span<const ESMProteinTensor> prompts,
                                          std::span<const GenerationConfig> configs, const GenerationRun& run = {});
/// The same with encode before and decode after; errors of either stay with their prompt.
std::vector<ProteinOrError> batch_generate(const Client& model, std::span<const ESMProtein> prompts,
                                           std::span<const GenerationConfig> configs, const GenerationRun& run = {});

}  // namespace groel::esm3
