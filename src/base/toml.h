// Reads TOML: the one place that knows the library for it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace groel {

/// A key with its value: a text, a number, true or false, or a list of texts; null for anything else (a date).
struct TomlEntry {
  std::string table;  ///< "a.b" under [a.b]; empty above all tables
  std::string key;
  nlohmann::json value;
  std::string where;  ///< "recipe.toml:3:1"
};

/// Every key of the text, table by table in the order of their names. `label` is the file's name in `where` and in
/// errors. Errors: bad_input, with line and column.
std::vector<TomlEntry> parse_toml(const std::string& text, const std::string& label);

/// Version of the library.
std::string toml_library_version();

}  // namespace groel
