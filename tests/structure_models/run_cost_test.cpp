// What a run is said to take, against what the pool of tensors lends it.
#include "structure_models/run_cost.h"

#include <gtest/gtest.h>

#include "structure_models/structure_network.h"

namespace groel::structure_models {
namespace {

constexpr double kGigabyte = 1e9;

NetworkCost published(std::int64_t tokens, KeptLogits kept = KeptLogits::all) {
  RunSettings settings;
  settings.kept = kept;
  const NetworkFacts facts = alphafold3_facts();
  return run_cost(facts.forms, {tokens, 8 * tokens, 16384, true}, settings, facts.parameters);
}

TEST(Cost, GrowsWithTheSquareOfTokens) {
  EXPECT_EQ(alphafold3_facts().parameters, 368'384'538);
  const NetworkCost small = published(1024), large = published(2048);
  EXPECT_NEAR(static_cast<double>(small.weights), 1.47 * kGigabyte, 0.01 * kGigabyte);
  // Four arrays of 128 numbers for each pair are 2.1 GB at 1024 tokens.
  EXPECT_GT(static_cast<double>(small.beside()), 2.1 * kGigabyte);
  EXPECT_LT(static_cast<double>(small.beside()), 5 * kGigabyte);
  EXPECT_GT(large.beside(), 3 * small.beside());
  EXPECT_GT(large.trunk_work, 5 * small.trunk_work);
  EXPECT_LT(published(2048, KeptLogits::none).diffusion, large.diffusion);
  // Tera-operations of a trunk of 11 passes at 1024 tokens: some hundreds.
  EXPECT_GT(small.trunk_work, 1e14);
  EXPECT_LT(small.trunk_work, 5e15);
}

}  // namespace
}  // namespace groel::structure_models
