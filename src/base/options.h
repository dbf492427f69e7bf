// Options declared once: the command line, help, recipe files and HTTP schemas are made from these tables.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/words.h"

namespace groel {

enum class OptionType {
  flag,  ///< true when given
  integer,
  number,
  text,
  choice,  ///< one of `choices`
  list,    ///< comma-separated texts
  bytes,   ///< "4G", "512M", "1000000"
  paths,   ///< positional: one or more texts
};

/// What the value of an option names that the task writes.
enum class Writes { nothing, file, picture, folder };

struct OptionSpec {
  std::string name;    ///< kebab-case, without dashes
  char letter = '\0';  ///< one-letter form
  OptionType type = OptionType::text;
  std::string help;
  nlohmann::json otherwise = nullptr;  ///< value when not given; null: none
  std::string value_name;              ///< shown in help ("FILE")
  std::vector<std::string> choices;    ///< for choice, and the allowed members of a list
  bool required = false;
  Writes writes = Writes::nothing;
  std::vector<std::string> extensions;  ///< of a file that is written (".csv"); empty: the task looks itself
  std::string group;                    ///< heading that help shows it under; empty: among the few that come first
  std::vector<std::string> verbs;       ///< the first words ("classify") that it goes with; empty: all
  std::vector<std::string> aliases;     ///< names that it had, or has elsewhere: they work, and help does not show them
  std::vector<std::pair<std::string, std::string>> renamed;  ///< values that it had, and what they are called now
  std::string setting;  ///< the user's setting that takes the place of `otherwise` where it is made; empty: none
};

/// Whether that is the option's name or one of its aliases.
bool is_called(const OptionSpec& spec, std::string_view name);

/// Headings that several tasks share.
inline constexpr const char* kInput = "Input";
inline constexpr const char* kModel = "Model";
inline constexpr const char* kOutput = "Output";
inline constexpr const char* kPerformance = "Performance";

/// Whether the option goes with that first word.
bool goes_with(const OptionSpec& spec, const std::string& verb);

/// Values of a task's options, by name: for front ends, recipes and descriptions of runs. Tasks have structs that are
/// filled from them (base/option_binder.h). A name that the table lacks is an internal error.
class Options {
 public:
  Options() = default;
  /// Checks names, types, choices and required ones against the table and fills in what was not given. Errors: usage,
  /// naming the option (an unknown one with the nearest known). `settings`: the user's, by their names; they go before
  /// the table's own values, and are not counted as given.
  Options(const std::vector<OptionSpec>& table, const nlohmann::json& given,
          const nlohmann::json& settings = nlohmann::json::object());

  /// Whether it has a value, given or the table's.
  bool has(const std::string& name) const { return !at(name).is_null(); }
  /// Whether somebody gave it a value.
  bool is_given(const std::string& name) const { return !at(name).is_null() && given_.contains(name); }
  /// Null where it has none.
  const nlohmann::json& at(const std::string& name) const;
  /// Empty where it has none.
  std::string text(const std::string& name) const { return has(name) ? at(name).get<std::string>() : std::string(); }
  /// What has a value.
  const nlohmann::json& json() const noexcept { return values_; }
  /// What was given, by the names of the table, without what was filled in.
  const nlohmann::json& given() const noexcept { return given_; }
  const nlohmann::json& settings() const noexcept { return settings_; }

 private:
  std::set<std::string> names_;
  nlohmann::json values_ = nlohmann::json::object();
  nlohmann::json given_ = nlohmann::json::object();
  nlohmann::json settings_ = nlohmann::json::object();
};

/// "4G" -> 4294967296; K, M, G, T are powers of 1024, case ignored, an optional "B" or "iB" after it. Errors: usage.
std::size_t parse_bytes(const std::string& text, const std::string& option);
/// "1.5 GB", for people.
std::string format_bytes(std::size_t bytes);

}  // namespace groel
