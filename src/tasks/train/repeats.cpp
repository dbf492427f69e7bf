// Trains again and again, and sums up.
#include "tasks/train/repeats.h"

#include <cmath>
#include <filesystem>
#include <map>

#include "base/text_file.h"
#include "base/words.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

TrainOptions nth(const TrainOptions& options, std::int64_t repeat) {
  TrainOptions one = options;
  one.repeats = 1;
  one.seed += repeat;
  one.all["seed"] = one.seed;
  one.output = (std::filesystem::path(*options.output) / fmt::format("repeat-{}", repeat + 1)).string();
  return one;
}

ordered_json summed(const std::vector<double>& values) {
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double deviation = values.size() > 1 ? std::sqrt(squares / static_cast<double>(values.size() - 1)) : 0;
  return {{"mean", mean}, {"deviation", deviation}, {"values", values}};
}

// Scores by the name of whose they are: "predictor", "3-mers".
using Collected = std::map<std::string, std::map<std::string, std::vector<double>>>;

void take(const ordered_json& judged, Collected& to) {
  const auto one = [&](const ordered_json& of) {
    for (const auto& [name, value] : of["scores"].items())
      if (value.is_number()) to[of["name"].get<std::string>()][name].push_back(value.get<double>());
  };
  one(judged["predictor"]);
  for (const ordered_json& baseline : judged["baselines"]) one(baseline);
}

}  // namespace

ordered_json train_repeats(const TrainOptions& options,
                           const std::function<ordered_json(const TrainOptions& one)>& train, Sink& sink) {
  std::map<std::string, Collected> splits;
  for (std::int64_t repeat = 0; repeat < options.repeats; ++repeat) {
    const TrainOptions one = nth(options, repeat);
    sink.note(fmt::format("repeat {} of {}: seed {}", repeat + 1, options.repeats, one.seed));
    const ordered_json judged = train(one);
    for (const auto& [split, of] : judged.items()) take(of, splits[split]);
  }
  ordered_json out{{"repeats", options.repeats}, {"first_seed", options.seed}};
  for (const auto& [split, collected] : splits)
    for (const auto& [who, scores] : collected)
      for (const auto& [name, values] : scores) out["scores"][split][who][name] = summed(values);
  write_text(std::filesystem::path(*options.output) / "repeats.json", out.dump(2) + "\n");
  return out;
}

std::string repeats_table(const ordered_json& repeats) {
  std::string out;
  if (!repeats.contains("scores")) return out;
  for (const auto& [split, collected] : repeats["scores"].items()) {
    out +=
        fmt::format("{}, mean and deviation of {}:\n", split, counted(repeats["repeats"].get<std::int64_t>(), "run"));
    for (const auto& [who, scores] : collected.items())
      for (const auto& [name, of] : scores.items())
        out += fmt::format("  {:<18} {:<28} {:.4f} ± {:.4f}\n", who, name, of["mean"].get<double>(),
                           of["deviation"].get<double>());
  }
  return out;
}

}  // namespace groel::tasks
