// Golden cases: inputs and the reference's outputs, from tests/data.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "io/arrays.h"

namespace groel::testing {

inline std::filesystem::path data(const std::string& name) { return std::filesystem::path(GROEL_TEST_DATA) / name; }

/// One folder of golden data: `inputs.json` and `expected.safetensors`.
class Golden {
 public:
  explicit Golden(const std::string& name)
      : folder(data(name)), expected_(io::read_safetensors(folder / "expected.safetensors")) {
    std::ifstream(folder / "inputs.json") >> inputs;
  }
  bool has(const std::string& array) const { return expected_.arrays.contains(array); }
  std::vector<float> values(const std::string& array) const {
    const io::Array& found = expected_.arrays.at(array);
    std::vector<float> out(found.bytes.size() / sizeof(float));
    std::memcpy(out.data(), found.bytes.data(), found.bytes.size());
    return out;
  }
  std::vector<std::int64_t> shape(const std::string& array) const { return expected_.arrays.at(array).shape; }
  std::vector<std::string> sequences() const { return inputs["sequences"]; }
  std::vector<std::vector<std::int32_t>> ids() const { return inputs["input_ids"]; }

  std::filesystem::path folder;
  nlohmann::json inputs;

 private:
  io::ArrayFile expected_;
};

/// ‖a − b‖ / ‖b‖; infinite when the sizes differ or a value is not finite.
inline double relative_l2(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return INFINITY;
  double difference = 0;
  double norm = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
    norm += double{b[i]} * b[i];
  }
  return std::isfinite(difference) ? std::sqrt(difference / std::max(norm, 1e-300)) : INFINITY;
}

inline double max_difference(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return INFINITY;
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(double{a[i]} - b[i]);
    if (!(difference <= worst)) worst = std::isnan(difference) ? INFINITY : difference;
  }
  return worst;
}

inline double cosine(std::span<const float> a, std::span<const float> b) {
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += double{a[i]} * b[i];
    aa += double{a[i]} * a[i];
    bb += double{b[i]} * b[i];
  }
  return ab / std::sqrt(aa * bb);
}

}  // namespace groel::testing
