// One folder of golden data: its inputs, expected arrays and configuration, and which arrays were compared.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "io/arrays.h"

namespace groel::golden {

class Case {
 public:
  /// Reads what is there. Errors: those of the readers; bad_input for inputs.json without expected.safetensors, or the
  /// other way round.
  explicit Case(std::filesystem::path folder);

  const std::filesystem::path& folder() const { return folder_; }
  std::string name() const { return folder_.filename().string(); }
  bool holds(const std::string& file) const { return std::filesystem::exists(folder_ / file); }
  /// A JSON file of the folder; null where there is none. Errors: as read_json.
  nlohmann::json json(const std::string& file) const;
  const nlohmann::json& inputs() const { return inputs_; }
  const nlohmann::json& config() const { return config_; }

  /// Arrays of expected.safetensors. Errors: bad_input naming one that is not there, or is of an odd type.
  bool has(const std::string& array) const { return expected_.arrays.contains(array); }
  const std::vector<std::int64_t>& shape(const std::string& array) const { return array_of(array).shape; }
  std::vector<double> numbers(const std::string& array) const;
  std::vector<float> values(const std::string& array) const;
  /// Names that begin so, in order.
  std::vector<std::string> names(const std::string& prefix) const;
  /// Names of the arrays that were read, and of those that were not.
  std::vector<std::string> read() const { return {read_.begin(), read_.end()}; }
  std::vector<std::string> unread() const;

 private:
  const io::Array& array_of(const std::string& name) const;

  std::filesystem::path folder_;
  nlohmann::json inputs_, config_;
  io::ArrayFile expected_;
  mutable std::set<std::string> read_;
};

}  // namespace groel::golden
