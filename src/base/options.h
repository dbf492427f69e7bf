// Options declared once: the command line, help, recipe files and HTTP schemas are made from these tables.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
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
};

/// Headings that several tasks share.
inline constexpr const char* kInput = "Input";
inline constexpr const char* kModel = "Model";
inline constexpr const char* kOutput = "Output";
inline constexpr const char* kPerformance = "Performance";

/// The same options under a heading of help; those that have one already keep it.
std::vector<OptionSpec> under(const std::string& group, std::vector<OptionSpec> options);
/// One table of several.
std::vector<OptionSpec> joined(std::vector<std::vector<OptionSpec>> tables);
/// Whether the option goes with that first word.
bool goes_with(const OptionSpec& spec, const std::string& verb);

/// Values of a task's options, by name.
class Options {
 public:
  Options() = default;
  /// Checks names, types, choices and required ones against the table and fills in what was not given. Errors: usage,
  /// naming the option (an unknown one with the nearest known).
  Options(const std::vector<OptionSpec>& table, const nlohmann::json& given);

  bool has(const std::string& name) const { return values_.contains(name) && !values_[name].is_null(); }
  bool flag(const std::string& name) const { return has(name) && values_[name].get<bool>(); }
  std::int64_t integer(const std::string& name) const { return at(name).get<std::int64_t>(); }
  double number(const std::string& name) const { return at(name).get<double>(); }
  std::string text(const std::string& name) const {
    return has(name) ? values_[name].get<std::string>() : std::string();
  }
  std::vector<std::string> list(const std::string& name) const {
    return has(name) ? values_[name].get<std::vector<std::string>>() : std::vector<std::string>();
  }
  /// Bytes of a size option.
  std::optional<std::size_t> bytes(const std::string& name) const;
  const nlohmann::json& json() const noexcept { return values_; }
  /// What was given, without what was filled in.
  const nlohmann::json& given() const noexcept { return given_; }

 private:
  const nlohmann::json& at(const std::string& name) const;
  nlohmann::json values_ = nlohmann::json::object();
  nlohmann::json given_ = nlohmann::json::object();
};

/// "4G" -> 4294967296; K, M, G, T are powers of 1024, case ignored, an optional "B" or "iB" behind. Errors: usage.
std::size_t parse_bytes(const std::string& text, const std::string& option);
/// "1.5 GB", for people.
std::string format_bytes(std::size_t bytes);

}  // namespace groel
