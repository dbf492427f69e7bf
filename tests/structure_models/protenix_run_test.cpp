// Runs of Protenix's network: repeatable, samples by themselves, different seeds.
#include "structure_models/protenix/run.h"

#include <gtest/gtest.h>

#include <cmath>

#include "support/golden.h"
#include "support/protenix_input.h"

namespace groel::structure_models {
namespace {

const Protenix& protenix_network() {
  static const auto one = load_protenix(testing::data("protenix-tiny") / "model.pt");
  return *one;
}

std::vector<PredictedSample> protenix_samples(std::uint32_t seed, const std::vector<std::int64_t>& wanted) {
  const testing::ProtenixGiven given(testing::data("protenix-tiny") / "inputs.safetensors");
  RunSettings settings = protenix_run_settings(protenix_network().shape());
  settings.passes = 2;
  settings.sampler.steps = 4;
  ProtenixRun run(protenix_network(), given.input(), seed, settings);
  run.embed();
  std::vector<PredictedSample> out;
  run.sample(wanted, [&](const PredictedSample& one) { out.push_back(one); });
  return out;
}

TEST(ProtenixRuns, SamplesDoNotDependOnOneAnother) {
  const auto all = protenix_samples(7, {0, 1, 2}), one = protenix_samples(7, {1});
  ASSERT_EQ(all.size(), 3U);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].sample, 1);
  EXPECT_EQ(one[0].positions, all[1].positions);
  EXPECT_EQ(one[0].lddt, all[1].lddt);
  EXPECT_EQ(one[0].errors.pae, all[1].errors.pae);
  EXPECT_NE(all[0].positions, all[1].positions);
  for (const float x : all[0].positions) EXPECT_TRUE(std::isfinite(x));
}

TEST(ProtenixRuns, SeedsDiffer) {
  EXPECT_NE(protenix_samples(7, {0})[0].positions, protenix_samples(8, {0})[0].positions);
}

// Four templates, two blocks over the alignment and two of the Pairformer in each pass.
TEST(ProtenixRuns, EveryPartOfAPassIsProgress) {
  const testing::ProtenixGiven given(testing::data("protenix-tiny") / "inputs.safetensors");
  RunSettings settings = protenix_run_settings(protenix_network().shape());
  settings.passes = 2;
  ProtenixRun run(protenix_network(), given.input(), 7, settings);
  std::int64_t seen = 0;
  run.embed([&](const RunProgress& progress) {
    EXPECT_EQ(progress.stage, "trunk");
    EXPECT_EQ(progress.total, 2 * (4 + 2 + 2));
    EXPECT_EQ(progress.done, ++seen);
  });
  EXPECT_EQ(seen, 16);
}

TEST(ProtenixRuns, ShapesAreThoseOfTheComplex) {
  const auto one = protenix_samples(7, {0})[0];
  EXPECT_EQ(one.positions.size(), 25U * 24 * 3);
  EXPECT_EQ(one.lddt.size(), 25U * 24);
  EXPECT_EQ(one.errors.pae.size(), 25U * 25);
}

}  // namespace
}  // namespace groel::structure_models
