// Looking into a network while it runs.
#pragma once

#include <functional>
#include <string>

#include "tensor/tensor.h"

namespace groel::structure_models {

/// Is called with intermediate arrays as they come, by name. What it is given changes after the call: who wants to keep
/// values copies them. May be empty.
using Watch = std::function<void(const std::string& name, const Tensor& value)>;

inline void show(const Watch& watch, const std::string& name, const Tensor& value) {
  if (watch) watch(name, value);
}
/// The same with something before every name.
inline Watch prefixed(const Watch& watch, std::string prefix) {
  if (!watch) return {};
  return [&watch, prefix = std::move(prefix)](const std::string& name, const Tensor& value) {
    watch(prefix + name, value);
  };
}

}  // namespace groel::structure_models
