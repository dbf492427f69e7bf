// Recipe files: a task's options in TOML, named as its flags.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/options.h"

namespace groel::train {

/// The values of a recipe, by option name; `_` in a key is read as `-`. Tables only group keys: `[optimizer]
/// learning-rate = 1e-3` is `learning-rate = 1e-3`. But of options with one that is called `task`, every table
/// [task.NAME] is a value of it: the table's fields as JSON, by the order of their names. Errors: not_found, io;
/// bad_input with line and column for what is no TOML; usage, with the line and the nearest known name, for a key that
/// is no option or occurs twice.
nlohmann::json read_recipe(const std::filesystem::path& path, const std::vector<OptionSpec>& options);

/// The same from text; `label` names it in errors.
nlohmann::json parse_recipe(const std::string& text, const std::string& label, const std::vector<OptionSpec>& options);

}  // namespace groel::train
