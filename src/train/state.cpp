// Converts the state of a run to JSON and back; numbers keep every bit.
#include "train/state.h"

#include "base/error.h"

namespace groel::train {
namespace {

using nlohmann::json;

json optional_json(const std::optional<double>& value) { return value ? json(*value) : json(nullptr); }

std::optional<double> optional_of(const json& value) {
  return value.is_null() ? std::nullopt : std::optional(value.get<double>());
}

}  // namespace

json TrainerState::to_json() const {
  return {{"global_step", step},
          {"epoch", position.epoch},
          {"epoch_sequences", position.next},
          {"tokens", tokens},
          {"seconds", seconds},
          {"interval",
           {{"loss", interval.loss},
            {"targets", interval.targets},
            {"tokens", interval.tokens},
            {"seconds", interval.seconds}}},
          {"first_loss", optional_json(first_loss)},
          {"best_metric", optional_json(best)},
          {"best_step", best_step},
          {"evaluations_without_gain", evaluations_without_gain},
          {"evaluated_step", evaluated_step},
          {"metrics_bytes", metrics_bytes},
          {"events_file", events_file},
          {"events_bytes", events_bytes}};
}

TrainerState TrainerState::from_json(const json& json, const std::string& label) try {
  TrainerState s;
  s.step = json.at("global_step").get<std::int64_t>();
  s.position = {json.at("epoch").get<std::int64_t>(), json.at("epoch_sequences").get<std::int64_t>()};
  s.tokens = json.at("tokens").get<std::int64_t>();
  s.seconds = json.at("seconds").get<double>();
  const auto& interval = json.at("interval");
  s.interval = {interval.at("loss").get<double>(), interval.at("targets").get<std::int64_t>(),
                interval.at("tokens").get<std::int64_t>(), interval.at("seconds").get<double>()};
  s.first_loss = optional_of(json.at("first_loss"));
  s.best = optional_of(json.at("best_metric"));
  s.best_step = json.at("best_step").get<std::int64_t>();
  s.evaluations_without_gain = json.at("evaluations_without_gain").get<std::int64_t>();
  s.evaluated_step = json.at("evaluated_step").get<std::int64_t>();
  s.metrics_bytes = json.at("metrics_bytes").get<std::int64_t>();
  s.events_file = json.at("events_file").get<std::string>();
  s.events_bytes = json.at("events_bytes").get<std::int64_t>();
  return s;
} catch (const nlohmann::json::exception& error) {
  throw Error(ErrorKind::bad_input, {fmt::format("not a trainer's state: {}", error.what()), label, {}});
}

}  // namespace groel::train
