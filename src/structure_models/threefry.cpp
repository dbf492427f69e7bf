// Threefry-2x32 with 20 rounds, and JAX's numbers made of its bits.
#include "structure_models/threefry.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "base/threads.h"

namespace groel::structure_models {
namespace {

std::array<std::uint32_t, 2> threefry(const std::array<std::uint32_t, 2>& key, std::uint64_t counter) {
  constexpr int kRotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  const std::array<std::uint32_t, 3> words{key[0], key[1], key[0] ^ key[1] ^ 0x1BD11BDAU};
  std::uint32_t x0 = static_cast<std::uint32_t>(counter >> 32) + words[0];
  std::uint32_t x1 = static_cast<std::uint32_t>(counter) + words[1];
  for (std::uint32_t round = 0; round < 5; ++round) {
    for (const int rotation : kRotations[round % 2]) {
      x0 += x1;
      x1 = std::rotl(x1, rotation) ^ x0;
    }
    x0 += words[(round + 1) % 3];
    x1 += words[(round + 2) % 3] + round + 1;
  }
  return {x0, x1};
}

float polynomial(float x, std::span<const float> coefficients) {
  float sum = coefficients.front();
  for (const float next : coefficients.subspan(1)) sum = next + sum * x;
  return sum;
}

}  // namespace

float inverse_erf(float x) {
  static constexpr std::array<float, 9> kNear{2.81022636e-08F,  3.43273939e-07F, -3.5233877e-06F,
                                              -4.39150654e-06F, 0.00021858087F,  -0.00125372503F,
                                              -0.00417768164F,  0.246640727F,    1.50140941F};
  static constexpr std::array<float, 9> kFar{-0.000200214257F, 0.000100950558F, 0.00134934322F,
                                             -0.00367342844F,  0.00573950773F,  -0.0076224613F,
                                             0.00943887047F,   1.00167406F,     2.83297682F};
  const float w = -std::log1p(-x * x);
  return x * (w < 5 ? polynomial(w - 2.5F, kNear) : polynomial(std::sqrt(w) - 3, kFar));
}

JaxKey JaxKey::child(std::uint64_t index) const {
  const auto words = threefry(words_, index);
  return {words[0], words[1]};
}

JaxKey JaxKey::split() {
  const JaxKey out = child(1);
  *this = child(0);
  return out;
}

JaxKey JaxKey::fold_in(std::uint32_t data) const { return child(data); }

std::uint32_t JaxKey::bits(std::uint64_t index) const {
  const auto words = threefry(words_, index);
  return words[0] ^ words[1];
}

float JaxKey::uniform(std::uint64_t index, float low, float high) const {
  const float unit = std::bit_cast<float>(bits(index) >> 9 | 0x3F800000U) - 1.0F;
  return std::max(low, unit * (high - low) + low);
}

void JaxKey::normal(std::span<float> to) const {
  constexpr std::size_t kPart = 4096;
  const float least = std::nextafter(-1.0F, 0.0F);
  parallel_for(static_cast<std::int64_t>((to.size() + kPart - 1) / kPart), [&](std::int64_t part) {
    const std::size_t begin = static_cast<std::size_t>(part) * kPart;
    for (std::size_t i = begin; i < std::min(begin + kPart, to.size()); ++i)
      to[i] = std::sqrt(2.0F) * inverse_erf(uniform(i, least, 1));
  });
}

float JaxKey::gumbel(std::uint64_t index) const {
  return -std::log(-std::log(uniform(index, std::numeric_limits<float>::min(), 1)));
}

}  // namespace groel::structure_models
