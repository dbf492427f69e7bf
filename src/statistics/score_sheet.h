// Scores by name, in order, and which of them the data leave undefined.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

namespace groel::statistics {

/// What the functions of this layer give as one sheet: numbers, lists, matrices, under scikit-learn's names.
class ScoreSheet {
 public:
  /// A number; NaN is kept as null, and `why` says what is missing.
  void put(const std::string& name, double value, const std::string& why = "its value is not defined for these data");
  void put_list(const std::string& name, nlohmann::ordered_json value) { values_[name] = std::move(value); }
  /// What `score` gives; null with the error's text where it throws bad_input.
  void compute(const std::string& name, const std::function<double()>& score);
  /// Says why a score is undefined, or is a number that is there by convention alone ("0 for 2 of 5 classes: …").
  void undefined(const std::string& name, const std::string& why) { undefined_.emplace_back(name, why); }

  const nlohmann::ordered_json& values() const noexcept { return values_; }
  /// Names and reasons.
  const std::vector<std::pair<std::string, std::string>>& undefined() const noexcept { return undefined_; }
  /// The values that are single numbers, as resampling and comparisons need them.
  std::map<std::string, double> numbers() const;

 private:
  nlohmann::ordered_json values_ = nlohmann::ordered_json::object();
  std::vector<std::pair<std::string, std::string>> undefined_;
};

}  // namespace groel::statistics
