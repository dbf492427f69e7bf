// Brings arrays of AlphaFold 3's network to the shapes that a case has them in, and compares.
#include "golden/af3_network_case.h"

#include <algorithm>
#include <cmath>

namespace groel::golden {

using namespace structure_models;

void NetworkRun::compare(const std::string& array, const Tensor& ours, const AtomWindows& atoms, double tolerance,
                         Worst& worst) const {
  if (!golden_.has(key(array))) return;
  const auto& shape = golden_.shape(key(array));
  const Tensor flat = ours.clone();
  const auto values = flat.values<float>();
  if (static_cast<std::int64_t>(values.size()) == element_count(shape)) return compare(array, values, tolerance, worst);
  // Atoms where the case has windows of 32, or tokens with 24 slots; zeros between.
  const std::int64_t width = shape.back(), count = static_cast<std::int64_t>(values.size()) / width;
  std::vector<float> placed(static_cast<std::size_t>(element_count(shape)));
  const bool slots = shape[shape.size() - 2] == atoms.slots;
  const std::int64_t each = slots ? atoms.tokens() * atoms.slots : atoms.windows * kWindowQueries;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t atom = i % atoms.atoms;
    const std::int64_t place = i / atoms.atoms * each + (slots ? atoms.slot[static_cast<std::size_t>(atom)] : atom);
    std::copy_n(values.data() + i * width, width, placed.data() + place * width);
  }
  compare(array, placed, tolerance, worst);
}

void NetworkRun::compare(const std::string& array, std::span<const float> ours, double tolerance, Worst& worst) const {
  if (!golden_.has(key(array))) return;
  const std::vector<float> expected = golden_.values(key(array));
  if (expected.size() != ours.size()) return worst.add(array, INFINITY, "another size");
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const bool both_nan = std::isnan(expected[i]) && std::isnan(ours[i]);
    const double apart = both_nan ? 0 : std::abs(double{expected[i]} - ours[i]);
    worst.add(array, std::isnan(apart) ? INFINITY : apart / tolerance, fmt::format("{}: value {}", key(array), i));
  }
}

}  // namespace groel::golden
