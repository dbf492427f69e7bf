// Shows what a network computes on its way, to whoever asks: tests against reference values.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>

#include "tensor/tensor.h"

namespace groel::structure_models {

/// Tensors are valid during the call only.
class ModuleTaps {
 public:
  using Seen = std::function<void(const std::string& name, const Tensor& value)>;
  ModuleTaps() = default;
  explicit ModuleTaps(Seen seen, std::string path = {}) : seen_(std::move(seen)), path_(std::move(path)) {}

  bool wanted() const { return static_cast<bool>(seen_); }
  void show(std::string_view name, const Tensor& value) const {
    if (seen_) seen_(path_ + std::string(name), value);
  }
  /// For a part: its names come after `name.`.
  ModuleTaps inside(std::string_view name) const {
    return seen_ ? ModuleTaps(seen_, fmt::format("{}{}.", path_, name)) : ModuleTaps();
  }

 private:
  Seen seen_;
  std::string path_;
};

}  // namespace groel::structure_models
