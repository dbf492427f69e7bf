// groel models: what can be loaded.
#include "engine/bundled.h"
#include "models/family.h"
#include "tasks/task.h"

namespace groel::tasks {
namespace {

using nlohmann::json;

json families_json() {
  json out = json::array();
  for (const models::Family& family : models::families()) {
    json known = json::array();
    for (const models::KnownCheckpoint& checkpoint : family.known)
      known.push_back({{"name", checkpoint.name},
                       {"layers", checkpoint.layers},
                       {"width", checkpoint.width},
                       {"heads", checkpoint.heads},
                       {"parameters", checkpoint.parameters > 0 ? json(checkpoint.parameters) : json()}});
    out.push_back(
        {{"family", family.name}, {"summary", family.summary}, {"citation", family.citation}, {"checkpoints", known}});
  }
  return out;
}

json bundled_json() {
  json out = json::array();
  for (const engine::BundledModel& model : engine::bundled_models()) {
    const auto folder = engine::find_bundled(model);
    out.push_back(
        {{"name", model.name}, {"summary", model.summary}, {"path", folder ? json(folder->string()) : json()}});
  }
  return out;
}

int run(const Options& options, Context& context) {
  const json all = {{"bundled", bundled_json()}, {"families", families_json()}};
  if (options.flag("json")) {
    context.out << all.dump(2) << '\n';
    return 0;
  }
  context.out << "Bundled (use the name after -m):\n";
  for (const json& model : all["bundled"])
    context.out << fmt::format("  {:<20} {}{}\n", model["name"].get<std::string>(), model["summary"].get<std::string>(),
                               model["path"].is_null() ? " (not installed)" : "");
  for (const json& family : all["families"]) {
    context.out << fmt::format("\n{}: {}\n  {:<36} {:>6} {:>6} {:>6} {:>15}\n", family["family"].get<std::string>(),
                               family["summary"].get<std::string>(), "checkpoint", "layers", "width", "heads",
                               "parameters");
    for (const json& c : family["checkpoints"])
      context.out << fmt::format("  {:<36} {:>6} {:>6} {:>6} {:>15}\n", c["name"].get<std::string>(),
                                 c["layers"].get<int>(), c["width"].get<int>(), c["heads"].get<int>(),
                                 c["parameters"].is_null() ? "" : c["parameters"].dump());
  }
  context.out << "\nAny checkpoint of these families works: -m FOLDER (Hugging Face) or -m FILE.pt (fair-esm).\n";
  return 0;
}

}  // namespace

Task models_task() {
  return {.name = "models",
          .summary = "List the bundled models and the checkpoints that can be loaded",
          .description = "Bundled models are used by name; every other checkpoint by the path of its folder or file.",
          .examples = {{"groel models", "a table"}, {"groel models --json", "for programs"}},
          .options = {json_option()},
          .run = run};
}

}  // namespace groel::tasks
