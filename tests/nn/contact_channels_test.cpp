// The channels of the contact head are what its regression adds up.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "nn/contact_head.h"
#include "support/golden.h"

namespace groel::nn {
namespace {

Tensor some_maps(std::int64_t heads, std::int64_t n) {
  Tensor maps = Tensor::empty({heads, n, n});
  float* values = maps.mutable_data<float>();
  for (std::int64_t i = 0; i < maps.count(); ++i) values[i] = static_cast<float>((i * 37 + i * i % 11) % 29) / 29;
  return maps;
}

TEST(ContactChannels, ByHand) {
  // Residues 1 and 2 of the inner block [[1, 2], [4, 3]]: symmetric [[2, 6], [6, 6]], sums 8 and 12 of 20.
  Tensor maps = Tensor::zeros({1, 4, 4});
  float* values = maps.mutable_data<float>();
  values[5] = 1;
  values[6] = 2;
  values[9] = 4;
  values[10] = 3;
  values[0] = values[15] = values[3] = 9;  // the tokens at the ends do not count
  const Tensor channels = contact_channels({maps, 1, 3});
  EXPECT_EQ(channels.shape(), (Shape{1, 2, 2}));
  const float* out = channels.data<float>();
  EXPECT_FLOAT_EQ(out[0], 2 - 3.2F);
  EXPECT_FLOAT_EQ(out[1], 6 - 4.8F);
  EXPECT_FLOAT_EQ(out[2], 6 - 4.8F);
  EXPECT_FLOAT_EQ(out[3], 6 - 7.2F);
}

TEST(ContactChannels, AreWhatTheHeadAddsUp) {
  ContactHead head(1, 3);
  const Tree tree = tree_of(head);
  const std::vector<float> weights{0.5F, -2, 3};
  *tree.parameters[0].slot = Tensor::of<float>({1, 3}, std::span<const float>(weights));
  *tree.parameters[1].slot = Tensor::zeros({1});
  head.ready({});
  const Tensor maps = some_maps(3, 9);
  Tensor logits = Tensor::zeros({7, 7});
  head.accumulate(logits, 0, {maps, 1, 8});
  const Tensor channels = contact_channels({maps, 1, 8});
  for (std::int64_t i = 0; i < 49; ++i) {
    float sum = 0;
    for (std::int64_t h = 0; h < 3; ++h)
      sum += weights[static_cast<std::size_t>(h)] * channels.data<float>()[h * 49 + i];
    EXPECT_NEAR(logits.data<float>()[i], sum, 1e-5);
  }
}

TEST(ContactChannels, AreThoseOfTheResiduesWhateverIsAroundThem) {
  const Tensor all = some_maps(2, 9);
  Tensor inner = Tensor::empty({2, 5, 5});
  for (std::int64_t h = 0; h < 2; ++h)
    for (std::int64_t i = 0; i < 5; ++i)
      std::copy_n(all.data<float>() + (h * 9 + i + 3) * 9 + 3, 5, inner.mutable_data<float>() + (h * 5 + i) * 5);
  const Tensor cut = contact_channels({inner, 0, 5}), found = contact_channels({all, 3, 8});
  EXPECT_TRUE(std::ranges::equal(found.values<float>(), cut.values<float>())) << "bitwise";
  EXPECT_THROW(contact_channels({all, 3, 10}), Error);
}

}  // namespace
}  // namespace groel::nn
