// Golden cases: inputs and the reference's outputs, from tests/data.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "io/arrays.h"
#include "support/compare.h"

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

}  // namespace groel::testing
