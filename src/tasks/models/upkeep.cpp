// Calls hub/upkeep.h over the cache and says what came of it.
#include "tasks/models/upkeep.h"

#include "hub/upkeep.h"
#include "tasks/reading/hub_name.h"
#include "tasks/reading/options.h"

namespace groel::tasks {
namespace {

using nlohmann::ordered_json;

constexpr const char* kCache = "Cache of the Hugging Face hub";

void say(const ModelsOptions& options, Context& context, const ordered_json& json, const std::string& text) {
  context.out << (options.json ? json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n" : text);
}

int remove_one(const ModelsOptions& options, Context& context) {
  const std::string id = hub_name(options.remove);
  const std::uint64_t freed = hub::remove_cached(hub::Cache(), id);
  say(options, context, {{"removed", id}, {"freed_bytes", freed}},
      fmt::format("{} is removed: {} are free again\n", id, format_bytes(freed)));
  return 0;
}

int prune_all(const ModelsOptions& options, Context& context) {
  const hub::Cache cache;
  std::uint64_t freed = 0;
  for (const std::string& id : cache.ids()) freed += hub::prune_cached(cache, id);
  say(options, context, {{"freed_bytes", freed}}, fmt::format("{} are free again\n", format_bytes(freed)));
  return 0;
}

int verify_all(const ModelsOptions& options, Context& context) {
  const hub::Cache cache;
  ordered_json problems = ordered_json::array();
  std::string text;
  for (const std::string& id : cache.ids())
    for (const hub::CacheProblem& problem : hub::verify_cached(cache, id)) {
      problems.push_back({{"model", id}, {"path", problem.path}, {"what", problem.what}});
      text += fmt::format("{}: {}\n  {}\n", id, problem.what, problem.path);
    }
  const std::size_t models = cache.ids().size();
  if (problems.empty()) text = fmt::format("{} checked: every file is what its name says\n", counted(models, "model"));
  say(options, context, {{"models", models}, {"problems", problems}}, text);
  return problems.empty() ? 0 : 1;
}

}  // namespace

void ModelsOptions::declare(OptionBinder& to) {
  to(json, json_option());
  to.group(kCache);
  to(remove, {.name = "remove", .help = "Remove this model from it, all revisions", .value_name = "MODEL"});
  to(prune,
     {.name = "prune",
      .help = "Remove what nothing leads to: revisions without a name, files of none, downloads that were broken "
              "off"});
  to(verify, {.name = "verify", .help = "Compare every file with the hash that it is named by"});
}

int look_after_cache(const ModelsOptions& options, Context& context) {
  if (!options.remove.empty() + options.prune + options.verify > 1)
    throw Error(ErrorKind::usage, {"`remove`, `prune` and `verify` are done one at a time", {}, {}});
  if (!options.remove.empty()) return remove_one(options, context);
  return options.prune ? prune_all(options, context) : verify_all(options, context);
}

}  // namespace groel::tasks
