// The public training function: runs the command line's task in the caller's session.
#include <groel/train.h>

#include <algorithm>
#include <sstream>

#include "api/impl.h"
#include "tasks/task.h"

namespace groel {
namespace {

std::string_view verb_of(TrainingObjective objective) {
  if (objective == TrainingObjective::classify) return "classify";
  return objective == TrainingObjective::residues ? "residues" : "mlm";
}

const tasks::Task& train_task() {
  const auto& all = tasks::tasks();
  return *std::find_if(all.begin(), all.end(), [](const tasks::Task& task) { return task.name == "train"; });
}

nlohmann::json given_of(const TrainingRequest& request, const tasks::Task& task) {
  nlohmann::json out = nlohmann::json::object();
  for (const auto& [name, value] : request.more) {
    const auto spec = std::find_if(task.options.begin(), task.options.end(),
                                   [&, &name = name](const OptionSpec& one) { return one.name == name; });
    const bool flag = spec != task.options.end() && spec->type == OptionType::flag;
    out[name] = flag ? nlohmann::json(value == "true") : nlohmann::json(value);
  }
  for (const OptionSpec& spec : task.options)
    if (spec.type == OptionType::paths) out[spec.name] = {std::string(verb_of(request.objective))};
  out["data"] = request.data;
  out["output"] = request.output;
  if (request.from) out["from"] = *request.from;
  out["json"] = true;
  return out;
}

}  // namespace

TrainingSummary train(const TrainingRequest& request, const Session& session) {
  const tasks::Task& task = train_task();
  std::ostringstream said;
  engine::Session& own = session.impl()->session;
  tasks::Context context{said, own.sink(), &own};
  tasks::run_task(task, Options(task.options, given_of(request, task)), context);
  const auto summary = nlohmann::json::parse(said.str());
  TrainingSummary out{summary.at("model"), summary.at("steps"), summary.at("stopped"), {}};
  if (const auto loss = summary.find("loss"); loss != summary.end() && loss->is_number()) out.loss = *loss;
  return out;
}

}  // namespace groel
