// What the outputs made of hidden states share.
#pragma once

#include "models/model.h"
#include "ops/pool.h"

namespace groel::engine {

inline std::int64_t width_of_states(const models::ModelInfo& info) { return info.width; }

/// All rows of x as one segment.
inline ops::Segments all_rows(const Tensor& x) {
  return {Tensor::of<std::int32_t>({1}, {0}), Tensor::of<std::int32_t>({1}, {static_cast<std::int32_t>(x.size(0))})};
}

}  // namespace groel::engine
