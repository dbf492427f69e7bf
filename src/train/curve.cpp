// Reading and printing curves.
#include "train/curve.h"

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.h"
#include "base/text_file.h"

namespace groel::train {
namespace {

using nlohmann::json;

void merge(CurvePoint& point, const json& line) {
  const auto take = [&](const char* name, std::optional<double>& to) {
    if (line.contains(name) && line[name].is_number()) to = line[name].get<double>();
  };
  take("loss", point.loss);
  take("lr", point.learning_rate);
  take("grad_norm", point.gradient_norm);
  take("tokens", point.tokens);
  take("tokens_per_second", point.tokens_per_second);
  take("eval_loss", point.eval_loss);
  take("eval_perplexity", point.eval_perplexity);
  take("eval_accuracy", point.eval_accuracy);
  point.epoch = line.value("epoch", point.epoch);
}

std::string cell(const std::optional<double>& value, const char* pattern) {
  return value ? fmt::format(fmt::runtime(pattern), *value) : "";
}

std::string row(const CurvePoint& p) {
  return fmt::format("{:>8}  {:>8.2f}  {:>8}  {:>9}  {:>8}  {:>10}  {:>8}  {:>9}\n", p.step, p.epoch,
                     cell(p.loss, "{:.4f}"), cell(p.learning_rate, "{:.2e}"), cell(p.eval_loss, "{:.4f}"),
                     cell(p.eval_perplexity, "{:.3f}"), cell(p.eval_accuracy, "{:.4f}"),
                     cell(p.tokens_per_second, "{:.0f}"));
}

}  // namespace

std::vector<CurvePoint> read_curve(const std::filesystem::path& metrics_file) {
  std::map<std::int64_t, CurvePoint> points;
  std::istringstream text(read_text(metrics_file, std::size_t{1} << 30));
  std::int64_t number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    const json values = json::parse(line, nullptr, false);
    if (!values.is_object() || !values.contains("step") || !values["step"].is_number_integer())
      throw Error(ErrorKind::bad_input,
                  {"not a line of metrics", fmt::format("{}:{}", metrics_file.string(), number), {}});
    const auto step = values["step"].get<std::int64_t>();
    points[step].step = step;
    merge(points[step], values);
  }
  std::vector<CurvePoint> out;
  for (const auto& [step, point] : points) out.push_back(point);
  return out;
}

std::string curve_table(const std::vector<CurvePoint>& curve, std::size_t rows) {
  std::string text = fmt::format("{:>8}  {:>8}  {:>8}  {:>9}  {:>8}  {:>10}  {:>8}  {:>9}\n", "step", "epoch", "loss",
                                 "lr", "held-out", "perplexity", "accuracy", "tokens/s");
  const std::size_t shown = std::min(rows, curve.size());
  for (std::size_t i = 0; i < shown; ++i)
    text += row(curve[shown == 1 ? curve.size() - 1 : i * (curve.size() - 1) / (shown - 1)]);
  return text;
}

}  // namespace groel::train
