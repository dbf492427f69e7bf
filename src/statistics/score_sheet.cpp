// Keeps the scores of a predictor by name.
#include "statistics/score_sheet.h"

#include <cmath>

#include "base/error.h"

namespace groel::statistics {

void ScoreSheet::put(const std::string& name, double value, const std::string& why) {
  values_[name] = std::isnan(value) ? nlohmann::ordered_json() : nlohmann::ordered_json(value);
  if (std::isnan(value)) undefined(name, why);
}

void ScoreSheet::compute(const std::string& name, const std::function<double()>& score) {
  try {
    put(name, score());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::bad_input) throw;
    put(name, NAN, error.what());
  }
}

std::map<std::string, double> ScoreSheet::numbers() const {
  std::map<std::string, double> out;
  for (const auto& [name, value] : values_.items())
    if (value.is_number()) out[name] = value.get<double>();
  return out;
}

}  // namespace groel::statistics
