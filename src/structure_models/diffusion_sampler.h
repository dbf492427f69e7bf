// The diffusion sampler of AlphaFold 3's kind of network: from noise to positions, step by step.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "structure_models/atom_windows.h"
#include "structure_models/threefry.h"
#include "tensor/tensor.h"

namespace groel::structure_models {

/// Which noise level decides whether a step adds noise before it denoises.
enum class NoisierStep { by_next_level, by_previous_level };
/// How positions are turned by a rotation R whose rows are the vectors of Gram and Schmidt.
enum class Turning {
  row_times_matrix,    ///< x R (AlphaFold 3)
  matrix_times_column  ///< R x (Protenix)
};

/// Where the noise levels lie. over_steps: from first to last, one more than steps. before_zero: as many as steps from
/// first to last, and 0 after them (Boltz-2).
enum class LevelSpacing { over_steps, before_zero };
/// What a step goes on from. as_drawn: the noisy positions. superposed: these, laid over what they were denoised to
/// (Boltz-2).
enum class StepFrom { as_drawn, superposed };

/// Karras et al. 2022 as in Abramson et al. 2024, algorithm 18; the values are AlphaFold 3's.
struct SamplerSettings {
  std::int64_t samples = 5, steps = 200;
  double sigma_data = 16, sigma_max = 160, sigma_min = 0.0004, exponent = 7;
  bool ends_at_zero = false;  ///< the last noise level is 0 (Protenix)
  float gamma = 0.8F, gamma_above = 1, noise_scale = 1.003F, step_scale = 1.5F;
  NoisierStep noisier = NoisierStep::by_next_level;
  Turning turning = Turning::row_times_matrix;
  LevelSpacing spacing = LevelSpacing::over_steps;
  StepFrom from = StepFrom::as_drawn;
};

/// [steps + 1], Å, falling.
std::vector<float> noise_levels(const SamplerSettings& settings);

/// Where the normal numbers of a run are from. Called for steps and samples in order.
class DiffusionNoise {
 public:
  struct Pose {
    std::array<float, 6> vectors;  ///< v0 and v1, of which a rotation is made
    std::array<float, 3> translation;
  };
  virtual ~DiffusionNoise() = default;
  /// [A, 3]: what a sample begins with, before it is scaled.
  virtual void start(std::int64_t sample, std::span<float> to) = 0;
  /// [A, 3]: of a step, before it is scaled; and how the sample is turned and moved before.
  virtual Pose step(std::int64_t step, std::int64_t sample, std::span<float> to) = 0;

 protected:
  DiffusionNoise() = default;
  DiffusionNoise(const DiffusionNoise&) = default;
  DiffusionNoise& operator=(const DiffusionNoise&) = default;
};

/// AlphaFold 3's draws: those that JAX makes of `key` for `samples` samples of `padded_tokens` tokens with 24 slots.
class JaxNoise final : public DiffusionNoise {
 public:
  JaxNoise(JaxKey key, std::int64_t samples, std::int64_t padded_tokens, const AtomWindows& atoms);
  void start(std::int64_t sample, std::span<float> to) override;
  Pose step(std::int64_t step, std::int64_t sample, std::span<float> to) override;

 private:
  void gather(const JaxKey& key, std::uint64_t before, std::span<float> to) const;

  const AtomWindows* atoms_;
  std::int64_t padded_tokens_;
  JaxKey start_;
  std::vector<JaxKey> keys_;  // of each sample, as the next step finds it
};

/// Noisy positions [S, A, 3] Å of all samples at noise level `level` -> denoised, likewise.
using Denoiser = std::function<Tensor(const Tensor& noisy, float level)>;

/// What a step went through; for tests and for progress.
struct SamplerStep {
  std::int64_t step = 0;
  float level = 0;  ///< to which noise was added
  const Tensor& noisy;
  const Tensor& denoised;
};

/// -> [S, A, 3], Å. `seen`: called after each step; may be empty.
Tensor sample_positions(const SamplerSettings& settings, std::int64_t atoms, DiffusionNoise& noise,
                        const Denoiser& denoise, const std::function<void(const SamplerStep&)>& seen = {});

}  // namespace groel::structure_models
