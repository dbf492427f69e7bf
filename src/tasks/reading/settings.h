// The user's own defaults, from the environment and from a file: which model, how many threads, how much memory, where
// downloads go.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace groel::tasks {

/// What a user may set, in the order in which it is shown.
struct SettingKind {
  std::string_view key;                ///< in the file
  std::vector<const char*> variables;  ///< of the environment; the first that is set wins
  std::string_view help;               ///< one line
  std::string_view otherwise;          ///< what holds where nobody sets it, in words
};
const std::vector<SettingKind>& setting_kinds();

struct Setting {
  std::string key;
  nlohmann::json value;
  std::string source;  ///< "GROEL_THREADS", or "/home/ann/.config/groel/config.toml:2"
};

/// $GROEL_CONFIG (empty: none), else groel/config.toml in $XDG_CONFIG_HOME, else ~/.config/groel/config.toml. It need
/// not be there, but for one that GROEL_CONFIG names.
std::optional<std::filesystem::path> settings_file();

/// The keys of a file's text. Errors: bad_input for what is no TOML; usage, with file and line, for a key that there is
/// not, naming the nearest, and for a value of the wrong kind.
std::vector<Setting> parse_settings(const std::string& text, const std::string& label);

/// What is set: a variable of the environment before the file. Errors: as parse_settings, not_found, io.
std::vector<Setting> read_settings();

/// The same, read once in the life of the process.
const std::vector<Setting>& user_settings();

/// Their values by key, as Options takes them.
nlohmann::json setting_values(const std::vector<Setting>& settings);

/// Puts the file's `cache` where whoever looks for the cache finds it: into HF_HUB_CACHE, unless the environment says.
void set_cache(const std::vector<Setting>& settings);

}  // namespace groel::tasks
