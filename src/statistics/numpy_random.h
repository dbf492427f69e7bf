// numpy.random.RandomState: the same numbers for the same seed.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

namespace groel::statistics {

/// MT19937, seeded by one word, and the draws that are made from it.
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint32_t seed) : engine_(seed) {}
  std::uint32_t word() { return static_cast<std::uint32_t>(engine_()); }
  /// random_sample(): uniform in [0, 1), 53 bits.
  double uniform();
  /// randn(): the polar method; every second number is kept from the draw before.
  double normal();
  /// Uniform in [0, highest], as shuffle() and randint(0, highest + 1) draw it.
  std::uint32_t interval(std::uint32_t highest);
  /// shuffle(), in place.
  void shuffle(std::vector<std::int64_t>& values);
  /// permutation(count).
  std::vector<std::int64_t> permutation(std::int64_t count);
  /// choice(count, drawn, replace=False). `drawn` is at most `count`.
  std::vector<std::int64_t> choice(std::int64_t count, std::int64_t drawn);

 private:
  std::mt19937 engine_;
  std::optional<double> kept_;
};

}  // namespace groel::statistics
