// Views of arrays that the library owns, without copying them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace groel {

/// Row-major f32 values with their shape. It keeps them alive; copies see the same ones.
class Array {
 public:
  Array() = default;
  Array(std::vector<std::int64_t> shape, std::span<const float> values, std::shared_ptr<const void> owner)
      : shape_(std::move(shape)), values_(values), owner_(std::move(owner)) {}

  const std::vector<std::int64_t>& shape() const noexcept { return shape_; }
  std::span<const float> values() const noexcept { return values_; }
  bool empty() const noexcept { return values_.empty(); }

 private:
  std::vector<std::int64_t> shape_;
  std::span<const float> values_;
  std::shared_ptr<const void> owner_;
};

}  // namespace groel
