// Looks for the options by their names, so that none has to say that it names a model.
#include "tasks/reading/named_models.h"

#include "checkpoints/find_model.h"
#include "checkpoints/model_cache.h"
#include "hub/environment.h"
#include "tasks/pull/download.h"

namespace groel::tasks {
namespace {

bool is_wanted(const checkpoints::MissingModel& model, const Downloads& downloads) {
  if (downloads.wanted) return true;
  if (!downloads.ask || model.size.empty() || hub::is_offline()) return false;
  return downloads.ask(fmt::format("{} is not on this machine ({}).\nDownload it into {}?", model.id, model.size,
                                   checkpoints::hub_cache().string()));
}

}  // namespace

std::vector<std::string> named_models(const std::vector<OptionSpec>& table, const Options& options) {
  std::vector<std::string> out;
  for (const OptionSpec& spec : table) {
    if ((spec.name != "model" && spec.name != "from") || !options.has(spec.name)) continue;
    const nlohmann::json& value = options.at(spec.name);
    if (value.is_string()) out.push_back(value.get<std::string>());
    if (!value.is_array()) continue;
    for (const nlohmann::json& word : value)
      if (word.is_string()) out.push_back(word.get<std::string>());
  }
  return out;
}

void get_missing_models(const std::vector<OptionSpec>& table, const Options& options, Context& context) {
  if (!context.downloads.wanted && !context.downloads.ask) return;
  for (const std::string& name : named_models(table, options))
    if (const auto missing = checkpoints::missing_model(name); missing && is_wanted(*missing, context.downloads))
      download_model({.id = missing->id}, context.sink);
}

}  // namespace groel::tasks
