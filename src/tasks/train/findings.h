// Warnings that a person should know before they believe a training run, as text and in --json.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/progress.h"

namespace groel::tasks {

class Findings {
 public:
  explicit Findings(Sink& sink) : sink_(sink) {}
  /// Warns, and keeps the warning.
  void warn(const std::string& text) {
    sink_.warning(text);
    warnings_.push_back(text);
  }
  Sink& sink() const { return sink_; }
  const std::vector<std::string>& warnings() const { return warnings_; }

  std::int64_t held_out = 0;            ///< sequences
  std::int64_t held_out_identical = 0;  ///< of them, those that are also learned from

 private:
  Sink& sink_;
  std::vector<std::string> warnings_;
};

}  // namespace groel::tasks
