// Arrays by name, padded to the number of tokens.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>
#include <type_traits>

#include "base/error.h"
#include "folding/features.h"

namespace groel::folding {

class FeatureWriter {
 public:
  FeatureWriter(Features& to, std::size_t padded) : to_(to), padded_(padded) {}
  std::size_t padded() const noexcept { return padded_; }

  /// As it is. bool is written as boolean.
  template <class T>
  void add(const std::string& name, std::vector<std::int64_t> shape, const std::vector<T>& values) {
    FeatureArray& array = to_[name];
    array.dtype = type<T>();
    array.shape = std::move(shape);
    array.bytes.resize(values.size() * sizeof(T));
    if (!values.empty()) std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
    std::int64_t count = 1;
    for (const std::int64_t size : array.shape) count *= size;
    GROEL_REQUIRE(count == std::ssize(values));
  }
  /// [tokens, inner…], with zeros for the tokens that pad.
  template <class T>
  void add_tokens(const std::string& name, std::vector<T> values, const std::vector<std::int64_t>& inner = {}) {
    std::vector<std::int64_t> shape{static_cast<std::int64_t>(padded_)};
    std::size_t width = 1;
    for (const std::int64_t size : inner) shape.push_back(size), width *= static_cast<std::size_t>(size);
    values.resize(padded_ * width);
    add(name, shape, values);
  }
  /// [outer, tokens, inner] of [outer, `tokens`, inner].
  template <class T>
  void add_rows(const std::string& name, const std::vector<T>& values, std::size_t outer, std::size_t tokens,
                const std::vector<std::int64_t>& inner = {}) {
    std::size_t width = 1;
    std::vector<std::int64_t> shape{static_cast<std::int64_t>(outer), static_cast<std::int64_t>(padded_)};
    for (const std::int64_t size : inner) shape.push_back(size), width *= static_cast<std::size_t>(size);
    std::vector<T> all(outer * padded_ * width);
    for (std::size_t r = 0; r < outer; ++r)
      std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(r * tokens * width), tokens * width,
                  all.begin() + static_cast<std::ptrdiff_t>(r * padded_ * width));
    add(name, shape, all);
  }

  /// Truth values are kept as bytes, as there are no vectors of bool to point to.
  struct Truth {
    std::uint8_t value = 0;
    Truth() = default;
    Truth(bool set) : value(set ? 1 : 0) {}  // NOLINT: wherever a truth value is
  };

 private:
  template <class T>
  static constexpr DType type() {
    static_assert(sizeof(T) == 1 || std::is_arithmetic_v<T>);
    if constexpr (std::is_same_v<T, Truth>)
      return DType::boolean;
    else if constexpr (std::is_same_v<T, std::int64_t>)
      return DType::i64;
    else if constexpr (std::is_same_v<T, std::int32_t>)
      return DType::i32;
    else if constexpr (std::is_same_v<T, std::int8_t>)
      return DType::i8;
    else if constexpr (std::is_same_v<T, double>)
      return DType::f64;
    else
      return DType::f32;
  }

  Features& to_;
  std::size_t padded_;
};

/// Where atoms and tokens lie in each other's arrays (feature_gathers.cpp).
void add_gathers(const TokenLayout& layout, const ComponentTable& components,
                 const std::vector<ReferenceResidue>& references, FeatureWriter& to);
/// Which tokens have a frame of three atoms that are not in a line (feature_frames.cpp). [tokens]
std::vector<FeatureWriter::Truth> frames_mask(const TokenLayout& layout,
                                              const std::vector<ReferenceResidue>& references);

}  // namespace groel::folding
