// Lays atoms in a row and windows over them.
#include "structure_models/atom_windows.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "base/threads.h"

namespace groel::structure_models {
namespace {

// `places`: of atoms, and of empty queries where they count.
std::int64_t first_key(std::int64_t window, std::int64_t places, WindowEdge edge) {
  const std::int64_t wanted = window * kWindowQueries + kWindowQueries / 2 - kWindowKeys / 2;
  if (edge == WindowEdge::cut) return wanted;
  return wanted < 0 ? 0 : std::min(wanted, places - kWindowKeys);  // before the first atom where there are few
}

}  // namespace

AtomWindows atom_windows(std::span<const std::uint8_t> mask, std::int64_t slots, WindowEdge edge) {
  AtomWindows out;
  out.slots = slots;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (static_cast<std::int64_t>(i) % slots == 0) out.first_atom.push_back(static_cast<std::int32_t>(out.slot.size()));
    if (mask[i] == 0) continue;
    out.slot.push_back(static_cast<std::int32_t>(i));
    out.token.push_back(static_cast<std::int32_t>(static_cast<std::int64_t>(i) / slots));
  }
  out.first_atom.push_back(static_cast<std::int32_t>(out.slot.size()));
  out.atoms = static_cast<std::int64_t>(out.slot.size());
  if (out.atoms == 0) throw Error(ErrorKind::bad_input, "there is no atom to predict");
  out.windows = (out.atoms + kWindowQueries - 1) / kWindowQueries;
  const std::int64_t places = edge == WindowEdge::padded ? out.windows * kWindowQueries : out.atoms;
  for (std::int64_t w = 0; w < out.windows; ++w) {
    const std::int64_t first = first_key(w, places, edge);
    for (std::int64_t key = first; key < first + kWindowKeys; ++key)
      out.keys.push_back(key >= 0 && key < out.atoms ? static_cast<std::int32_t>(key) : -1);
  }
  return out;
}

Tensor taken_rows(const Tensor& x, std::span<const std::int32_t> rows) {
  const std::int64_t width = x.size(1), stride = x.row_stride();
  Tensor out = Tensor::empty({static_cast<std::int64_t>(rows.size()), width});
  const float* from = x.data<float>();
  float* to = out.mutable_data<float>();
  constexpr std::int64_t kPart = 256;
  const auto count = static_cast<std::int64_t>(rows.size());
  parallel_for((count + kPart - 1) / kPart, [&](std::int64_t part) {
    for (std::int64_t i = part * kPart; i < std::min(count, (part + 1) * kPart); ++i) {
      const std::int32_t row = rows[static_cast<std::size_t>(i)];
      if (row < 0)
        std::fill_n(to + i * width, width, 0.0F);
      else
        std::copy_n(from + row * stride, width, to + i * width);
    }
  });
  return out;
}

}  // namespace groel::structure_models
