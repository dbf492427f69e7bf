// Ids as names of HDF5 objects: every record gets one of its own.
#include "formats/link_names.h"

#include <gtest/gtest.h>

namespace groel::formats::h5 {
namespace {

TEST(LinkNames, EscapesAndKeepsApart) {
  LinkNames names;
  EXPECT_EQ(names.next("P1"), "P1");
  EXPECT_EQ(names.next("a/b"), "a_b");
  EXPECT_EQ(names.next("a_b"), "a_b~2");
  EXPECT_EQ(names.next("a_b~2"), "a_b~2~2");
  EXPECT_EQ(names.next("a/b"), "a_b~3");
  EXPECT_EQ(names.next(""), "_");
  EXPECT_EQ(names.next("."), "_~2");
  EXPECT_EQ(names.next("/"), "_~3");
  EXPECT_EQ(names.next("x~2"), "x~2");
  EXPECT_EQ(names.next("x"), "x");
  EXPECT_EQ(names.next("x"), "x~3");
  EXPECT_EQ(names.next(".."), "..");
}

}  // namespace
}  // namespace groel::formats::h5
