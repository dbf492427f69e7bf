// What golden cases of ESM3 share: numbers of inputs.json, and whole arrays.
#pragma once

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "esm3/protein.h"
#include "golden/case.h"
#include "support/compare.h"

namespace groel::golden {

/// A number, or "nan", "inf", "-inf".
inline float number_of(const nlohmann::json& value) {
  if (value.is_number()) return value.get<float>();
  const std::string text = value.is_string() ? value.get<std::string>() : "nan";
  if (text == "inf") return std::numeric_limits<float>::infinity();
  return text == "-inf" ? -std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
}

/// All numbers of nested lists.
inline void flatten(const nlohmann::json& list, std::vector<float>& to) {
  if (!list.is_array()) return to.push_back(number_of(list));
  for (const nlohmann::json& each : list) flatten(each, to);
}
inline std::vector<float> flat(const nlohmann::json& list) {
  std::vector<float> out;
  flatten(list, out);
  return out;
}

inline std::vector<std::int32_t> whole_numbers(const std::vector<double>& numbers) {
  std::vector<std::int32_t> out;
  for (const double x : numbers) out.push_back(static_cast<std::int32_t>(x));
  return out;
}

inline Tensor floats(std::vector<std::int64_t> shape, const std::vector<float>& values) {
  return Tensor::of<float>(std::move(shape), values);
}

/// "" when they are the same; else where they first differ.
template <class A, class B>
std::string differs(const A& ours, const B& expected, const std::string& what) {
  if (ours.size() != expected.size()) return fmt::format("{}: {} values, not {}", what, ours.size(), expected.size());
  for (std::size_t i = 0; i < ours.size(); ++i)
    if (ours[i] != expected[i]) return fmt::format("{}[{}]: {}, not {}", what, i, ours[i], expected[i]);
  return {};
}

/// The largest difference; infinite where one is no number, or infinite, and the other is not the same.
inline double furthest(const std::vector<float>& ours, const std::vector<float>& expected) {
  if (ours.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double worst = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (std::isnan(ours[i]) && std::isnan(expected[i])) continue;
    if (ours[i] == expected[i]) continue;
    const double apart = std::abs(static_cast<double>(ours[i]) - expected[i]);
    worst = std::max(worst, std::isfinite(apart) ? apart : std::numeric_limits<double>::infinity());
  }
  return worst;
}

inline std::vector<float> values_of(const Tensor& x) {
  const auto span = x.values<float>();
  return {span.begin(), span.end()};
}

}  // namespace groel::golden
