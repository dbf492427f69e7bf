// Stages of a run, one after the other.
#include "structure_models/protenix_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "structure_models/protenix_scores.h"

namespace groel::structure_models {
namespace {

// Keys of a seed: one for each pass, one for the diffusion.
JaxKey pass_key(std::uint32_t seed, std::int64_t pass) {
  return JaxKey(seed).child(0).fold_in(static_cast<std::uint32_t>(pass));
}

// Of one pass: a random number of rows, in random order.
std::vector<std::int32_t> drawn_rows(JaxKey key, std::int64_t rows, std::int64_t most) {
  const std::int64_t highest = std::min(rows, most);
  const auto count = std::clamp<std::int64_t>(
      1 + static_cast<std::int64_t>(key.child(0).uniform(0) * static_cast<float>(highest)), 1, highest);
  std::vector<std::int32_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), 0);
  const JaxKey of_order = key.child(1);
  std::ranges::stable_sort(order, {}, [&](std::int32_t row) { return of_order.bits(static_cast<std::uint64_t>(row)); });
  order.resize(static_cast<std::size_t>(count));
  return order;
}

// Each sample's own numbers, whichever others are asked for.
class SeededNoise final : public DiffusionNoise {
 public:
  SeededNoise(JaxKey key, std::span<const std::int64_t> wanted) : key_(key), wanted_(wanted) {}
  void start(std::int64_t sample, std::span<float> to) override { of(sample).child(0).normal(to); }
  Pose step(std::int64_t step, std::int64_t sample, std::span<float> to) override {
    const JaxKey key = of(sample).child(1).fold_in(static_cast<std::uint32_t>(step));
    key.child(0).normal(to);
    Pose out{};
    key.child(1).normal(out.vectors);
    key.child(2).normal(out.translation);
    return out;
  }

 private:
  JaxKey of(std::int64_t sample) const {
    return key_.fold_in(static_cast<std::uint32_t>(wanted_[static_cast<std::size_t>(sample)]));
  }
  JaxKey key_;
  std::span<const std::int64_t> wanted_;
};

void require_finite(const Tensor& x, const char* what) {
  for (const float value : x.values<float>())
    if (!std::isfinite(value))
      throw Error(ErrorKind::bad_model, {fmt::format("{} are no numbers any more", what), "Protenix's network",
                                         "are the weights whole? `dtype=f32` rules out what rounding could do"});
}

}  // namespace

Alphafold3RunSettings protenix_run_settings() {
  Alphafold3RunSettings out;
  out.passes = 10;
  out.alignment_rows = 16384;
  out.sampler = protenix_sampler();
  return out;
}

ProtenixRun::ProtenixRun(const Protenix& network, ProtenixInput input, std::uint32_t seed,
                         const Alphafold3RunSettings& settings)
    : network_(network),
      input_(std::move(input)),
      settings_(settings),
      diffusion_(JaxKey(seed).child(1)),
      features_(network.features(input_)) {
  for (std::int64_t pass = 0; pass < settings.passes; ++pass)
    rows_.push_back(drawn_rows(pass_key(seed, pass), input_.rows, settings.alignment_rows));
}

void ProtenixRun::embed(const RunWatcher& watcher) {
  embeddings_ = network_.embed(input_, features_, rows_, {}, [&](const Protenix::Progress& progress) {
    if (watcher)
      watcher({"trunk", progress.pass * progress.blocks + progress.block, progress.passes * progress.blocks});
  });
  require_finite(embeddings_.single, "the trunk's embeddings");
}

std::vector<float> ProtenixRun::contacts() const {
  std::vector<float> out;
  nn::folding::for_grid_rows(
      input_.tokens, 4 * network_.shape().distogram_bins, [&](const nn::folding::GridRows& rows) {
        const Tensor logits = network_.distogram(embeddings_.pair, rows);
        const std::vector<float> some = protenix_contacts(logits.values<float>(), logits.size(1));
        out.insert(out.end(), some.begin(), some.end());
      });
  return out;
}

PredictedSample ProtenixRun::judged(std::int64_t sample, const Tensor& positions) const {
  const std::int64_t slots = features_.atoms.slots;
  PredictedSample out{sample, std::vector<float>(static_cast<std::size_t>(input_.tokens * slots * 3)), {}, {}};
  const float* from = positions.data<float>();
  for (std::size_t a = 0; a < features_.atoms.slot.size(); ++a)
    std::copy_n(from + 3 * a, 3, out.positions.begin() + 3 * features_.atoms.slot[a]);
  const ProtenixConfidenceLogits logits = network_.confidence(input_, features_, embeddings_, positions);
  out.lddt = folding::expected_lddt(logits.lddt.values<float>());
  nn::folding::for_grid_rows(input_.tokens, 4 * network_.shape().trunk.pair_width,
                             [&](const nn::folding::GridRows& rows) {
                               const Tensor errors = network_.confidence_head().errors(logits, rows);
                               folding::add_aligned_errors(errors.values<float>(), static_cast<std::size_t>(rows.begin),
                                                           input_.asym_id, out.errors);
                             });
  return out;
}

void ProtenixRun::sample(std::span<const std::int64_t> wanted, const std::function<void(const PredictedSample&)>& take,
                         const RunWatcher& watcher) {
  SamplerSettings sampler = settings_.sampler;
  sampler.samples = std::ssize(wanted);
  SeededNoise noise(diffusion_, wanted);
  Tensor positions;
  {
    const DiffusionConditions conditions = network_.conditions(input_, features_, embeddings_, settings_.kept);
    positions = sample_positions(
        sampler, input_.atoms(), noise,
        [&](const Tensor& noisy, float level) { return network_.diffusion().denoise(noisy, level, conditions); },
        [&](const SamplerStep& step) {
          if (watcher) watcher({"diffusion", step.step + 1, sampler.steps});
        });
  }
  require_finite(positions, "positions");
  for (std::size_t s = 0; s < wanted.size(); ++s) {
    const auto row = static_cast<std::int64_t>(s);
    take(judged(wanted[s], positions.rows(row, row + 1).reshape({input_.atoms(), 3})));
    if (watcher) watcher({"confidence", row + 1, std::ssize(wanted)});
  }
}

}  // namespace groel::structure_models
