// Masks of residues, and labels that they leave out.
#include "train/label_mask.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace groel::train {
namespace {

TEST(LabelMask, LeavesOutWhatAnyMaskDoes) {
  std::int64_t left_out = 0;
  EXPECT_EQ(masked_labels("HHCE", {"0111", "1110"}, left_out), "\x1fHC\x1f");
  EXPECT_EQ(left_out, 2);
  EXPECT_EQ(masked_labels("HHCE", {"1.0 0.0 1.0 1.0"}, left_out),
            "H\x1f"
            "CE");
  EXPECT_EQ(masked_labels("helix coil", {"01"}, left_out), "\x1f coil");
  EXPECT_EQ(left_out, 4);
}

TEST(LabelMask, RefusesOtherMasks) {
  std::int64_t left_out = 0;
  EXPECT_THROW(masked_labels("HHCE", {"011"}, left_out), Error);
  EXPECT_THROW(masked_labels("HHCE", {"0112"}, left_out), Error);
}

}  // namespace
}  // namespace groel::train
