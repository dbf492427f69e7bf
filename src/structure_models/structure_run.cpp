// What runs of all networks do alike.
#include "structure_models/structure_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace groel::structure_models {

std::vector<float> positions_by_slot(const Tensor& positions, const AtomWindows& atoms, std::int64_t tokens) {
  std::vector<float> out(static_cast<std::size_t>(tokens * atoms.slots * 3));
  const float* from = positions.data<float>();
  for (std::size_t a = 0; a < atoms.slot.size(); ++a) std::copy_n(from + 3 * a, 3, out.begin() + 3 * atoms.slot[a]);
  return out;
}

std::vector<float> logits_of_atoms(const Tensor& logits, const AtomWindows& atoms) {
  const std::int64_t bins = logits.size(1) / atoms.slots;
  std::vector<float> out;
  for (const std::int32_t slot : atoms.slot) {
    const float* from = logits.data<float>() + slot * bins;
    out.insert(out.end(), from, from + bins);
  }
  return out;
}

void require_numbers(const Tensor& x, const char* what, const char* network) {
  for (const float value : x.values<float>())
    if (!std::isfinite(value))
      throw Error(ErrorKind::bad_model, {fmt::format("{} are no numbers any more", what), network,
                                         "are the weights whole? `dtype=f32` rules out what rounding could do"});
}

}  // namespace groel::structure_models
