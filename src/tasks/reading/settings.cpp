// Reads the user's settings: the file is TOML with a key for each, and a variable of the environment goes before it.
#include "tasks/reading/settings.h"

#include <algorithm>
#include <cstdlib>

#include "base/options.h"
#include "base/text_file.h"
#include "base/threads.h"
#include "base/toml.h"
#include "checkpoints/bundled.h"

namespace groel::tasks {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kLargestFile = std::size_t{1} << 20;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

const SettingKind* kind_called(const std::string& key) {
  const auto& all = setting_kinds();
  const auto found = std::find_if(all.begin(), all.end(), [&](const SettingKind& kind) { return kind.key == key; });
  return found == all.end() ? nullptr : &*found;
}

[[noreturn]] void refuse(const std::string& what, const std::string& where, const std::string& remedy) {
  throw Error(ErrorKind::usage, {what, where, remedy});
}

json checked_threads(const json& value, const std::string& where) {
  // The table's own reader of whole numbers, whose message would name a flag that nobody gave.
  const std::vector<OptionSpec> table{{.name = "threads", .type = OptionType::integer}};
  try {
    const json number = Options(table, {{"threads", value}}).at("threads");
    if (number >= 0 && number <= kMostThreads) return number;
  } catch (const Error&) {
  }
  refuse(fmt::format("{} is not a number of threads", value.dump()), where,
         fmt::format("1 to {}, or 0 for every core", kMostThreads));
}

json checked_text(const std::string& key, const json& value, const std::string& where) {
  if (!value.is_string() || value.get<std::string>().empty())
    refuse(fmt::format("'{}' takes a text", key), where, fmt::format("write {} = \"…\"", key));
  return value;
}

// "~/models" as a shell would read it.
json with_home(const json& value) {
  const auto text = value.get<std::string>();
  return text == "~" || text.starts_with("~/") ? variable("HOME") + text.substr(1) : text;
}

json checked(const std::string& key, const json& value, const std::string& where) {
  if (key == "threads") return checked_threads(value, where);
  if (key == "memory" || key == "vector_cache") {
    parse_bytes(value.is_string() ? value.get<std::string>() : value.dump(), where);
    return value;
  }
  return with_home(checked_text(key, value, where));
}

[[noreturn]] void refuse_unknown(const TomlEntry& entry) {
  std::vector<std::string> keys;
  for (const SettingKind& kind : setting_kinds()) keys.emplace_back(kind.key);
  if (!entry.table.empty() && kind_called(entry.key) != nullptr)
    refuse("settings are in no tables", entry.where, fmt::format("leave [{}] out", entry.table));
  const auto near = nearest(entry.key, keys);
  refuse(fmt::format("there is no setting '{}'", entry.key), entry.where,
         near ? fmt::format("did you mean '{}'?", *near) : "choose from: " + listed(keys));
}

std::vector<Setting> file_settings() {
  const auto file = settings_file();
  std::error_code ignored;
  if (!file || (variable("GROEL_CONFIG").empty() && !fs::exists(*file, ignored))) return {};
  return parse_settings(read_text(*file, kLargestFile), file->string());
}

// The variable that says; none where the environment does not.
std::optional<Setting> environment_setting(const SettingKind& kind) {
  for (const char* name : kind.variables)
    if (const std::string value = variable(name); !value.empty())
      return Setting{std::string(kind.key), checked(std::string(kind.key), value, name), name};
  return std::nullopt;
}

}  // namespace

const std::vector<SettingKind>& setting_kinds() {
  static const std::vector<SettingKind> all{
      {"model",
       {"GROEL_MODEL"},
       "the model that commands use when none is named: what -m takes",
       checkpoints::bundled_models().front().name},
      {"threads", {"GROEL_THREADS"}, "threads to use; 0: every core", "every core"},
      {"memory", {"GROEL_MEMORY"}, "memory to stay within: \"4G\"", "80 % of what is free"},
      {"vector_cache", {"GROEL_VECTOR_CACHE"}, "vectors that training keeps on disk, at most: \"8G\"; 0: none", "8G"},
      {"cache",
       {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"},
       "folder for models from the Hugging Face hub",
       "~/.cache/huggingface/hub"},
  };
  return all;
}

std::optional<fs::path> settings_file() {
  if (const char* named = std::getenv("GROEL_CONFIG"))
    return *named == '\0' ? std::nullopt : std::optional<fs::path>(named);
  const fs::path config = variable("XDG_CONFIG_HOME");
  if (config.is_absolute()) return config / "groel" / "config.toml";  // the standard ignores relative ones
  const fs::path home = variable("HOME");
  return home.empty() ? std::nullopt : std::optional(home / ".config" / "groel" / "config.toml");
}

std::vector<Setting> parse_settings(const std::string& text, const std::string& label) {
  std::vector<Setting> out;
  for (const TomlEntry& entry : parse_toml(text, label)) {
    if (!entry.table.empty() || kind_called(entry.key) == nullptr) refuse_unknown(entry);
    out.push_back({entry.key, checked(entry.key, entry.value, entry.where), entry.where});
  }
  return out;
}

std::vector<Setting> read_settings() {
  std::vector<Setting> file = file_settings();
  std::vector<Setting> out;
  for (const SettingKind& kind : setting_kinds()) {
    if (auto set = environment_setting(kind)) {
      out.push_back(*std::move(set));
      continue;
    }
    for (Setting& one : file)
      if (one.key == kind.key) out.push_back(std::move(one));
  }
  return out;
}

const std::vector<Setting>& user_settings() {
  static const std::vector<Setting> settings = read_settings();
  return settings;
}

json setting_values(const std::vector<Setting>& settings) {
  json out = json::object();
  for (const Setting& setting : settings) out[setting.key] = setting.value;
  return out;
}

void set_cache(const std::vector<Setting>& settings) {
  for (const Setting& setting : settings)
    if (const SettingKind* kind = kind_called(setting.key); setting.key == "cache")
      if (std::all_of(kind->variables.begin(), kind->variables.end(),
                      [](const char* name) { return variable(name).empty(); }))
        ::setenv(kind->variables.front(), setting.value.get<std::string>().c_str(), 1);
}

}  // namespace groel::tasks
