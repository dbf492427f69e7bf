// Learning rates as transformers.get_scheduler gives them.
#include "train/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.h"

namespace groel::train {
namespace {

std::vector<double> rates(const ScheduleOptions& options, std::int64_t steps) {
  std::vector<double> out;
  for (std::int64_t step = 0; step < steps; ++step) out.push_back(Schedule(options).rate({step}));
  return out;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-15) << i;
}

// lrs of the golden training runs: linear, warm-up 3 of 12.
TEST(Schedule, LinearWithWarmup) {
  expect_near(
      rates({.kind = ScheduleKind::linear, .rate = 1e-3, .warmup_steps = 3, .total_steps = 12}, 12),
      {0, 1e-3 / 3, 2e-3 / 3, 1e-3, 8e-3 / 9, 7e-3 / 9, 6e-3 / 9, 5e-3 / 9, 4e-3 / 9, 3e-3 / 9, 2e-3 / 9, 1e-3 / 9});
}

TEST(Schedule, CosineAndConstant) {
  expect_near(rates({.kind = ScheduleKind::cosine, .rate = 2, .warmup_steps = 1, .total_steps = 5}, 6),
              {0, 2, 1 + std::sqrt(0.5), 1, 1 - std::sqrt(0.5), 0});
  expect_near(rates({.kind = ScheduleKind::constant, .rate = 2, .warmup_steps = 2, .total_steps = 3}, 4), {0, 1, 2, 2});
}

TEST(Schedule, FloorAndEnd) {
  expect_near(rates({.kind = ScheduleKind::linear, .rate = 1, .total_steps = 2, .floor = 0.1}, 4), {1, 0.55, 0.1, 0.1});
}

TEST(Schedule, TimeDecidesWhereStepsDoNot) {
  const Schedule schedule({.kind = ScheduleKind::linear, .rate = 1, .warmup_steps = 2});
  EXPECT_DOUBLE_EQ(schedule.rate({1, 0.9}), 0.5);
  EXPECT_DOUBLE_EQ(schedule.rate({50, 0.25}), 0.75);
  EXPECT_DOUBLE_EQ(schedule.rate({50, 1.5}), 0.0);
}

TEST(Schedule, WarmupRatioIsRoundedUp) {
  EXPECT_EQ(warmup_steps(0.1, 60), 6);
  EXPECT_EQ(warmup_steps(0.1, 61), 7);
  EXPECT_EQ(warmup_steps(0, 61), 0);
}

TEST(Schedule, BadValuesAreRefused) {
  EXPECT_THROW(Schedule({.rate = -1}), Error);
  EXPECT_THROW(Schedule({.rate = 1, .floor = 1.5}), Error);
  EXPECT_THROW(Schedule({.rate = 1, .warmup_steps = -1}), Error);
  EXPECT_THROW(parse_schedule("lineer"), Error);
}

}  // namespace
}  // namespace groel::train
