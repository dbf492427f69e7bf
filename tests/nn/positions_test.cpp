// Positions of packed sequences, and sequences longer than the table of positions.
#include "nn/positions.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace groel::nn {
namespace {

using Ids = std::vector<std::int32_t>;

Ids positions(const Ids& tokens, const Ids& cu, std::int64_t rows) {
  const auto count = [](const Ids& ids) { return Shape{static_cast<std::int64_t>(ids.size())}; };
  const Tensor out =
      position_ids(Tensor::of<std::int32_t>(count(tokens), tokens), Tensor::of<std::int32_t>(count(cu), cu),
                   {.rows = rows, .pad = 1, .residues = rows - 4});
  const auto values = out.values<std::int32_t>();
  return {values.begin(), values.end()};
}

TEST(Positions, StartAtTwoInEverySequence) {
  EXPECT_EQ(positions({0, 5, 2, 0, 5, 6, 2}, {0, 3, 7}, 10), (Ids{2, 3, 4, 2, 3, 4, 5}));
}

TEST(Positions, PaddingHasItsOwnAndCountsForNothing) {
  EXPECT_EQ(positions({0, 1, 2, 3, 4, 5}, {0, 6}, 10), (Ids{2, 1, 3, 4, 5, 6}));
}

TEST(Positions, TheTableLimitsTheLength) {
  EXPECT_EQ(positions({0, 5, 2}, {0, 3}, 5), (Ids{2, 3, 4}));
  EXPECT_EQ(max_tokens(5), 3);
  try {
    positions({0, 5, 5, 2}, {0, 4}, 5);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bad_input);
    EXPECT_NE(std::string(error.what()).find("2 residues, but this model has positions for 1"), std::string::npos);
  }
}

}  // namespace
}  // namespace groel::nn
