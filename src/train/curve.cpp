// Reads and prints training curves.
#include "train/curve.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "base/error.h"
#include "base/text_file.h"

namespace groel::train {
namespace {

using nlohmann::json;

constexpr std::size_t kCell = 11;

void merge(CurvePoint& point, const json& line) {
  for (const auto& [name, value] : line.items())
    if (value.is_number() && name != "step" && name != "epoch") point.values[name] = value.get<double>();
  point.epoch = line.value("epoch", point.epoch);
}

// Losses and scores to four digits after the point, rates and speeds to three in all.
std::string cell(const std::string& name, const std::optional<double>& value) {
  if (!value) return "";
  if (name == "lr") return fmt::format("{:.2e}", *value);
  return name == "tokens_per_second" ? fmt::format("{:.0f}", *value) : fmt::format("{:.4f}", *value);
}

std::string title(const std::string& name) {
  if (name == "eval_loss") return "held-out";
  if (name == "tokens_per_second") return "tokens/s";
  return name.starts_with("eval_") ? name.substr(5) : name;
}

}  // namespace

std::optional<double> CurvePoint::value(const std::string& name) const {
  const auto at = values.find(name);
  return at == values.end() ? std::nullopt : std::optional(at->second);
}

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

std::vector<std::string> held_out_names(const std::vector<CurvePoint>& curve) {
  std::set<std::string> found;
  for (const auto& point : curve)
    for (const auto& [name, value] : point.values)
      if (name.starts_with("eval_")) found.insert(name);
  for (const char* no_score : {"eval_loss", "eval_targets", "eval_seconds"}) found.erase(no_score);
  std::vector<std::string> out(found.begin(), found.end());
  const bool loss =
      std::ranges::any_of(curve, [](const CurvePoint& point) { return point.values.contains("eval_loss"); });
  if (loss) out.insert(out.begin(), "eval_loss");
  return out;
}

std::string curve_table(const std::vector<CurvePoint>& curve, std::size_t rows) {
  std::vector<std::string> columns = held_out_names(curve);
  columns.insert(columns.begin(), {"loss", "lr"});
  columns.emplace_back("tokens_per_second");
  std::string text = fmt::format("{:>8}  {:>8}", "step", "epoch");
  for (const auto& name : columns) text += fmt::format("  {:>{}}", title(name), std::max(kCell, title(name).size()));
  text += '\n';
  const std::size_t shown = std::min(rows, curve.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const CurvePoint& point = curve[shown == 1 ? curve.size() - 1 : i * (curve.size() - 1) / (shown - 1)];
    text += fmt::format("{:>8}  {:>8.2f}", point.step, point.epoch);
    for (const auto& name : columns)
      text += fmt::format("  {:>{}}", cell(name, point.value(name)), std::max(kCell, title(name).size()));
    text += '\n';
  }
  return text;
}

}  // namespace groel::train
