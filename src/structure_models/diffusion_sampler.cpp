// Steps of the sampler: centre, turn, move, add noise, denoise, go on.
#include "structure_models/diffusion_sampler.h"

#include <algorithm>
#include <cmath>

#include "analysis/superposition.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/threads.h"

namespace groel::structure_models {
namespace {

using Vector = std::array<float, 3>;
using Rotation = std::array<Vector, 3>;

float dot(const Vector& a, const Vector& b) { return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]; }

Vector unit(const Vector& v) {
  const float length = std::max(1e-10F, std::sqrt(dot(v, v)));
  return {v[0] / length, v[1] / length, v[2] / length};
}

// Gram and Schmidt's rows.
Rotation rotation_of(const std::array<float, 6>& vectors) {
  const Vector e0 = unit({vectors[0], vectors[1], vectors[2]});
  Vector v1{vectors[3], vectors[4], vectors[5]};
  const float along = dot(v1, e0);
  for (std::size_t i = 0; i < 3; ++i) v1[i] -= e0[i] * along;
  const Vector e1 = unit(v1);
  return {e0, e1, {e0[1] * e1[2] - e0[2] * e1[1], e0[2] * e1[0] - e0[0] * e1[2], e0[0] * e1[1] - e0[1] * e1[0]}};
}

Vector centre_of(std::span<const float> positions) {
  std::array<double, 3> sum{};
  for (std::size_t i = 0; i < positions.size(); ++i) sum[i % 3] += positions[i];
  const auto atoms = static_cast<double>(positions.size() / 3);
  return {static_cast<float>(sum[0] / atoms), static_cast<float>(sum[1] / atoms), static_cast<float>(sum[2] / atoms)};
}

// In the middle, turned, moved, with noise on top; `noise` is what comes in `positions`' place.
void pose(std::span<float> positions, std::span<const float> noise, const DiffusionNoise::Pose& pose, float scale,
          Turning turning) {
  const Vector centre = centre_of(positions);
  const Rotation rotation = rotation_of(pose.vectors);
  for (std::size_t a = 0; a < positions.size(); a += 3) {
    const Vector x{positions[a] - centre[0], positions[a + 1] - centre[1], positions[a + 2] - centre[2]};
    for (std::size_t i = 0; i < 3; ++i) {
      const Vector with = turning == Turning::matrix_times_column
                              ? rotation[i]
                              : Vector{rotation[0][i], rotation[1][i], rotation[2][i]};
      positions[a + i] = dot(x, with) + pose.translation[i] + scale * noise[a + i];
    }
  }
}

// Turned and moved to lie over `target` with the least squared distances.
void superpose(std::span<float> positions, std::span<const float> target) {
  const auto points = [](std::span<const float> all) {
    std::vector<analysis::Coordinates> out(all.size() / 3);
    for (std::size_t i = 0; i < all.size(); ++i) out[i / 3][i % 3] = all[i];
    return out;
  };
  const std::vector<analysis::Coordinates> moving = points(positions);
  const analysis::Superposition motion = analysis::superpose(moving, points(target));
  for (std::size_t a = 0; a < moving.size(); ++a) {
    const analysis::Coordinates at = motion(moving[a]);
    for (std::size_t i = 0; i < 3; ++i) positions[3 * a + i] = static_cast<float>(at[i]);
  }
}

}  // namespace

std::vector<float> noise_levels(const SamplerSettings& settings) {
  const double first = std::pow(settings.sigma_max, 1 / settings.exponent),
               last = std::pow(settings.sigma_min, 1 / settings.exponent);
  std::vector<float> out;
  const bool before_zero = settings.spacing == LevelSpacing::before_zero;
  const auto last_step =
      static_cast<double>(before_zero ? std::max<std::int64_t>(settings.steps - 1, 1) : settings.steps);
  for (std::int64_t step = 0; step < settings.steps + (before_zero ? 0 : 1); ++step) {
    const double t = static_cast<double>(step) / last_step;
    out.push_back(static_cast<float>(settings.sigma_data * std::pow(first + t * (last - first), settings.exponent)));
  }
  if (before_zero) out.push_back(0);
  if (settings.ends_at_zero) out.back() = 0;
  return out;
}

JaxNoise::JaxNoise(JaxKey key, std::int64_t samples, std::int64_t padded_tokens, const AtomWindows& atoms)
    : atoms_(&atoms), padded_tokens_(padded_tokens), start_(key.split()) {
  for (std::int64_t s = 0; s < samples; ++s) keys_.push_back(key.child(static_cast<std::uint64_t>(s)));
}

// Numbers of the slots that have an atom.
void JaxNoise::gather(const JaxKey& key, std::uint64_t before, std::span<float> to) const {
  constexpr std::int64_t kPart = 1024;
  const float least = std::nextafter(-1.0F, 0.0F);
  parallel_for((atoms_->atoms + kPart - 1) / kPart, [&](std::int64_t part) {
    for (std::int64_t a = part * kPart; a < std::min(atoms_->atoms, (part + 1) * kPart); ++a)
      for (std::uint64_t i = 0; i < 3; ++i) {
        const std::uint64_t index =
            before + static_cast<std::uint64_t>(atoms_->slot[static_cast<std::size_t>(a)]) * 3 + i;
        to[static_cast<std::size_t>(a) * 3 + i] = std::sqrt(2.0F) * inverse_erf(key.uniform(index, least, 1));
      }
  });
}

void JaxNoise::start(std::int64_t sample, std::span<float> to) {
  gather(start_, static_cast<std::uint64_t>(sample * padded_tokens_ * atoms_->slots * 3), to);
}

DiffusionNoise::Pose JaxNoise::step(std::int64_t /*step*/, std::int64_t sample, std::span<float> to) {
  JaxKey& key = keys_[static_cast<std::size_t>(sample)];
  const JaxKey of_noise = key.child(1), of_pose = key.child(2);
  key = key.child(0);
  gather(of_noise, 0, to);
  Pose pose{};
  of_pose.child(0).normal(pose.vectors);
  of_pose.child(1).normal(pose.translation);
  return pose;
}

Tensor sample_positions(const SamplerSettings& settings, std::int64_t atoms, DiffusionNoise& noise,
                        const Denoiser& denoise, const std::function<void(const SamplerStep&)>& seen) {
  const std::vector<float> levels = noise_levels(settings);
  const auto each = static_cast<std::size_t>(atoms * 3);
  Tensor positions = Tensor::empty({settings.samples, atoms, 3});
  const auto of = [&](std::int64_t s) { return std::span(positions.mutable_data<float>() + s * atoms * 3, each); };
  for (std::int64_t s = 0; s < settings.samples; ++s) {
    noise.start(s, of(s));
    for (float& x : of(s)) x *= levels[0];
  }
  std::vector<float> drawn(each);
  for (std::int64_t step = 0; step < settings.steps; ++step) {
    check_interrupted();
    const float before = levels[static_cast<std::size_t>(step)], next = levels[static_cast<std::size_t>(step) + 1];
    const float judged = settings.noisier == NoisierStep::by_next_level ? next : before;
    const float level = before * (1 + (judged > settings.gamma_above ? settings.gamma : 0));
    const float scale = settings.noise_scale * std::sqrt(std::max(level * level - before * before, 0.0F));
    for (std::int64_t s = 0; s < settings.samples; ++s) {
      const DiffusionNoise::Pose drawn_pose = noise.step(step, s, drawn);
      pose(of(s), drawn, drawn_pose, scale, settings.turning);
    }
    const Tensor denoised = denoise(positions, level);
    if (seen) seen({step, level, positions, denoised});
    for (std::int64_t s = 0; s < settings.samples && settings.from == StepFrom::superposed; ++s)
      superpose(of(s), std::span(denoised.data<float>() + s * atoms * 3, each));
    const float far = settings.step_scale * (next - level) / level;
    float* to = positions.mutable_data<float>();
    const float* clean = denoised.data<float>();
    for (std::int64_t i = 0; i < positions.count(); ++i) to[i] += far * (to[i] - clean[i]);
  }
  return positions;
}

}  // namespace groel::structure_models
