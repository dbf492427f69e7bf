// Draws numbers as numpy does.
#include "statistics/numpy_random.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.h"

namespace groel::statistics {

double NumpyRandom::uniform() {
  const std::uint32_t high = word() >> 5;
  const std::uint32_t low = word() >> 6;
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

std::uint32_t NumpyRandom::interval(std::uint32_t highest) {
  std::uint32_t mask = highest;
  for (const int shift : {1, 2, 4, 8, 16}) mask |= mask >> shift;
  std::uint32_t value = word() & mask;
  while (value > highest) value = word() & mask;
  return value;
}

void NumpyRandom::shuffle(std::vector<std::int64_t>& values) {
  for (std::size_t i = values.size(); i-- > 1;) std::swap(values[i], values[interval(static_cast<std::uint32_t>(i))]);
}

std::vector<std::int64_t> NumpyRandom::permutation(std::int64_t count) {
  std::vector<std::int64_t> out(static_cast<std::size_t>(count));
  std::iota(out.begin(), out.end(), std::int64_t{0});
  shuffle(out);
  return out;
}

std::vector<std::int64_t> NumpyRandom::choice(std::int64_t count, std::int64_t drawn) {
  GROEL_REQUIRE(drawn >= 0 && drawn <= count);
  std::vector<std::int64_t> out = permutation(count);
  out.resize(static_cast<std::size_t>(drawn));
  return out;
}

double NumpyRandom::normal() {
  if (const auto kept = std::exchange(kept_, std::nullopt)) return *kept;
  double x = 0, y = 0, square = 0;
  do {
    x = 2 * uniform() - 1;
    y = 2 * uniform() - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double scale = std::sqrt(-2 * std::log(square) / square);
  kept_ = scale * x;
  return scale * y;
}

}  // namespace groel::statistics
