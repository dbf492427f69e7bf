// Checks option values against their table.
#include "base/options.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/output_place.h"

namespace groel {
namespace {

using nlohmann::json;

[[noreturn]] void wrong(const OptionSpec& spec, const std::string& what) {
  throw Error(ErrorKind::usage,
              {what, "--" + spec.name, spec.choices.empty() ? "" : "choose from: " + listed(spec.choices)});
}

template <class Number>
Number parse_number(const OptionSpec& spec, const json& value, const char* kind) {
  if (value.is_number_integer() || (value.is_number() && std::is_floating_point_v<Number>)) return value.get<Number>();
  if (!value.is_string()) wrong(spec, fmt::format("{} is not {}", value.dump(), kind));
  const auto text = value.get<std::string>();
  Number out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) wrong(spec, fmt::format("'{}' is not {}", text, kind));
  return out;
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    if (comma > at) out.push_back(text.substr(at, comma - at));
    at = comma + 1;
  }
  return out;
}

void check_choice(const OptionSpec& spec, const std::string& word) {
  if (spec.choices.empty() || std::find(spec.choices.begin(), spec.choices.end(), word) != spec.choices.end()) return;
  const auto near = nearest(word, spec.choices);
  wrong(spec,
        fmt::format("'{}' is not one of the choices{}", word, near ? fmt::format(" (did you mean '{}'?)", *near) : ""));
}

bool is_text_list(const json& value) {
  return value.is_array() && std::all_of(value.begin(), value.end(), [](const json& word) { return word.is_string(); });
}

json checked_list(const OptionSpec& spec, const json& value) {
  if (!value.is_string() && !is_text_list(value)) wrong(spec, fmt::format("{} is not a list of texts", value.dump()));
  auto words = value.is_array() ? value.get<std::vector<std::string>>() : split(value.get<std::string>());
  for (std::string& word : words) {
    for (const auto& [before, now] : spec.renamed)
      if (word == before) word = now;
    check_choice(spec, word);
  }
  return words;
}

json checked(const OptionSpec& spec, const json& value) {
  switch (spec.type) {
    case OptionType::flag:
      if (!value.is_boolean()) wrong(spec, "is a switch: true or false");
      return value;
    case OptionType::integer: return parse_number<std::int64_t>(spec, value, "a whole number");
    case OptionType::number: return parse_number<double>(spec, value, "a number");
    case OptionType::bytes:
      return parse_bytes(value.is_string() ? value.get<std::string>() : value.dump(), "--" + spec.name);
    case OptionType::list:
    case OptionType::paths: return checked_list(spec, value);
    case OptionType::choice:
      check_choice(spec, value.is_string() ? value.get<std::string>() : value.dump());
      return value;
    case OptionType::text:
      if (!value.is_string()) return value.dump();
      return spec.writes == Writes::file && names_standard_output(value.get<std::string>()) ? json("-") : value;
  }
  return value;
}

[[noreturn]] void refuse_unknown(const std::vector<OptionSpec>& table, const std::string& name) {
  std::vector<std::string> names;
  for (const OptionSpec& spec : table) names.push_back(spec.name);
  const auto near = nearest(name, names);
  throw Error(ErrorKind::usage,
              {fmt::format("unknown option '{}'", name), {}, near ? fmt::format("did you mean '{}'?", *near) : ""});
}

// What was given by the names of the table: an alias is another word for one of them.
json by_name(const std::vector<OptionSpec>& table, const json& given) {
  json out = json::object();
  for (const auto& [name, value] : given.items()) {
    const auto spec = std::find_if(table.begin(), table.end(),
                                   [&, &called = name](const auto& one) { return is_called(one, called); });
    if (spec == table.end()) refuse_unknown(table, name);
    if (out.contains(spec->name)) throw Error(ErrorKind::usage, {"given twice", "--" + spec->name, {}});
    out[spec->name] = value;
  }
  return out;
}

}  // namespace

bool is_called(const OptionSpec& spec, std::string_view name) {
  return spec.name == name || std::find(spec.aliases.begin(), spec.aliases.end(), name) != spec.aliases.end();
}

bool goes_with(const OptionSpec& spec, const std::string& verb) {
  return spec.verbs.empty() || std::find(spec.verbs.begin(), spec.verbs.end(), verb) != spec.verbs.end();
}

Options::Options(const std::vector<OptionSpec>& table, const nlohmann::json& given, const nlohmann::json& settings)
    : given_(by_name(table, given)), settings_(settings) {
  for (const OptionSpec& spec : table) {
    names_.insert(spec.name);
    if (given_.contains(spec.name) && !given_[spec.name].is_null())
      values_[spec.name] = checked(spec, given_[spec.name]);
    else if (!spec.setting.empty() && !spec.required && settings_.contains(spec.setting))
      values_[spec.name] = checked(spec, settings_[spec.setting]);
    else if (!spec.otherwise.is_null())
      values_[spec.name] = checked(spec, spec.otherwise);
    else if (spec.required)
      throw Error(ErrorKind::usage,
                  {fmt::format("{} is missing", spec.value_name.empty() ? spec.name : spec.value_name),
                   spec.type == OptionType::paths ? "" : "--" + spec.name, spec.help});
  }
}

const nlohmann::json& Options::at(const std::string& name) const {
  static const nlohmann::json none = nullptr;
  GROEL_REQUIRE(names_.contains(name));
  return values_.contains(name) ? values_[name] : none;
}

std::size_t parse_bytes(const std::string& text, const std::string& option) {
  const auto bad = [&] {
    return Error(ErrorKind::usage,
                 {fmt::format("'{}' is not a size", text), option, "write 800M, 4G or a number of bytes"});
  };
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || !(number >= 0)) throw bad();
  std::string unit(end, text.data() + text.size());
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  for (const char* tail : {"IB", "B"})
    if (unit.ends_with(tail)) unit.resize(unit.size() - std::string(tail).size());
  const std::string units = "KMGT";
  if (unit.size() > 1 || (unit.size() == 1 && units.find(unit[0]) == std::string::npos)) throw bad();
  const double bytes = number * std::pow(1024.0, unit.empty() ? 0.0 : static_cast<double>(units.find(unit[0]) + 1));
  if (bytes > 0x1p60) throw bad();
  return static_cast<std::size_t>(bytes);
}

std::string format_bytes(std::size_t bytes) {
  const char* const units[] = {"B", "KB", "MB", "GB", "TB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < std::size(units)) {
    value /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", value, units[unit]);
}

}  // namespace groel
