// The curves of a run, read back from its metrics.jsonl: for tables, and for pictures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace groel::train {

/// What was logged at one step; a value that was not is absent.
struct CurvePoint {
  std::int64_t step = 0;
  double epoch = 0;
  std::optional<double> loss, learning_rate, gradient_norm, tokens, tokens_per_second;
  std::optional<double> eval_loss, eval_perplexity, eval_accuracy;
};

/// Every step of the file, rising. Errors: not_found, io; bad_input naming the line that is no JSON object with a step.
std::vector<CurvePoint> read_curve(const std::filesystem::path& metrics_file);

/// A table for people of at most `rows` points, evenly spread over the steps; the first and the last are among them.
std::string curve_table(const std::vector<CurvePoint>& curve, std::size_t rows);

}  // namespace groel::train
