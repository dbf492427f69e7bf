// The curves of a training run, read back from its metrics.jsonl, for tables and pictures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace groel::train {

/// What was logged at one step.
struct CurvePoint {
  std::int64_t step = 0;
  double epoch = 0;
  std::map<std::string, double> values;  ///< by their names in the file: "loss", "lr", "eval_loss", "eval_accuracy"...

  std::optional<double> value(const std::string& name) const;
};

/// Every step of the file, rising. Errors: not_found, io; bad_input naming the line that is no JSON object with a step.
std::vector<CurvePoint> read_curve(const std::filesystem::path& metrics_file);

/// Names of what was measured on held-out data ("eval_loss", ...), in the order of the alphabet with the loss first;
/// counts and times left out.
std::vector<std::string> held_out_names(const std::vector<CurvePoint>& curve);

/// A table for people of at most `rows` points, evenly spread over the steps; the first and the last are among them.
std::string curve_table(const std::vector<CurvePoint>& curve, std::size_t rows);

}  // namespace groel::train
