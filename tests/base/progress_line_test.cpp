// The line that long runs show says what was counted, and nothing else.
#include "base/progress_line.h"

#include <gtest/gtest.h>

namespace groel::testing {
namespace {

TEST(ProgressLine, TellsRateAndRestByResidues) {
  EXPECT_EQ(
      progress_line({.phase = "embedding", .done = 20, .total = 50, .tokens = 300, .total_tokens = 900, .seconds = 2}),
      "embedding 20/50 records, 150 residues/s, 0:04 left");
}

TEST(ProgressLine, TellsNoRateWhereNoResiduesAreCounted) {
  EXPECT_EQ(
      progress_line({.phase = "gin", .done = 3, .total = 12, .seconds = 6, .unit = "epochs", .detail = "loss 0.5"}),
      "gin 3/12 epochs, loss 0.5, 0:18 left");
}

TEST(ProgressLine, TellsNothingOfAnUnknownEnd) {
  EXPECT_EQ(progress_line({.phase = "reading", .done = 3, .seconds = 6, .unit = "proteins"}), "reading 3 proteins");
}

}  // namespace
}  // namespace groel::testing
